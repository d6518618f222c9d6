import Networks

/// Rosenblatt's perceptron: one layer of threshold units over pixels or fixed random features, for any number of classes.
///
/// Rosenblatt 1958; Novikoff 1962; the linear classifiers of LeCun, Bottou, Bengio & Haffner 1998. The averaged
/// perceptron is this one with `optimizer: {averaging: mean}`, evaluated on the mean.
///
/// ```yaml
/// model:
///   architecture: perceptron
///   features: {random: 512, connections: 20, threshold: 2}
/// ```
public final class Perceptron: NetworkModel {
  /// What the units see, how classes share them, and how they learn.
  public struct Configuration: Codable, Hashable, Sendable {
    /// What the units see (`pixels`).
    public var features: Features?
    /// How classes share the units (`multiclass`).
    public var pairing: Pairing?
    /// How they learn (`mistakes`).
    public var rule: Rule?
    /// Whether each unit has a bias, an input that is always 1 (yes).
    public var bias: Bool?

    private enum CodingKeys: String, CodingKey {
      case features, pairing, rule, bias
    }

    /// A perceptron on pixels, unless more is said.
    public init(features: Features? = nil, pairing: Pairing? = nil, rule: Rule? = nil, bias: Bool? = nil) {
      self.features = features
      self.pairing = pairing
      self.rule = rule
      self.bias = bias
    }
  }

  /// How classes share the units.
  public enum Pairing: String, Keyword {
    /// One unit for each class; the highest wins.
    case multiclass
    /// One unit for each pair of classes, trained on those two alone.
    case pairwise

    /// What the choice is, for errors.
    public static var title: String { "pairing" }
  }

  /// How the units learn.
  public enum Rule: String, Keyword {
    /// Rosenblatt's: after a mistake, the example is added to the right unit and taken from the wrong one.
    case mistakes
    /// Linear regression on targets of ±1, by its gradient.
    case squaredError = "squared_error"

    /// What the choice is, for errors.
    public static var title: String { "rule" }
  }

  /// The name in the catalogue and in configs.
  public static let name = "perceptron"
  /// One sentence for the catalogue.
  public static let summary =
    "Perceptron: threshold units over pixels or fixed random features (Rosenblatt 1958)"

  /// The network and its loss.
  public let supervised: SupervisedNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    guard data.classes >= 2 else {
      throw ConfigurationError(
        "the perceptron needs labelled examples of at least 2 classes, not \(data.classes)")
    }
    let rule = configuration.rule ?? .mistakes
    let loss: any Loss
    var units = data.classes
    switch (configuration.pairing ?? .multiclass, rule) {
    case (.multiclass, .mistakes): loss = PerceptronLoss()
    case (.multiclass, .squaredError): loss = SquaredError(targets: .oneHot(off: -1, on: 1))
    case (.pairwise, _):
      let pairs = PairwiseLoss(rule: rule == .mistakes ? .mistakes : .squaredError, classes: data.classes)
      units = pairs.units
      loss = pairs
    }
    let output = Dense(units: units, hasBias: configuration.bias ?? true, initializer: .rule(.zero))
    supervised = try SupervisedNetwork(
      try (configuration.features ?? .pixels).layers() + [output], loss: loss, data: data,
      maximumBatch: maximumBatch)
  }
}

extension Perceptron {
  /// What the units see: `pixels`, or `{random: 512}`.
  public enum Features: Codable, Hashable, Sendable {
    /// The inputs themselves.
    case pixels
    /// Fixed random feature units.
    case random(RandomFeatures)

    /// Decodes the word, the number or the mapping.
    public init(from decoder: any Decoder) throws {
      if let word = try? decoder.singleValueContainer().decode(String.self) {
        guard word == "pixels" else {
          throw DecodingError.dataCorrupted(
            .init(
              codingPath: decoder.codingPath,
              debugDescription: "unknown features «\(word)»: allowed: pixels, {random: 512}"))
        }
        self = .pixels
      } else {
        self = .random(try RandomFeatures(from: decoder))
      }
    }

    /// Encodes the shortest form that decodes to the same.
    public func encode(to encoder: any Encoder) throws {
      switch self {
      case .pixels:
        var container = encoder.singleValueContainer()
        try container.encode("pixels")
      case .random(let options): try options.encode(to: encoder)
      }
    }

    func layers() throws(ConfigurationError) -> [any Layer] {
      switch self {
      case .pixels: []
      case .random(let options): [try options.layer()]
      }
    }
  }

  /// Fixed random feature units, as the A-units of the Mark I.
  public struct RandomFeatures: Codable, Hashable, Sendable {
    /// The number of units.
    public var random: Int
    /// The inputs that each is wired to, with weights of ±1 (20).
    public var connections: Int?
    /// The sum at which a unit fires (1).
    public var threshold: Double?
    /// What the wiring is drawn from (1).
    public var wiringSeed: UInt64?

    private enum CodingKeys: String, CodingKey {
      case random, connections, threshold
      case wiringSeed = "wiring_seed"
    }

    /// Units with a wiring.
    public init(random: Int, connections: Int? = nil, threshold: Double? = nil, wiringSeed: UInt64? = nil) {
      self.random = random
      self.connections = connections
      self.threshold = threshold
      self.wiringSeed = wiringSeed
    }

    func layer() throws(ConfigurationError) -> AssociationUnits {
      guard (1...1 << 20).contains(random) else {
        throw ConfigurationError("features.random is \(random): it must be between 1 and \(1 << 20)")
      }
      if let connections, connections < 1 {
        throw ConfigurationError("features.connections is \(connections): it must be at least 1")
      }
      if let threshold, !threshold.isFinite {
        throw ConfigurationError("features.threshold is \(threshold): it must be a number")
      }
      return AssociationUnits(
        units: random, connections: connections ?? 20, threshold: Float(threshold ?? 1), seed: wiringSeed ?? 1
      )
    }
  }
}
