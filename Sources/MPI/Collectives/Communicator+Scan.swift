import CMPI

extension Communicator {
  /// Combines, index by index, the elements of ranks 0…rank, in place (`MPI_Scan`). Collective.
  ///
  /// - Parameter elements: This rank's contribution, then their combination.
  @inlinable
  public func scan<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try inPieces("MPI_Scan", elements.count, reduction) { offset, count in
      cmpi_scan(
        cmpi_in_place(), elements.baseAddress.map { $0 + offset }, count, reduction.datatype,
        reduction.handle, handle)
    }
  }

  /// Combines, index by index, the elements of ranks 0…rank, into other memory (`MPI_Scan`). Collective.
  @inlinable
  public func scan<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try require(
      elements.count == result.count, "MPI_Scan",
      "\(elements.count) elements cannot be combined into \(result.count).")
    try inPieces("MPI_Scan", elements.count, reduction) { offset, count in
      cmpi_scan(
        elements.baseAddress.map { $0 + offset }, result.baseAddress.map { $0 + offset }, count,
        reduction.datatype, reduction.handle, handle)
    }
  }

  /// Combines, index by index, the elements of ranks 0…rank, in place in an array. Collective.
  @inlinable
  public func scan<Element: Datatype>(
    _ elements: inout [Element], _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try scan(buffer, reduction)
    }
  }

  /// Starts `scan` in place on memory that the caller looks after (`MPI_Iscan`). Collective.
  ///
  /// - Throws: `count` beyond `Int32.max` elements; split those.
  @inlinable
  public func iscan<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Request {
    try requireSmall("MPI_Iscan", elements.count)
    var request = Request()
    try check(
      cmpi_iscan(
        cmpi_in_place(), elements.baseAddress, Int32(truncatingIfNeeded: elements.count), reduction.datatype,
        reduction.handle, handle, &request.handle), "MPI_Iscan")
    return request
  }

  /// Starts `scan` of a buffer in place, which `wait` gives back (`MPI_Iscan`). Collective.
  @inlinable
  public func iscan<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iscan(buffer.elements, reduction)
    return BufferRequest(request, buffer, keeping: reduction.owner)
  }

  /// Combines, index by index, the elements of ranks 0…rank-1, in place (`MPI_Exscan`). Collective.
  ///
  /// - Parameter elements: This rank's contribution, then their combination;
  ///   on rank 0, which has no rank before it, undefined.
  @inlinable
  public func exclusiveScan<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try inPieces("MPI_Exscan", elements.count, reduction) { offset, count in
      cmpi_exscan(
        cmpi_in_place(), elements.baseAddress.map { $0 + offset }, count, reduction.datatype,
        reduction.handle, handle)
    }
  }

  /// Combines, index by index, the elements of ranks 0…rank-1, into other memory (`MPI_Exscan`). Collective.
  @inlinable
  public func exclusiveScan<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try require(
      elements.count == result.count, "MPI_Exscan",
      "\(elements.count) elements cannot be combined into \(result.count).")
    try inPieces("MPI_Exscan", elements.count, reduction) { offset, count in
      cmpi_exscan(
        elements.baseAddress.map { $0 + offset }, result.baseAddress.map { $0 + offset }, count,
        reduction.datatype, reduction.handle, handle)
    }
  }

  /// Combines, index by index, the elements of ranks 0…rank-1, in place in an array. Collective.
  @inlinable
  public func exclusiveScan<Element: Datatype>(
    _ elements: inout [Element], _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try exclusiveScan(buffer, reduction)
    }
  }

  /// Starts `exclusiveScan` in place on memory that the caller looks after (`MPI_Iexscan`). Collective.
  ///
  /// - Throws: `count` beyond `Int32.max` elements; split those.
  @inlinable
  public func iexclusiveScan<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Request {
    try requireSmall("MPI_Iexscan", elements.count)
    var request = Request()
    try check(
      cmpi_iexscan(
        cmpi_in_place(), elements.baseAddress, Int32(truncatingIfNeeded: elements.count), reduction.datatype,
        reduction.handle, handle, &request.handle), "MPI_Iexscan")
    return request
  }

  /// Starts `exclusiveScan` of a buffer in place, which `wait` gives back (`MPI_Iexscan`). Collective.
  @inlinable
  public func iexclusiveScan<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iexclusiveScan(buffer.elements, reduction)
    return BufferRequest(request, buffer, keeping: reduction.owner)
  }
}
