import CMPI
import Synchronization

/// The requests whose owners have let them go before they were finished, with the memory they still use.
///
/// The library may use the memory until the request is finished, so it cannot be freed yet; and nobody may
/// wait. So the pair is kept here and looked at when another one comes and when MPI ends. MPI is one per
/// process, and so is this list; it changes nothing about any result.
package enum AbandonedRequests {
  /// One request and what it uses.
  ///
  /// `@unchecked Sendable`: its owner has given all of it up; only this list, under its lock, knows the
  /// addresses, and it only frees them.
  private struct Entry: @unchecked Sendable {
    var request: Request
    let memory: UnsafeMutableRawPointer?
    let other: UnsafeMutableRawPointer?
    let kept: AnyObject?

    /// Frees the memory if the communication is finished.
    mutating func settle() -> Bool {
      if !request.isNull {
        var flag: Int32 = 0
        guard cmpi_test(&request.handle, &flag, nil) == 0, flag != 0 else { return false }
      }
      memory?.deallocate()
      other?.deallocate()
      return true
    }
  }

  private static let entries = Mutex<[Entry]>([])

  /// Takes over a request and what it uses.
  ///
  /// A receive without a message yet is cancelled, so that it cannot swallow one that is meant for a later
  /// receive. Sends and collectives are left to finish, because other ranks count on them.
  static func take(
    _ request: Request, memory: UnsafeMutableRawPointer?, other: UnsafeMutableRawPointer? = nil,
    isReceive: Bool, keeping kept: AnyObject? = nil
  ) {
    guard request.isNull || Environment.isRunning else { return }
    var entry = Entry(request: request, memory: memory, other: other, kept: kept)
    if entry.settle() { return }
    if isReceive {
      _ = cmpi_cancel(&entry.request.handle)
      if entry.settle() { return }
    }
    settle()
    entries.withLock { [entry] in $0.append(entry) }
  }

  /// The number of requests that were not finished when last looked at.
  package static var count: Int { entries.withLock { $0.count } }

  /// Frees what is finished. What is not finished when MPI ends stays for the library.
  package static func settle() {
    entries.withLock { list in
      var index = 0
      while index < list.count {
        if list[index].settle() {
          list.swapAt(index, list.count - 1)
          list.removeLast()
        } else {
          index += 1
        }
      }
    }
  }
}
