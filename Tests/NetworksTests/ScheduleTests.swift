import Foundation
import Networks
import Testing

@Suite("Schedules")
struct ScheduleTests {
  private func rates(_ schedule: Schedule, steps: [Int], perEpoch: Int = 10, total: Int = 200) -> [Double] {
    steps.map { schedule.factor(at: Progress(step: $0, stepsPerEpoch: perEpoch, totalSteps: total)) }
  }

  @Test("The table of 1998 gives its rate to each pass, and the last one goes on")
  func table() {
    let schedule = Schedule(
      .table,
      table: [(2, 0.0005), (3, 0.0002), (3, 0.0001), (4, 0.00005), (1, 0.00001)].map {
        Schedule.Row(epochs: $0.0, rate: $0.1)
      })
    let epochs = [0, 1, 2, 4, 5, 7, 8, 11, 12, 13, 19]
    #expect(
      rates(schedule, steps: epochs.map { $0 * 10 + 9 }) == [
        0.0005, 0.0005, 0.0002, 0.0002, 0.0001, 0.0001, 0.00005, 0.00005, 0.00001, 0.00001, 0.00001,
      ])
    let optimizer = OptimizerConfiguration(.sdlm, schedule: schedule)
    #expect(optimizer.learningRate(at: Progress(step: 0, stepsPerEpoch: 10, totalSteps: 200)) == 0.0005)
  }

  @Test("Steps multiply at their milestones")
  func step() {
    let schedule = Schedule(.step, milestones: [2, 5], factor: 0.5)
    #expect(rates(schedule, steps: [0, 19, 20, 49, 50, 199]) == [1, 1, 0.5, 0.5, 0.25, 0.25])
  }

  @Test("Cosine and linear run from 1 to their end, inverse and exponential fall by epochs")
  func curves() {
    let cosine = rates(Schedule(.cosine, final: 0.2), steps: [0, 100, 200])
    #expect(zip(cosine, [1, 0.6, 0.2]).allSatisfy { abs($0 - $1) < 1e-12 })
    let linear = rates(Schedule(.linear), steps: [0, 50, 200])
    #expect(zip(linear, [1, 0.75, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
    let inverse = rates(Schedule(.inverse, decay: 0.5), steps: [0, 20, 45])
    #expect(zip(inverse, [1, 0.5, 1 / 3.25]).allSatisfy { abs($0 - $1) < 1e-12 })
    let exponential = rates(Schedule(.exponential, factor: 0.25), steps: [0, 5, 10])
    #expect(zip(exponential, [1, 0.5, 0.25]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("Warm-up rises in equal steps to the schedule's own value")
  func warmUp() {
    let schedule = Schedule(.constant, warmupSteps: 4)
    let expected = [0.2, 0.4, 0.6, 0.8, 1, 1]
    #expect(zip(rates(schedule, steps: [0, 1, 2, 3, 4, 5]), expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("Keys of another kind, missing keys and impossible values are refused by name")
  func refusals() {
    let bad: [(Schedule, String)] = [
      (Schedule(.step), "milestones"), (Schedule(.table), "table"), (Schedule(.inverse), "decay"),
      (Schedule(.exponential), "factor"), (Schedule(.cosine, factor: 0.1), "schedule.factor"),
      (Schedule(.cosine, final: 2), "schedule.final"),
      (Schedule(.step, milestones: [3, 2]), "schedule.milestones"),
      (Schedule(.constant, warmupSteps: -1), "schedule.warmup_steps"),
      (Schedule(.table, table: [.init(epochs: 0, rate: 1)]), "schedule.table"),
    ]
    for (schedule, key) in bad {
      let error = #expect(throws: ConfigurationError.self) { try schedule.validate() }
      #expect(error?.description.contains(key) == true, "\(schedule)")
    }
  }
}
