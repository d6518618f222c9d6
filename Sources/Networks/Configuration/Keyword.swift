/// A word of a config that stands for one of a fixed list of choices: `tanh`, `adam`.
public protocol Keyword: RawRepresentable<String>, CaseIterable, Codable, Hashable, Sendable {
  /// What the choice is, for errors: `activation`.
  static var title: String { get }
}

extension Keyword {
  /// All words, in order.
  public static var words: [String] { allCases.map { $0.rawValue } }

  /// Decodes the word.
  ///
  /// - Throws: `DecodingError` that lists the allowed words and suggests the nearest.
  public init(from decoder: any Decoder) throws {
    let word = try decoder.singleValueContainer().decode(String.self)
    guard let value = Self(rawValue: word) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "unknown \(Self.title) «\(word)»: \(Suggestion.clause(for: word, in: Self.words))"
        ))
    }
    self = value
  }

  /// Encodes the word.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
