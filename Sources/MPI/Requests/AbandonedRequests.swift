import CMPI
import Synchronization

/// The requests whose owners have let them go before they were finished, with the memory they still use.
///
/// The library may write to the memory until the request is finished, so it cannot be freed yet; and nobody
/// may wait. So the pair is kept here and looked at when another one comes and when MPI ends. MPI is one
/// per process, and so is this list; it changes nothing about any result.
enum AbandonedRequests {
  private struct Entry: Sendable {
    var request: Request
    // The owner has given the memory up: only this list, under its lock, knows the address.
    nonisolated(unsafe) let memory: UnsafeMutableRawPointer?
    let isReceive: Bool
    // The library reads the counts of a v-form until it is finished.
    let partition: Partition.Storage?

    /// Frees the memory if the communication is finished.
    mutating func settle() -> Bool {
      var flag: Int32 = 0
      guard cmpi_test(&request.handle, &flag, nil) == 0, flag != 0 else { return false }
      memory?.deallocate()
      return true
    }
  }

  private static let entries = Mutex<[Entry]>([])

  /// Takes over a request and the memory that it uses.
  ///
  /// A receive without a message yet is cancelled, so that it cannot swallow one that is meant for a later
  /// receive. Sends and collectives are left to finish, because other ranks count on them.
  static func take(
    _ request: Request, memory: UnsafeMutableRawPointer?, isReceive: Bool, partition: Partition.Storage? = nil
  ) {
    guard Environment.isRunning else { return }
    var entry = Entry(request: request, memory: memory, isReceive: isReceive, partition: partition)
    if entry.settle() { return }
    if isReceive {
      _ = cmpi_cancel(&entry.request.handle)
      if entry.settle() { return }
    }
    entries.withLock { list in
      list.removeAll { old in
        var old = old
        return old.settle()
      }
      list.append(entry)
    }
  }

  /// The number of requests that are not finished yet.
  package static var count: Int { entries.withLock { $0.count } }

  /// Frees what is finished; called before MPI ends. What is not finished by then stays for the library.
  static func settle() {
    entries.withLock { list in
      list.removeAll { old in
        var old = old
        return old.settle()
      }
    }
  }
}
