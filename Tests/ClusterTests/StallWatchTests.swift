import Cluster
import Foundation
import Synchronization
import Testing

@Suite("The watch over ranks that hang")
struct StallWatchTests {
  /// What a watch has reported.
  private final class Reports: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }

    /// Waits for the first report.
    func first(within seconds: Double = 10) -> String? {
      let end = ContinuousClock.now + .seconds(seconds)
      while all.isEmpty, ContinuousClock.now < end { usleep(5_000) }
      return all.first
    }
  }

  @Test("A rank that does not move says where it is, once")
  func silent() throws {
    let reports = Reports()
    let watch = StallWatch(rank: 3, seconds: 0.2) { reports.add($0) }
    watch.reached(step: 17)
    watch.reached("reading the data")
    let text = try #require(reports.first())
    for part in ["rank 3", "step 17", "«reading the data»", "--resume", "--stall-seconds"] {
      #expect(text.contains(part), "«\(part)»: \(text)")
    }
    usleep(500_000)
    #expect(reports.all.count == 1)
    watch.stop()
  }

  @Test("A rank that moves, waits for others, or is done is left alone")
  func moving() {
    let reports = Reports()
    let moving = StallWatch(rank: 0, seconds: 1) { reports.add($0) }
    let waiting = StallWatch(rank: 1, seconds: 0.1) { reports.add($0) }
    waiting.begin("gradient sum")
    let done = StallWatch(rank: 2, seconds: 0.1) { reports.add($0) }
    done.stop()
    let off = StallWatch(rank: 3, seconds: 0) { reports.add($0) }
    for step in 0..<60 {
      moving.reached(step: step)
      off.reached(step: step)
      usleep(25_000)
    }
    #expect(reports.all.isEmpty, "\(reports.all)")
    #expect(!off.isOverdue && !done.isOverdue)
    for watch in [moving, waiting, off] { watch.stop() }
  }

  @Test("A rank that waits too long names those that it waits for, with step and operation")
  func waiting() throws {
    let reports = Reports()
    let watch = StallWatch(rank: 0, seconds: 0.2) { reports.add($0) }
    watch.reached(step: 9)
    watch.begin("gradient sum")
    #expect(!watch.isOverdue)
    usleep(300_000)
    #expect(watch.isOverdue)
    watch.report(waitingFor: [])
    #expect(reports.all.isEmpty)
    watch.report(waitingFor: [2, 5])
    let text = try #require(reports.all.first)
    for part in ["rank 0 has waited", "for rank 2, 5", "step 9", "«gradient sum»"] {
      #expect(text.contains(part), "«\(part)»: \(text)")
    }
    watch.end()
    #expect(!watch.isOverdue)
    watch.stop()
  }
}
