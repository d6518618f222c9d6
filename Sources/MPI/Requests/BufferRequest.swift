import CMPI

/// A communication in flight that owns its buffer until it is finished.
///
///     let request = try world.iallReduce(buffer, .sum)   // takes the buffer
///     …                                                  // no buffer to touch here
///     let sums = try request.wait()                      // gives it back; there is no second wait
///
/// A request that is dropped neither waits nor fails: the library keeps the memory until it is finished.
/// A receive that has no message yet is then cancelled; sends and collectives go on.
@frozen
public struct BufferRequest<Element: Datatype>: ~Copyable {
  @usableFromInline var request: Request
  @usableFromInline let base: UnsafeMutablePointer<Element>
  @usableFromInline let count: Int
  @usableFromInline let isReceive: Bool
  /// What else the library uses until the request is finished: a v-form's counts, a user's reduction.
  @usableFromInline let kept: Unmanaged<AnyObject>?

  @inlinable
  init(
    _ request: Request, _ buffer: consuming Buffer<Element>, isReceive: Bool = false,
    keeping kept: AnyObject? = nil
  ) {
    self.request = request
    self.isReceive = isReceive
    self.kept = kept.map { Unmanaged.passRetained($0) }
    count = buffer.count
    base = buffer.release()
  }

  /// Waits until the communication is finished and gives the buffer back (`MPI_Wait`).
  @inlinable
  public consuming func wait() throws(MPIError) -> Buffer<Element> {
    try finish(nil)
  }

  /// Waits until the communication is finished, says what came, and gives the buffer back (`MPI_Wait`).
  @inlinable
  public consuming func wait(_ status: inout Status) throws(MPIError) -> Buffer<Element> {
    try finish(&status.handle)
  }

  /// Whether `wait` would return at once (`MPI_Test`). Calling it lets the library make progress.
  ///
  /// After it has said yes, `wait` gives the buffer back but knows no status any more.
  @inlinable
  public mutating func test() throws(MPIError) -> Bool {
    try request.test()
  }

  @inlinable
  consuming func finish(_ status: UnsafeMutablePointer<CMPIStatus>?) throws(MPIError) -> Buffer<Element> {
    do throws(MPIError) {
      try check(cmpi_wait(&request.handle, status), "MPI_Wait")
    } catch {
      _ = consume self  // dropped, like any other request that has given nothing back
      throw error
    }
    kept?.release()
    let buffer = Buffer(base: base, count: count)
    discard self
    return buffer
  }

  @inlinable
  deinit {
    abandon(request, memory: base, isReceive: isReceive, keeping: kept)
  }
}

/// Frees the memory of a finished request; keeps that of an unfinished one until it is.
@usableFromInline @inline(never)
func abandon(
  _ request: Request, memory: UnsafeMutableRawPointer, other: UnsafeMutableRawPointer? = nil,
  isReceive: Bool, keeping kept: Unmanaged<AnyObject>?
) {
  AbandonedRequests.take(
    request, memory: memory, other: other, isReceive: isReceive, keeping: kept?.takeRetainedValue())
}
