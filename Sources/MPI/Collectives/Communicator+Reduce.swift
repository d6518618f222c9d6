import CMPI

extension Communicator {
  /// Combines the elements of all ranks, index by index, on the root, in place (`MPI_Reduce`). Collective.
  ///
  /// - Parameters:
  ///   - elements: This rank's contribution; on the root then the result, elsewhere unchanged. Equally many
  ///     on all ranks.
  ///   - reduction: How to combine.
  ///   - root: The rank that gets the result. Default 0.
  @inlinable
  public func reduce<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) {
    try inPieces("MPI_Reduce", elements.count, reduction) { offset, count in
      let start = elements.baseAddress.map { $0 + offset }
      return cmpi_reduce(
        rank == root ? cmpi_in_place() : UnsafeRawPointer(start), rank == root ? start : nil, count,
        reduction.datatype, reduction.handle, c(root), handle)
    }
  }

  /// Combines the elements of all ranks into the root's other memory (`MPI_Reduce`). Collective.
  ///
  /// - Parameter result: On the root where the result goes; elsewhere unused, and may be nil.
  @inlinable
  public func reduce<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>?,
    _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) {
    try require(
      rank != root || result?.count == elements.count, "MPI_Reduce",
      "\(elements.count) elements cannot be combined into \(result?.count ?? 0).")
    try inPieces("MPI_Reduce", elements.count, reduction) { offset, count in
      cmpi_reduce(
        elements.baseAddress.map { $0 + offset }, result?.baseAddress.map { $0 + offset }, count,
        reduction.datatype, reduction.handle, c(root), handle)
    }
  }

  /// Combines the elements of all ranks' arrays on the root, in place. Collective.
  @inlinable
  public func reduce<Element: Datatype>(
    _ elements: inout [Element], _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try reduce(buffer, reduction, root: root)
    }
  }

  /// The combination of one value of each rank, on the root; nil elsewhere. Collective.
  @inlinable
  public func reduced<Element: Datatype>(
    _ value: Element, _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) -> Element? {
    var value = value
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(MPIError) in
      try reduce(UnsafeMutableBufferPointer(start: pointer, count: 1), reduction, root: root)
    }
    return rank == root ? value : nil
  }

  /// Starts a reduce in place on memory that the caller looks after (`MPI_Ireduce`). Collective.
  ///
  /// - Throws: `count` beyond `Int32.max` elements; split those.
  @inlinable
  public func ireduce<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) -> Request {
    try requireSmall("MPI_Ireduce", elements.count)
    var request = Request()
    let start = elements.baseAddress
    try check(
      cmpi_ireduce(
        rank == root ? cmpi_in_place() : UnsafeRawPointer(start), rank == root ? start : nil,
        Int32(truncatingIfNeeded: elements.count), reduction.datatype, reduction.handle, c(root), handle,
        &request.handle), "MPI_Ireduce")
    return request
  }

  /// Starts a reduce of a buffer in place, which `wait` gives back (`MPI_Ireduce`). Collective.
  @inlinable
  public func ireduce<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ reduction: Reduction<Element>, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try ireduce(buffer.elements, reduction, root: root)
    return BufferRequest(request, buffer, keeping: reduction.owner)
  }
}
