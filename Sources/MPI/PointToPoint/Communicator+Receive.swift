import CMPI

/// A source or tag as the library takes it: nil stands for any.
@inlinable @inline(__always)
func source(_ rank: Int?) -> Int32 { rank.map(c) ?? cmpi_any_source() }

/// A tag to receive as the library takes it: nil stands for any.
@inlinable @inline(__always)
func receivable(_ tag: Int?) -> Int32 { tag.map(c) ?? cmpi_any_tag() }

extension Communicator {
  /// Waits for a message and puts it into memory (`MPI_Recv`).
  ///
  /// - Parameters:
  ///   - elements: Where the message goes. A shorter message fills the beginning, a longer one throws
  ///     `truncated`.
  ///   - source: The sender's rank; nil for any.
  ///   - tag: The message's tag; nil for any.
  /// - Returns: Who sent it, with which tag, and how many elements.
  @inlinable @discardableResult
  public func receive<Element: Datatype>(
    into elements: UnsafeMutableBufferPointer<Element>, from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> Status {
    var status = Status()
    try counted("MPI_Recv", elements.count, of: Element.self) { count, type in
      cmpi_recv(
        elements.baseAddress, count, type, MPI.source(source), receivable(tag), handle, &status.handle)
    }
    return status
  }

  /// Waits for a message and puts it into an array, which keeps its size.
  @inlinable @discardableResult
  public func receive<Element: Datatype>(
    into elements: inout [Element], from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> Status {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try receive(into: buffer, from: source, tag: tag)
    }
  }

  /// Waits for a message and puts it into a span.
  @inlinable @discardableResult
  public func receive<Element: Datatype>(
    into elements: inout MutableSpan<Element>, from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> Status {
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try receive(into: buffer, from: source, tag: tag)
    }
  }

  /// Waits for a message of any length and returns it in a new array (matched probe, then receive).
  public func received<Element: Datatype>(
    _ type: Element.Type, from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> (elements: [Element], status: Status) {
    let message = try matchedProbe(from: source, tag: tag)
    var status = message.status
    let count = try message.count(of: type)
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
    defer { memory.deallocate() }
    status = try message.receive(into: memory)
    return (Array(memory), status)
  }
}
