/// The shape of one example, outermost dimension first: `[channels, height, width]`, or `[features]`.
///
/// The batch is never part of it. An activation of shape `s` for a batch of `b` examples is stored as
/// `[s…, b]`, the batch innermost and contiguous.
public struct Shape: Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// The extents, outermost first; each at least 1.
  public let extents: [Int]
  /// The number of values in one example: the product of the extents.
  public let count: Int

  /// A shape of these extents.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 > 0 }, "a shape has positive extents, not \(extents)")
    self.extents = extents
    count = extents.reduce(1, *)
  }

  /// A shape of these extents.
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    let extents = try decoder.singleValueContainer().decode([Int].self)
    let size = extents.reduce(1.0) { $0 * Double($1) }
    guard !extents.isEmpty, extents.allSatisfy({ $0 > 0 }), size < 0x1p40 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a shape is a list of numbers of at least 1 with a product below 2^40"))
    }
    self.init(extents)
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(extents)
  }

  /// `6x28x28`.
  public var description: String {
    extents.map(String.init).joined(separator: "x")
  }
}

/// A layer or a network that cannot work on the shape that it is given.
public struct ShapeError: Error, Sendable, CustomStringConvertible {
  /// What was wrong, where, what is allowed and what to do.
  public let description: String

  /// An error with this text.
  public init(_ description: String) {
    self.description = description
  }
}
