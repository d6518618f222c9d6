import CMPI

extension Communicator {
  /// Sends elements to a rank; returns when they may be changed again (`MPI_Send`).
  ///
  /// It may wait until the receiver is there, or not: a correct program does not depend on it.
  ///
  /// - Parameters:
  ///   - elements: What to send; any count.
  ///   - destination: The receiver's rank, or `nobody`.
  ///   - tag: A number, 0…`largestTag`, by which the receiver can choose. Default 0.
  @inlinable
  public func send<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try counted("MPI_Send", elements.count, of: Element.self) { count, type in
      cmpi_send(elements.baseAddress, count, type, c(destination), c(tag), handle)
    }
  }

  /// Sends elements to a rank; returns when the receiver has begun to take them (`MPI_Ssend`).
  @inlinable
  public func synchronousSend<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try counted("MPI_Ssend", elements.count, of: Element.self) { count, type in
      cmpi_ssend(elements.baseAddress, count, type, c(destination), c(tag), handle)
    }
  }

  /// Sends the elements of an array.
  @inlinable
  public func send<Element: Datatype>(
    _ elements: [Element], to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try send(buffer, to: destination, tag: tag)
    }
  }

  /// Sends the elements of a span.
  @inlinable
  public func send<Element: Datatype>(
    _ elements: Span<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try send(buffer, to: destination, tag: tag)
    }
  }

  /// Sends one value.
  @inlinable
  public func send<Element: Datatype>(_ value: Element, to destination: Int, tag: Int = 0) throws(MPIError) {
    try withUnsafePointer(to: value) { (pointer) throws(MPIError) in
      try send(UnsafeBufferPointer(start: pointer, count: 1), to: destination, tag: tag)
    }
  }

  /// Sends the elements of an array; returns when the receiver has begun to take them.
  @inlinable
  public func synchronousSend<Element: Datatype>(
    _ elements: [Element], to destination: Int, tag: Int = 0
  ) throws(MPIError) {
    try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      try synchronousSend(buffer, to: destination, tag: tag)
    }
  }
}
