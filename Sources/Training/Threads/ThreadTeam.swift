import Foundation
import Synchronization

/// A fixed team of threads that run one piece of work together, again and again, without allocation.
///
/// Thread 0 is the caller. Between two pieces of work the others spin for a moment and then sleep in short naps, since
/// the next piece usually comes within a fraction of a millisecond.
public final class ThreadTeam: Sendable {
  /// The number of threads, the caller's included.
  public let count: Int
  private let shared: Shared

  /// What the threads share.
  ///
  /// `@unchecked Sendable`: `work` and `failure` are written by the caller only while no thread runs (`running` is 0),
  /// and the release store of `generation` publishes them; `failure` is guarded by its mutex.
  private final class Shared: @unchecked Sendable {
    let generation = Atomic<Int>(0)
    let running = Atomic<Int>(0)
    let ended = Atomic<Bool>(false)
    let failure = Mutex<(any Error)?>(nil)
    var work: ((Int) throws -> Void)?
  }

  /// A team of `count` threads, at least 1.
  public init(count: Int) {
    precondition(count >= 1, "a team has at least one thread")
    self.count = count
    let shared = Shared()
    self.shared = shared
    for index in 1..<max(count, 1) where count > 1 {
      let thread = Thread { ThreadTeam.live(index, shared) }
      thread.stackSize = 8 << 20
      thread.name = "tenfold-\(index)"
      thread.start()
    }
  }

  deinit {
    shared.ended.store(true, ordering: .releasing)
    shared.generation.wrappingAdd(1, ordering: .releasing)
  }

  /// Runs `work` with every thread's number and returns when all are done; rethrows one of the errors.
  public func run(_ work: (Int) throws -> Void) throws {
    guard count > 1 else { return try work(0) }
    try withoutActuallyEscaping(work) { work in
      shared.work = work
      shared.running.store(count - 1, ordering: .relaxed)
      shared.generation.wrappingAdd(1, ordering: .releasing)
      var own: (any Error)?
      do { try work(0) } catch { own = error }
      var backoff = Backoff()
      while shared.running.load(ordering: .acquiring) > 0 { backoff.wait() }
      shared.work = nil
      let other = shared.failure.withLock { failure in
        defer { failure = nil }
        return failure
      }
      if let error = own ?? other { throw error }
    }
  }

  private static func live(_ index: Int, _ shared: Shared) {
    var seen = 0
    while true {
      var backoff = Backoff()
      while shared.generation.load(ordering: .acquiring) == seen { backoff.wait() }
      seen += 1
      if shared.ended.load(ordering: .acquiring) { return }
      do { try shared.work!(index) } catch { shared.failure.withLock { $0 = $0 ?? error } }
      shared.running.wrappingSubtract(1, ordering: .releasing)
    }
  }
}

/// Waiting for another thread: spin, then give way, then nap.
struct Backoff {
  private var turns = 0

  /// Waits a little, longer each time.
  mutating func wait() {
    turns += 1
    if turns < 2_000 { return }
    turns < 20_000 ? Backoff.yield() : Backoff.nap()
  }

  /// Lets another thread have the processor.
  static func yield() { sched_yield() }

  /// Sleeps for 50 microseconds.
  static func nap() { usleep(50) }
}
