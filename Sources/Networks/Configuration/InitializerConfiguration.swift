/// How a config names the distribution of a layer's first weights: a word, or `{normal: 0.01}`.
///
/// fan-in is the number of values that one unit reads, fan-out the number of units that read one value.
public enum InitializerConfiguration: Codable, Hashable, Sendable {
  /// A rule that depends on the layer's size.
  case rule(InitializerRule)
  /// U(-value, value).
  case uniform(Double)
  /// N(0, value²).
  case normal(Double)
  /// All `value`.
  case constant(Double)
  /// Orthonormal rows or columns times `value`.
  case orthogonal(Double)

  private enum CodingKeys: String, CodingKey {
    case uniform, normal, constant, orthogonal
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard InitializerRule(rawValue: word) != nil || !["uniform", "normal", "constant"].contains(word) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "«\(word)» needs a value: {\(word): 0.05}"))
      }
      self = .rule(try InitializerRule(from: decoder))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let uniform = try container.decodeIfPresent(Double.self, forKey: .uniform)
    let normal = try container.decodeIfPresent(Double.self, forKey: .normal)
    let constant = try container.decodeIfPresent(Double.self, forKey: .constant)
    let orthogonal = try container.decodeIfPresent(Double.self, forKey: .orthogonal)
    switch (uniform, normal, constant, orthogonal) {
    case (let value?, nil, nil, nil) where value >= 0 && value.isFinite: self = .uniform(value)
    case (nil, let value?, nil, nil) where value >= 0 && value.isFinite: self = .normal(value)
    case (nil, nil, let value?, nil) where value.isFinite: self = .constant(value)
    case (nil, nil, nil, let value?) where value >= 0 && value.isFinite: self = .orthogonal(value)
    default:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "an initializer is one of {uniform: bound}, {normal: standard deviation}, "
            + "{constant: value}, {orthogonal: gain} (bound, deviation and gain at least 0), or one of "
            + InitializerRule.words.joined(separator: ", ")))
    }
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    if case .rule(let rule) = self { return try rule.encode(to: encoder) }
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .rule: break
    case .uniform(let value): try container.encode(value, forKey: .uniform)
    case .normal(let value): try container.encode(value, forKey: .normal)
    case .constant(let value): try container.encode(value, forKey: .constant)
    case .orthogonal(let gain): try container.encode(gain, forKey: .orthogonal)
    }
  }

  /// The distribution for weights of this fan-in and fan-out.
  public func initializer(fanIn: Int, fanOut: Int) -> Initializer {
    switch self {
    case .rule(let rule): rule.initializer(fanIn: fanIn, fanOut: fanOut)
    case .uniform(let bound): .uniform(low: -Float(bound), high: Float(bound))
    case .normal(let deviation): .normal(mean: 0, standardDeviation: Float(deviation))
    case .constant(let value): .constant(Float(value))
    case .orthogonal(let gain): .orthogonal(gain: Float(gain))
    }
  }
}

extension InitializerConfiguration {
  /// The distribution of biases that goes with these weights; zero for those of a given width.
  public func biasInitializer(fanIn: Int, fanOut: Int) -> Initializer {
    guard case .rule(let rule) = self else { return .zero }
    return rule.biasInitializer(fanIn: fanIn, fanOut: fanOut)
  }
}
