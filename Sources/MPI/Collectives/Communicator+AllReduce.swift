import CMPI

extension Communicator {
  /// Combines the elements of all ranks, index by index, in place on all ranks (`MPI_Allreduce`).
  /// Collective.
  ///
  /// - Parameters:
  ///   - elements: This rank's contribution, then the result; equally many on all ranks.
  ///   - reduction: How to combine. The order in which a float sum is added is the library's choice.
  @inlinable
  public func allReduce<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try inPieces("MPI_Allreduce", elements.count, reduction) { offset, count in
      cmpi_allreduce(
        cmpi_in_place(), elements.baseAddress.map { $0 + offset }, count, reduction.datatype,
        reduction.handle, handle)
    }
  }

  /// Combines the elements of all ranks into other memory on all ranks (`MPI_Allreduce`). Collective.
  @inlinable
  public func allReduce<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try require(
      elements.count == result.count, "MPI_Allreduce",
      "\(elements.count) elements cannot be combined into \(result.count).")
    try inPieces("MPI_Allreduce", elements.count, reduction) { offset, count in
      cmpi_allreduce(
        elements.baseAddress.map { $0 + offset }, result.baseAddress.map { $0 + offset }, count,
        reduction.datatype, reduction.handle, handle)
    }
  }

  /// Combines the elements of all ranks' arrays, in place on all ranks. Collective.
  @inlinable
  public func allReduce<Element: Datatype>(
    _ elements: inout [Element], _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allReduce(buffer, reduction)
    }
  }

  /// Combines the elements of all ranks' spans, in place on all ranks. Collective.
  @inlinable
  public func allReduce<Element: Datatype>(
    _ elements: inout MutableSpan<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try allReduce(buffer, reduction)
    }
  }

  /// The combination of one value of each rank, on all ranks. Collective.
  @inlinable
  public func allReduced<Element: Datatype>(
    _ value: Element, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Element {
    var value = value
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(MPIError) in
      try allReduce(UnsafeMutableBufferPointer(start: pointer, count: 1), reduction)
    }
    return value
  }

  /// Starts an all-reduce in place on memory that the caller looks after (`MPI_Iallreduce`). Collective.
  ///
  /// - Throws: `count` beyond `Int32.max` elements; split those.
  @inlinable
  public func iallReduce<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Request {
    try requireSmall("MPI_Iallreduce", elements.count)
    var request = Request()
    try check(
      cmpi_iallreduce(
        cmpi_in_place(), elements.baseAddress, Int32(truncatingIfNeeded: elements.count), reduction.datatype,
        reduction.handle, handle, &request.handle), "MPI_Iallreduce")
    return request
  }

  /// Starts an all-reduce of a buffer in place, which `wait` gives back (`MPI_Iallreduce`). Collective.
  @inlinable
  public func iallReduce<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iallReduce(buffer.elements, reduction)
    return BufferRequest(request, buffer, keeping: reduction.owner)
  }
}
