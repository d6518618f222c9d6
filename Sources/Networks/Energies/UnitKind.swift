/// What the states of units are, and how they are drawn given their inputs a.
///
/// | kind | states | distribution |
/// |---|---|---|
/// | `binary` | 0 or 1 | p(1) = 1 / (1 + e^-a) |
/// | `gaussian` | real numbers | normal, mean a, variance 1: give data of mean 0 and variance 1 |
/// | `{softmax: K}` | each K neighbouring units are one choice | p(k) = e^a_k / Σ e^a |
///
/// Welling, Rosen-Zvi & Hinton 2005.
public enum UnitKind: Hashable, Sendable, Codable {
  /// 0 or 1.
  case binary
  /// Real numbers.
  case gaussian
  /// Groups of this many units, one of which is 1.
  case softmax(Int)

  private enum CodingKeys: String, CodingKey { case softmax }

  private enum Word: String, Keyword {
    case binary, gaussian
    static var title: String { "kind of units" }
  }

  /// Decodes the word or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      self = try Word(from: decoder) == .binary ? .binary : .gaussian
      return
    }
    let size = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .softmax)
    guard (2...1 << 20).contains(size) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "softmax is \(size): a choice is among 2 to \(1 << 20) units"))
    }
    self = .softmax(size)
  }

  /// Encodes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .softmax(let size):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(size, forKey: .softmax)
    case .binary: try Word.binary.encode(to: encoder)
    case .gaussian: try Word.gaussian.encode(to: encoder)
    }
  }

  /// For people.
  public var name: String {
    switch self {
    case .binary: "binary"
    case .gaussian: "gaussian"
    case .softmax(let size): "softmax of \(size)"
    }
  }
}
