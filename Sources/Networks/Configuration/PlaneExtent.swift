/// Two numbers that belong to the rows and columns of an image: `5`, or `[5, 3]` for 5 rows and 3 columns.
public struct PlaneExtent: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Down the image.
  public var vertical: Int
  /// Across the image.
  public var horizontal: Int

  /// The same number both ways.
  public init(_ both: Int) {
    vertical = both
    horizontal = both
  }

  /// Two numbers.
  public init(vertical: Int, horizontal: Int) {
    self.vertical = vertical
    self.horizontal = horizontal
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let both = try? decoder.singleValueContainer().decode(Int.self) {
      self.init(both)
      return
    }
    guard let pair = try? decoder.singleValueContainer().decode([Int].self), pair.count == 2 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "expected a number such as 5 or [rows, columns]"))
    }
    self.init(vertical: pair[0], horizontal: pair[1])
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if vertical == horizontal {
      try container.encode(vertical)
    } else {
      try container.encode([vertical, horizontal])
    }
  }

  /// `5x5`.
  public var description: String { "\(vertical)x\(horizontal)" }

  /// Checks that both numbers lie in `allowed`.
  func check(_ key: String, in allowed: ClosedRange<Int>) throws(ConfigurationError) {
    guard allowed.contains(vertical), allowed.contains(horizontal) else {
      throw ConfigurationError(
        "\(key) is \(vertical == horizontal ? "\(vertical)" : "[\(vertical), \(horizontal)]"): "
          + "it must be between \(allowed.lowerBound) and \(allowed.upperBound)")
    }
  }
}
