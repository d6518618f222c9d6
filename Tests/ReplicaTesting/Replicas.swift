import Foundation
import Synchronization
import Training

/// Runs `body` on `count` replicas of an in-memory group, each on a thread of its own; rethrows one of the errors.
package func onReplicas(
  _ count: Int, sharesMemory: Bool = false, _ body: @Sendable @escaping (InMemoryGroup) throws -> Void
) throws {
  /// Each member is used by its own thread only.
  struct Member: @unchecked Sendable { let group: InMemoryGroup }
  let results = Results()
  let done = DispatchGroup()
  for member in InMemoryGroup.members(count, sharesMemory: sharesMemory).map(Member.init) {
    done.enter()
    let thread = Thread {
      do { try body(member.group) } catch { results.set(error) }
      done.leave()
    }
    thread.stackSize = 64 << 20  // vector kernels built without optimisation have frames of megabytes
    thread.start()
  }
  done.wait()
  if let error = results.error { throw error }
}

/// The first error of several threads.
final class Results: Sendable {
  private let first = Mutex<(any Error)?>(nil)
  var error: (any Error)? { first.withLock { $0 } }
  func set(_ error: any Error) { first.withLock { $0 = $0 ?? error } }
}
