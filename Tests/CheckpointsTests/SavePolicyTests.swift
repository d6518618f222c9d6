import Checkpoints
import Foundation
import Networks
import Testing

@Suite("The save policy")
struct SavePolicyTests {
  private func decode(_ json: String) throws -> SavePolicy {
    try JSONDecoder().decode(SavePolicy.self, from: Data(json.utf8))
  }

  @Test("What a config leaves out has its default")
  func defaults() throws {
    let policy = try decode("{}")
    #expect(policy == (try SavePolicy()))
    #expect(policy.everySteps == nil)
    #expect(policy.everyMinutes == 10)
    #expect(policy.keepLast == 3)
    #expect(policy.keepBest == .mainMetric)
    #expect(try decode(#"{"every_steps":5}"#).everyMinutes == nil)
  }

  @Test(
    "A policy comes back from its config",
    arguments: [
      #"{"every_steps":100,"every_minutes":2.5,"keep_last":1,"keep_best":"test_error"}"#,
      #"{"every_steps":1,"keep_last":7,"keep_best":false}"#, #"{"keep_best":true}"#,
    ])
  func roundTrip(json: String) throws {
    let policy = try decode(json)
    let again = try JSONDecoder().decode(SavePolicy.self, from: JSONEncoder().encode(policy))
    #expect(again == policy)
  }

  @Test(
    "Numbers out of range are refused with the key and the range",
    arguments: [
      (#"{"every_steps":0}"#, "checkpoints.every_steps is 0; it must be at least 1"),
      (#"{"every_minutes":0}"#, "checkpoints.every_minutes is 0.0; it must be more than 0"),
      (#"{"every_minutes":-1}"#, "checkpoints.every_minutes is -1.0"),
      (#"{"keep_last":0}"#, "checkpoints.keep_last is 0"),
      (#"{"keep_best":""}"#, "checkpoints.keep_best is empty"),
      (#"{"keep_best":3}"#, "checkpoints.keep_best must be true, false or the name of a metric"),
    ])
  func ranges(json: String, text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try decode(json) }
    #expect(error?.description.contains(text) == true)
  }

  @Test("It is time to save at every so many steps, or after so many minutes, never before the first step")
  func due() throws {
    let steps = try SavePolicy(everySteps: 100)
    #expect((0...300).filter { steps.isDue(step: $0, secondsSinceSave: 1e9) } == [100, 200, 300])
    let minutes = try SavePolicy(everyMinutes: 0.5)
    #expect(!minutes.isDue(step: 7, secondsSinceSave: 29.9))
    #expect(minutes.isDue(step: 7, secondsSinceSave: 30))
    #expect(!minutes.isDue(step: 0, secondsSinceSave: 30))
    let both = try SavePolicy(everySteps: 10, everyMinutes: 1)
    #expect(both.isDue(step: 20, secondsSinceSave: 0))
    #expect(both.isDue(step: 21, secondsSinceSave: 60))
    #expect(!both.isDue(step: 21, secondsSinceSave: 59))
  }

  @Test("The best is by the named metric, else by the run's main one")
  func bestMetric() throws {
    #expect(try SavePolicy(keepBest: .none).bestMetric(main: "loss") == nil)
    #expect(try SavePolicy(keepBest: .mainMetric).bestMetric(main: "loss") == "loss")
    #expect(try SavePolicy(keepBest: .metric("error")).bestMetric(main: "loss") == "error")
  }
}
