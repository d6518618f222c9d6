import CMPI

extension Communicator {
  /// Gives the root's elements to all ranks (`MPI_Bcast`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root what to give, elsewhere where it goes; equally many on all ranks.
  ///   - root: The rank that gives. Default 0.
  @inlinable
  public func broadcast<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) {
    try counted("MPI_Bcast", elements.count, of: Element.self) { count, type in
      cmpi_bcast(elements.baseAddress, count, type, c(root), handle)
    }
  }

  /// Gives the elements of the root's array to all ranks; all arrays have the same count.
  @inlinable
  public func broadcast<Element: Datatype>(_ elements: inout [Element], root: Int = 0) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try broadcast(buffer, root: root)
    }
  }

  /// Gives the elements of the root's span to all ranks; all spans have the same count.
  @inlinable
  public func broadcast<Element: Datatype>(
    _ elements: inout MutableSpan<Element>, root: Int = 0
  ) throws(MPIError) {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try broadcast(buffer, root: root)
    }
  }

  /// Gives the root's value to all ranks.
  @inlinable
  public func broadcast<Element: Datatype>(_ value: inout Element, root: Int = 0) throws(MPIError) {
    try withUnsafeMutablePointer(to: &value) { (pointer) throws(MPIError) in
      try broadcast(UnsafeMutableBufferPointer(start: pointer, count: 1), root: root)
    }
  }

  /// Starts a broadcast on memory that the caller looks after (`MPI_Ibcast`). Collective.
  @inlinable
  public func ibroadcast<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, root: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    try counted("MPI_Ibcast", elements.count, of: Element.self) { count, type in
      cmpi_ibcast(elements.baseAddress, count, type, c(root), handle, &request.handle)
    }
    return request
  }

  /// Starts a broadcast of a buffer, which `wait` gives back (`MPI_Ibcast`). Collective.
  @inlinable
  public func ibroadcast<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try ibroadcast(buffer.elements, root: root)
    return BufferRequest(request, buffer)
  }
}
