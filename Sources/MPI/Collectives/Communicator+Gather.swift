import CMPI

extension Communicator {
  /// Brings the blocks of all ranks to the root, in rank order, in place (`MPI_Gather`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root all `size` blocks, its own already in its place; elsewhere the own block.
  ///   - root: The rank that gets all blocks. Default 0.
  @inlinable
  public func gather<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) {
    guard rank == root else {
      return try counted("MPI_Gather", elements.count, of: Element.self) { count, type in
        cmpi_gather(elements.baseAddress, count, type, nil, 0, type, c(root), handle)
      }
    }
    try counted("MPI_Gather", try block(elements.count, "MPI_Gather"), of: Element.self) { count, type in
      cmpi_gather(cmpi_in_place(), 0, type, elements.baseAddress, count, type, c(root), handle)
    }
  }

  /// Brings the blocks of all ranks to the root's other memory (`MPI_Gather`). Collective.
  ///
  /// - Parameters:
  ///   - elements: This rank's block; equally many on all ranks.
  ///   - result: On the root room for all blocks; elsewhere unused, and may be nil.
  @inlinable
  public func gather<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>?,
    root: Int = 0
  ) throws(MPIError) {
    try require(
      rank != root || result?.count == elements.count * size, "MPI_Gather",
      "The root's result holds \(result?.count ?? 0) elements, but \(size) ranks give \(elements.count) each."
    )
    try counted("MPI_Gather", elements.count, of: Element.self) { count, type in
      cmpi_gather(elements.baseAddress, count, type, result?.baseAddress, count, type, c(root), handle)
    }
  }

  /// The blocks of all ranks, in rank order, in a new array on the root; nil elsewhere. Collective.
  @inlinable
  public func gathered<Element: Datatype>(_ elements: [Element], root: Int = 0) throws(MPIError) -> [Element]?
  {
    guard rank == root else {
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try gather(buffer, into: nil, root: root)
      }
      return nil
    }
    return try newArray(elements.count * size) { (result) throws(MPIError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try gather(buffer, into: result, root: root)
      }
    }
  }

  /// Starts a gather in place on memory that the caller looks after (`MPI_Igather`). Collective.
  @inlinable
  public func igather<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    guard rank == root else {
      try counted("MPI_Igather", elements.count, of: Element.self) { count, type in
        cmpi_igather(elements.baseAddress, count, type, nil, 0, type, c(root), handle, &request.handle)
      }
      return request
    }
    try counted("MPI_Igather", try block(elements.count, "MPI_Igather"), of: Element.self) { count, type in
      cmpi_igather(
        cmpi_in_place(), 0, type, elements.baseAddress, count, type, c(root), handle, &request.handle)
    }
    return request
  }

  /// Starts a gather of a buffer in place, which `wait` gives back (`MPI_Igather`). Collective.
  @inlinable
  public func igather<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try igather(buffer.elements, root: root)
    return BufferRequest(request, buffer)
  }

  /// The length of one rank's block of a buffer that holds a block of every rank.
  @inlinable @inline(__always)
  func block(_ count: Int, _ call: StaticString) throws(MPIError) -> Int {
    let (quotient, remainder) = count.quotientAndRemainder(dividingBy: size)
    try require(
      remainder == 0, call, "\(count) elements are not a block of equal length for each of \(size) ranks.")
    return quotient
  }

  /// A new array that `body` fills.
  @inlinable
  func newArray<Element: Datatype>(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<Element>) throws(MPIError) -> Void
  ) throws(MPIError) -> [Element] {
    var failure: MPIError?
    let array = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(MPIError) {
        try body(UnsafeMutableBufferPointer(start: buffer.baseAddress, count: count))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return array
  }
}
