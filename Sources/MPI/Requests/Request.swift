import CMPI

/// A communication in flight on memory that the caller looks after.
///
/// This is the form for inner loops: nothing is allocated, and an array of requests can be waited for at
/// once. The caller promises that the memory stays where it is, that it is not read (receives, collectives)
/// or changed (sends) before the request is finished, and that every request is finished before MPI ends.
/// `BufferRequest` is the form in which the compiler sees to all of that.
///
/// A finished request is null; waiting for a null request returns at once.
@frozen
public struct Request: Sendable {
  /// The library's handle.
  public var handle: CMPIRequest

  /// A null request, to be filled by a call.
  @inlinable public init() { handle = cmpi_request_null() }

  /// Whether there is nothing to wait for.
  @inlinable public var isNull: Bool { cmpi_request_is_null(handle) != 0 }

  /// Waits until the communication is finished (`MPI_Wait`).
  @inlinable
  public mutating func wait() throws(MPIError) {
    try check(cmpi_wait(&handle, nil), "MPI_Wait")
  }

  /// Waits until the communication is finished and says what came (`MPI_Wait`).
  @inlinable
  public mutating func waitForStatus() throws(MPIError) -> Status {
    var status = Status()
    try check(cmpi_wait(&handle, &status.handle), "MPI_Wait")
    return status
  }

  /// Whether the communication is finished (`MPI_Test`).
  @inlinable
  public mutating func test() throws(MPIError) -> Bool {
    var flag: Int32 = 0
    try check(cmpi_test(&handle, &flag, nil), "MPI_Test")
    return flag != 0
  }

  /// What came, if the communication is finished (`MPI_Test`).
  @inlinable
  public mutating func testForStatus() throws(MPIError) -> Status? {
    var flag: Int32 = 0
    var status = Status()
    try check(cmpi_test(&handle, &flag, &status.handle), "MPI_Test")
    return flag != 0 ? status : nil
  }

  /// Asks that a receive that has no message yet be given up (`MPI_Cancel`). It must still be waited for;
  /// the status then says whether it was cancelled. Not for collectives.
  @inlinable
  public mutating func cancel() throws(MPIError) {
    if isNull { return }
    try check(cmpi_cancel(&handle), "MPI_Cancel")
  }
}
