import CMPI

// Many requests at once. The arrays live with the caller; nothing is allocated here.

extension Request {
  /// Waits until all are finished (`MPI_Waitall`).
  ///
  /// - Parameter statuses: Gets one status for each request; empty if nobody needs them.
  @inlinable
  public static func waitAll(
    _ requests: UnsafeMutableBufferPointer<Request>,
    statuses: UnsafeMutableBufferPointer<Status> = .init(start: nil, count: 0)
  ) throws(MPIError) {
    try require(
      statuses.isEmpty || statuses.count >= requests.count, "MPI_Waitall",
      "There are \(requests.count) requests but room for \(statuses.count) statuses.")
    try check(
      cmpi_waitall(c(requests.count), handles(requests), Self.handles(statuses)), "MPI_Waitall")
  }

  /// Waits until all requests of an array are finished (`MPI_Waitall`).
  @inlinable
  public static func waitAll(_ requests: inout [Request]) throws(MPIError) {
    try requests.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in try waitAll(buffer) }
  }

  /// Whether all are finished; if not, none is touched (`MPI_Testall`).
  @inlinable
  public static func testAll(_ requests: UnsafeMutableBufferPointer<Request>) throws(MPIError) -> Bool {
    var flag: Int32 = 0
    try check(cmpi_testall(c(requests.count), handles(requests), &flag, nil), "MPI_Testall")
    return flag != 0
  }

  /// Waits until one is finished (`MPI_Waitany`).
  ///
  /// - Returns: Its index and what came; nil if all requests are null.
  @inlinable
  public static func waitAny(
    _ requests: UnsafeMutableBufferPointer<Request>
  ) throws(MPIError) -> (index: Int, status: Status)? {
    var index: Int32 = 0
    var status = Status()
    try check(
      cmpi_waitany(c(requests.count), handles(requests), &index, &status.handle), "MPI_Waitany")
    return index == cmpi_undefined() ? nil : (Int(index), status)
  }

  /// One that is finished (`MPI_Testany`).
  ///
  /// - Returns: Its index and what came; nil if none is finished, or if all are null.
  @inlinable
  public static func testAny(
    _ requests: UnsafeMutableBufferPointer<Request>
  ) throws(MPIError) -> (index: Int, status: Status)? {
    var index: Int32 = 0
    var flag: Int32 = 0
    var status = Status()
    try check(
      cmpi_testany(c(requests.count), handles(requests), &index, &flag, &status.handle), "MPI_Testany")
    return flag == 0 || index == cmpi_undefined() ? nil : (Int(index), status)
  }

  /// Waits until at least one is finished (`MPI_Waitsome`).
  ///
  /// - Parameter indices: Gets the indices of the finished ones; as long as `requests`.
  /// - Returns: How many are finished; nil if all requests are null.
  @inlinable
  public static func waitSome(
    _ requests: UnsafeMutableBufferPointer<Request>, indices: UnsafeMutableBufferPointer<Int32>
  ) throws(MPIError) -> Int? {
    try require(
      indices.count >= requests.count, "MPI_Waitsome",
      "There are \(requests.count) requests but room for \(indices.count) indices.")
    var count: Int32 = 0
    try check(
      cmpi_waitsome(c(requests.count), handles(requests), &count, indices.baseAddress, nil), "MPI_Waitsome")
    return count == cmpi_undefined() ? nil : Int(count)
  }

  /// Those that are finished (`MPI_Testsome`).
  ///
  /// - Parameter indices: Gets the indices of the finished ones; as long as `requests`.
  /// - Returns: How many are finished; nil if all requests are null.
  @inlinable
  public static func testSome(
    _ requests: UnsafeMutableBufferPointer<Request>, indices: UnsafeMutableBufferPointer<Int32>
  ) throws(MPIError) -> Int? {
    try require(
      indices.count >= requests.count, "MPI_Testsome",
      "There are \(requests.count) requests but room for \(indices.count) indices.")
    var count: Int32 = 0
    try check(
      cmpi_testsome(c(requests.count), handles(requests), &count, indices.baseAddress, nil), "MPI_Testsome")
    return count == cmpi_undefined() ? nil : Int(count)
  }

  // A request is a struct of one handle, and so is a status: an array of them is an array of handles.

  @inlinable
  static func handles(_ requests: UnsafeMutableBufferPointer<Request>) -> UnsafeMutablePointer<CMPIRequest>? {
    UnsafeMutableRawPointer(requests.baseAddress)?.assumingMemoryBound(to: CMPIRequest.self)
  }

  @inlinable
  static func handles(_ statuses: UnsafeMutableBufferPointer<Status>) -> UnsafeMutablePointer<CMPIStatus>? {
    if statuses.isEmpty { return nil }
    return UnsafeMutableRawPointer(statuses.baseAddress)?.assumingMemoryBound(to: CMPIStatus.self)
  }
}
