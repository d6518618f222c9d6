import Foundation
import MPI
import Synchronization

/// Notices that a rank no longer moves, and says which one, at which step, in which operation.
///
/// Two kinds of witness: a rank that waits for others too long names those that it waits for; and each rank's own watch
/// thread says where its rank is when that has not changed for too long (a hung file system, an endless loop). After
/// its report a rank ends the job with exit code 75: the run can be resumed from its last checkpoint.
public final class StallWatch: Sendable {
  private let seconds: Double
  private let rank: Int
  private let state: Mutex<State>
  private let end: @Sendable (String) -> Void

  private struct State {
    var operation = "starting"
    var step = 0
    var isWaiting = false
    var since = ContinuousClock.now
    var isOff = false
  }

  /// A watch for this rank.
  ///
  /// - Parameters:
  ///   - seconds: how long nothing may happen; 0 switches the watch off.
  ///   - end: called once with the report; ends the job.
  public init(rank: Int, seconds: Double, end: @escaping @Sendable (String) -> Void) {
    self.rank = rank
    self.seconds = seconds
    self.end = end
    state = Mutex(State())
    guard seconds > 0 else { return }
    let thread = Thread { [weak self] in
      while true {
        Thread.sleep(forTimeInterval: min(max(seconds / 4, 0.05), 5))
        guard let self, self.look() else { return }
      }
    }
    thread.name = "tenfold-watch"
    thread.start()
  }

  /// Whether stalls are looked for.
  var isOn: Bool { seconds > 0 }

  /// The rank begins to wait for others.
  package func begin(_ operation: String) { set(operation, isWaiting: true) }

  /// The others have answered.
  package func end(_ operation: String = "work on its lanes") { set(operation, isWaiting: false) }

  /// The run has come to this step: it moves.
  public func reached(step: Int) {
    guard isOn else { return }
    state.withLock {
      $0.step = step
      $0.since = .now
    }
  }

  /// The rank does something that may take long and that nobody should take for a stall.
  public func reached(_ operation: String) { set(operation, isWaiting: false) }

  /// No more reports.
  public func stop() { state.withLock { $0.isOff = true } }

  private func set(_ operation: String, isWaiting: Bool) {
    guard isOn else { return }
    state.withLock {
      $0.operation = operation
      $0.isWaiting = isWaiting
      $0.since = .now
    }
  }

  /// Whether the wait that goes on is too long.
  package var isOverdue: Bool {
    isOn && state.withLock { !$0.isOff && (ContinuousClock.now - $0.since) / .seconds(1) > seconds }
  }

  /// Names the ranks that this one has waited for too long, and ends the job.
  package func report(waitingFor ranks: [Int]) {
    guard !ranks.isEmpty else { return }
    let (operation, step) = state.withLock { ($0.operation, $0.step) }
    let names = ranks.map(String.init).joined(separator: ", ")
    end(
      "rank \(rank) has waited \(Int(seconds)) s for rank \(names) at step \(step) in «\(operation)»: "
        + "it hangs, its machine is overloaded, or it is gone. Resume the run with --resume; "
        + "--stall-seconds sets how long to wait")
  }

  /// The watch thread's look; false when there is nothing more to watch.
  private func look() -> Bool {
    let text: String? = state.withLock { state in
      guard !state.isOff else { return "" }
      let waited = (ContinuousClock.now - state.since) / .seconds(1)
      guard !state.isWaiting, waited > seconds else { return nil }
      return "rank \(rank) has not moved for \(Int(waited)) s at step \(state.step) in «\(state.operation)». "
        + "Resume the run with --resume; --stall-seconds sets how long to wait"
    }
    guard let text else { return true }
    if text.isEmpty { return false }
    end(text)
    return false
  }
}
