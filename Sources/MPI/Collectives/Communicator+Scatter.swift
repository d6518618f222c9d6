import CMPI

extension Communicator {
  /// Gives block i of the root's elements to rank i, in place (`MPI_Scatter`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root all `size` blocks, which stay; elsewhere room for the own block.
  ///   - root: The rank that gives. Default 0.
  @inlinable
  public func scatter<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) {
    guard rank == root else {
      return try counted("MPI_Scatter", elements.count, of: Element.self) { count, type in
        cmpi_scatter(nil, 0, type, elements.baseAddress, count, type, c(root), handle)
      }
    }
    try counted("MPI_Scatter", try block(elements.count, "MPI_Scatter"), of: Element.self) { count, type in
      cmpi_scatter(
        elements.baseAddress, count, type, UnsafeMutableRawPointer(mutating: cmpi_in_place()), 0, type,
        c(root), handle)
    }
  }

  /// Gives block i of the root's elements to rank i's other memory (`MPI_Scatter`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root all blocks; elsewhere unused, and may be nil.
  ///   - result: Where this rank's block goes; equally long on all ranks.
  @inlinable
  public func scatter<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>?, into result: UnsafeMutableBufferPointer<Element>,
    root: Int = 0
  ) throws(MPIError) {
    try require(
      rank != root || elements?.count == result.count * size, "MPI_Scatter",
      "The root gives \(elements?.count ?? 0) elements, but \(size) ranks want \(result.count) each.")
    try counted("MPI_Scatter", result.count, of: Element.self) { count, type in
      cmpi_scatter(elements?.baseAddress, count, type, result.baseAddress, count, type, c(root), handle)
    }
  }

  /// This rank's block of the root's array, in a new array. Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root all blocks; elsewhere unused.
  ///   - count: The length of a block, the same on all ranks.
  @inlinable
  public func scattered<Element: Datatype>(
    _ elements: [Element]?, count: Int, root: Int = 0
  ) throws(MPIError) -> [Element] {
    try newArray(count) { (result) throws(MPIError) in
      guard let elements, rank == root else { return try scatter(nil, into: result, root: root) }
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try scatter(buffer, into: result, root: root)
      }
    }
  }

  /// Starts a scatter in place on memory that the caller looks after (`MPI_Iscatter`). Collective.
  @inlinable
  public func iscatter<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    guard rank == root else {
      try counted("MPI_Iscatter", elements.count, of: Element.self) { count, type in
        cmpi_iscatter(nil, 0, type, elements.baseAddress, count, type, c(root), handle, &request.handle)
      }
      return request
    }
    try counted("MPI_Iscatter", try block(elements.count, "MPI_Iscatter"), of: Element.self) { count, type in
      cmpi_iscatter(
        elements.baseAddress, count, type, UnsafeMutableRawPointer(mutating: cmpi_in_place()), 0, type,
        c(root), handle, &request.handle)
    }
    return request
  }

  /// Starts a scatter of a buffer in place, which `wait` gives back (`MPI_Iscatter`). Collective.
  @inlinable
  public func iscatter<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iscatter(buffer.elements, root: root)
    return BufferRequest(request, buffer)
  }
}
