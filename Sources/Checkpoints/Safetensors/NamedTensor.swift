import Networks

/// A tensor to be written: a name, extents, and a view of bytes.
public struct NamedTensor {
  /// The name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The extents, outermost first; none for a single value.
  public let extents: [Int]
  /// The elements, row-major, little endian.
  public let bytes: UnsafeRawBufferPointer
  /// What keeps the bytes alive; where it is `nil` the caller does.
  private let owner: AnyObject?

  /// A view of `bytes`, which hold exactly as many elements of `type` as the product of `extents` says.
  ///
  /// They must live as long as this value: `owner` is kept for that.
  public init(
    _ name: String, type: ElementType, extents: [Int], bytes: UnsafeRawBufferPointer, owner: AnyObject? = nil
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

  /// A view of single-precision values.
  public init(
    _ name: String, shape: Shape, values: UnsafeMutableBufferPointer<Float>, owner: AnyObject? = nil
  ) {
    self.init(
      name, type: .float32, extents: shape.extents, bytes: UnsafeRawBufferPointer(values), owner: owner)
  }
}
