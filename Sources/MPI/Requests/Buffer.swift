/// Elements in memory that belong to one owner, made to be lent to nonblocking calls.
///
/// A nonblocking call takes the buffer and its request gives it back: while the communication is in flight
/// there is no buffer to touch. The memory is aligned to 64 bytes.
@frozen
public struct Buffer<Element: Datatype>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int

  @inlinable
  init(base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = base
    self.count = count
  }

  /// A buffer of `count` equal elements.
  @inlinable
  public init(repeating element: Element, count: Int) {
    self.init(base: Self.allocate(count), count: count)
    base.initialize(repeating: element, count: count)
  }

  /// A buffer with a copy of the elements of an array.
  @inlinable
  public init(_ elements: [Element]) {
    self.init(base: Self.allocate(elements.count), count: elements.count)
    elements.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
    }
  }

  @inlinable
  static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    precondition(count >= 0, "Buffer: the count is negative")
    let bytes = max(1, count) * MemoryLayout<Element>.stride
    return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Element.self, capacity: max(1, count))
  }

  /// The element at an index.
  @inlinable
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "Buffer: the index is out of range")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "Buffer: the index is out of range")
      base[index] = newValue
    }
  }

  /// Calls `body` with the elements.
  @inlinable
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: base, count: count))
  }

  /// Calls `body` with the elements, which it may change.
  @inlinable
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// A copy of the elements. Allocates.
  @inlinable
  public func array() -> [Element] {
    Array(UnsafeBufferPointer(start: base, count: count))
  }

  /// The elements, for the binding's own calls.
  @inlinable
  var elements: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }

  /// Gives up the memory without freeing it.
  @inlinable
  consuming func release() -> UnsafeMutablePointer<Element> {
    let base = self.base
    discard self
    return base
  }

  @inlinable
  deinit { UnsafeMutableRawPointer(base).deallocate() }
}
