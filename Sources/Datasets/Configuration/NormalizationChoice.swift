import Networks

/// What a config says of normalisation: a name, or `{scale: …, offset: …}`.
public enum NormalizationChoice: Sendable, Hashable, Codable {
  /// Bytes as `unit`, floats as `none`.
  case automatic
  /// Values as they are stored.
  case none
  /// Bytes to 0...1.
  case unit
  /// Bytes to -1...1.
  case symmetric
  /// Bytes to background -0.1 and ink 1.175 (LeCun et al. 1998).
  case lecun1998
  /// Mean 0 and standard deviation 1 over all values of the training set.
  case standard
  /// Mean 0 and standard deviation 1 of each feature over the training set.
  case features
  /// `x * scale + offset`.
  case fixed(scale: Float, offset: Float)

  private static let names: [(name: String, choice: NormalizationChoice)] = [
    ("automatic", .automatic), ("none", .none), ("unit", .unit), ("symmetric", .symmetric),
    ("lecun1998", .lecun1998), ("standard", .standard), ("features", .features),
  ]

  private enum CodingKeys: String, CodingKey { case scale, offset }

  /// Reads a name or a mapping of `scale` and `offset`.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      guard let known = Self.names.first(where: { $0.name == name }) else {
        let allowed = Self.names.map(\.name).joined(separator: ", ")
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription:
              "'\(name)' is no normalization; allowed are \(allowed), or {scale: …, offset: …}"))
      }
      self = known.choice
      return
    }
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self = .fixed(
      scale: try keys.decodeIfPresent(Float.self, forKey: .scale) ?? 1,
      offset: try keys.decodeIfPresent(Float.self, forKey: .offset) ?? 0)
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    if case .fixed(let scale, let offset) = self {
      var keys = encoder.container(keyedBy: CodingKeys.self)
      try keys.encode(scale, forKey: .scale)
      try keys.encode(offset, forKey: .offset)
      return
    }
    var container = encoder.singleValueContainer()
    try container.encode(Self.names.first { $0.choice == self }?.name)
  }

  /// The factors and summands for sets whose training part is `training`; some choices cost a pass over it.
  public func resolved(for training: Dataset) -> Normalization {
    switch self {
    case .automatic: training.format.element == .uint8 ? .unit : Normalization.none
    case .none: Normalization.none
    case .unit: .unit
    case .symmetric: .symmetric
    case .lecun1998: .lecun1998
    case .standard: .standard(for: training)
    case .features: .standardFeatures(for: training)
    case .fixed(let scale, let offset): Normalization(scale: scale, offset: offset)
    }
  }
}
