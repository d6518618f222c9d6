import Networks

/// A tensor to be read: the name, type and extents that are wanted, and the memory that is to be filled.
public struct TensorDestination {
  /// The name in the file.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The extents, outermost first.
  public let extents: [Int]
  /// The memory to fill.
  public let bytes: UnsafeMutableRawBufferPointer
  /// What keeps the bytes alive; where it is `nil` the caller does.
  private let owner: AnyObject?

  /// A place for a tensor, of exactly as many elements of `type` as the product of `extents` says.
  ///
  /// The memory must live as long as this value: `owner` is kept for that.
  public init(
    _ name: String, type: ElementType, extents: [Int], bytes: UnsafeMutableRawBufferPointer,
    owner: AnyObject? = nil
  ) {
    precondition(
      extents.reduce(1, *) * type.size == bytes.count,
      "tensor \(name): \(bytes.count) bytes are not \(extents) elements of \(type.size) bytes")
    self.name = name
    self.type = type
    self.extents = extents
    self.bytes = bytes
    self.owner = owner
  }

  /// A place for single-precision values.
  public init(
    _ name: String, shape: Shape, values: UnsafeMutableBufferPointer<Float>, owner: AnyObject? = nil
  ) {
    self.init(
      name, type: .float32, extents: shape.extents, bytes: UnsafeMutableRawBufferPointer(values), owner: owner
    )
  }

  /// The same memory, to be written to a file.
  public var tensor: NamedTensor {
    NamedTensor(name, type: type, extents: extents, bytes: UnsafeRawBufferPointer(bytes), owner: owner)
  }
}
