import CMPI

/// Memory that all ranks of one machine read and write directly (`MPI_Win_allocate_shared`).
///
/// Each rank brings a segment and can look at everybody's. What one rank has written another may read after
/// both have called `fence`. Between two fences no two ranks may touch the same element if one of them
/// writes it. Atomics are not needed.
public struct SharedWindow<Element: BitwiseCopyable>: Sendable {
  /// The library's handle.
  public let handle: CMPIWindow
  /// The ranks that share the memory.
  public let communicator: Communicator

  /// Makes a window; its memory is zero. Collective.
  ///
  /// - Parameters:
  ///   - communicator: Ranks that can share memory, as `splitBySharedMemory` gives them.
  ///   - count: The number of elements of this rank's segment; may be 0, and may differ between ranks.
  public init(_ communicator: Communicator, count: Int) throws(MPIError) {
    guard count >= 0, count <= Int.max / MemoryLayout<Element>.stride else {
      throw MPIError(
        .count, call: "MPI_Win_allocate_shared", text: "A segment cannot hold \(count) elements.")
    }
    var window = cmpi_win_null()
    var base: UnsafeMutableRawPointer?
    let stride = MemoryLayout<Element>.stride
    try check(
      cmpi_win_allocate_shared(count * stride, Int32(stride), communicator.handle, &base, &window),
      "MPI_Win_allocate_shared")
    handle = window
    self.communicator = communicator
    try check(cmpi_win_return_errors(window), "MPI_Win_set_errhandler")
    // One passive epoch for the window's whole life lets every rank load and store as it likes.
    try check(cmpi_win_lock_all(window), "MPI_Win_lock_all")
    try segment(of: communicator.rank).withMemoryRebound(to: UInt8.self) { $0.update(repeating: 0) }
    try fence()
  }

  /// A rank's segment, at this process's address for it (`MPI_Win_shared_query`).
  public func segment(of rank: Int) throws(MPIError) -> UnsafeMutableBufferPointer<Element> {
    var bytes = 0
    var unit: Int32 = 0
    var base: UnsafeMutableRawPointer?
    try check(cmpi_win_shared_query(handle, c(rank), &bytes, &unit, &base), "MPI_Win_shared_query")
    let count = bytes / MemoryLayout<Element>.stride
    let elements = base?.bindMemory(to: Element.self, capacity: count)
    return UnsafeMutableBufferPointer(start: elements, count: count)
  }

  /// This rank's own segment.
  public var segment: UnsafeMutableBufferPointer<Element> {
    get throws(MPIError) { try segment(of: communicator.rank) }
  }

  /// Waits until all ranks are here; what they have written before can then be read by all. Collective.
  ///
  /// A memory barrier (`MPI_Win_sync`), `MPI_Barrier`, and a memory barrier.
  public func fence() throws(MPIError) {
    try synchronize()
    try communicator.barrier()
    try synchronize()
  }

  /// A memory barrier for this rank alone (`MPI_Win_sync`), for those who tell each other by messages when
  /// to read: the writer calls it before it sends, the reader after it has received.
  public func synchronize() throws(MPIError) {
    try check(cmpi_win_sync(handle), "MPI_Win_sync")
  }

  /// Gives the memory back (`MPI_Win_free`). Collective. Do not use the window or its segments afterwards.
  public func free() throws(MPIError) {
    var window = handle
    try check(cmpi_win_unlock_all(window), "MPI_Win_unlock_all")
    try check(cmpi_win_free(&window), "MPI_Win_free")
  }
}
