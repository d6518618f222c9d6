import Networks

extension GenerativeAdversarialNetwork {
  /// Two networks and the rules of their game.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The network that makes examples.
    public var generator: Generator
    /// The network that tells them from real ones.
    public var discriminator: Discriminator
    /// What both play for (`non_saturating`).
    public var loss: AdversarialLoss?
    /// The steps of the discriminator for each of the generator (1).
    public var discriminatorSteps: Int?
    /// Where the generator's phase takes its latent vectors from (`shared`).
    public var generatorNoise: Noise?
    /// What the discriminator is told that a real example is: 1, or a little less, which keeps it from being too sure.
    public var realTarget: Double?
    /// Where the two networks work (`shared`).
    public var placement: PlacementConfiguration?

    private enum CodingKeys: String, CodingKey {
      case generator, discriminator, loss, placement
      case discriminatorSteps = "discriminator_steps"
      case generatorNoise = "generator_noise"
      case realTarget = "real_target"
    }

    /// Two networks and the rules of their game.
    public init(
      generator: Generator, discriminator: Discriminator, loss: AdversarialLoss? = nil,
      discriminatorSteps: Int? = nil, generatorNoise: Noise? = nil, realTarget: Double? = nil,
      placement: PlacementConfiguration? = nil
    ) {
      self.generator = generator
      self.discriminator = discriminator
      self.loss = loss
      self.discriminatorSteps = discriminatorSteps
      self.generatorNoise = generatorNoise
      self.realTarget = realTarget
      self.placement = placement
    }
  }

  /// Where the generator's phase takes its latent vectors from.
  public enum Noise: String, Keyword {
    /// Those of the discriminator's phase.
    case shared
    /// New ones.
    case fresh

    /// What the choice is, for errors.
    public static var title: String { "generator_noise" }
  }

  /// The generator: latent vectors in, examples out.
  public struct Generator: Codable, Hashable, Sendable {
    /// The coordinates of a latent vector.
    public var latent: Int
    /// How they are distributed (`uniform`).
    public var distribution: Distribution?
    /// `uniform`: the largest magnitude of a coordinate (√3, which makes the variance 1).
    public var bound: Double?
    /// The layers, from the latent vector to the example.
    public var layers: [LayerConfiguration]

    private enum CodingKeys: String, CodingKey {
      case latent, distribution, bound, layers
    }

    /// A generator.
    public init(
      latent: Int, distribution: Distribution? = nil, bound: Double? = nil, layers: [LayerConfiguration]
    ) {
      self.latent = latent
      self.distribution = distribution
      self.bound = bound
      self.layers = layers
    }
  }

  /// How the coordinates of latent vectors are distributed.
  public enum Distribution: String, Keyword {
    /// Uniform around 0.
    case uniform
    /// Normal, mean 0 and variance 1.
    case normal

    /// What the choice is, for errors.
    public static var title: String { "distribution" }
  }

  /// The discriminator: examples in, one logit out.
  public struct Discriminator: Codable, Hashable, Sendable {
    /// The layers, from the example to the logit.
    public var layers: [LayerConfiguration]

    private enum CodingKeys: String, CodingKey {
      case layers
    }

    /// A discriminator.
    public init(layers: [LayerConfiguration]) {
      self.layers = layers
    }
  }
}

extension GenerativeAdversarialNetwork.Generator {
  /// The values that the last layer can reach: 0...1 behind a sigmoid, -1...1 behind tanh.
  var range: ClosedRange<Float>? {
    let activation: ActivationKind? =
      switch layers.last {
      case .activation(let kind): kind
      case .dense(let options): options.activation
      case .convolution(let options): options.activation
      case .transposedConvolution(let options): options.activation
      default: nil
      }
    return switch activation {
    case .sigmoid: 0...1
    case .tanh: -1...1
    default: nil
    }
  }
}

extension GenerativeAdversarialNetwork.Configuration {
  /// The two networks, checked against each other and against the data.
  func makeGame(for data: DataDescription, maximumBatch: Int) throws -> AdversarialGame {
    if data.sequence != nil {
      throw ConfigurationError("model: the architecture «gan» works on images and vectors, not on sequences")
    }
    try validate()
    let generator = try network(
      "generator", generator.layers, input: [self.generator.latent], maximumBatch)
    guard generator.output.count == data.input.count else {
      throw ConfigurationError(
        "model.generator makes examples of \(generator.output) = \(generator.output.count) values, but those of the data "
          + "are \(data.input) = \(data.input.count): give its last layer as many outputs")
    }
    let discriminator = try network(
      "discriminator", self.discriminator.layers, input: data.input, maximumBatch)
    guard discriminator.output.count == 1 else {
      throw ConfigurationError(
        "model.discriminator has \(discriminator.output.count) outputs: it needs exactly one, the logit of «real»; end "
          + "it with «dense: 1»")
    }
    return AdversarialGame(
      generator: generator, discriminator: discriminator, loss: loss ?? .nonSaturating,
      realTarget: Float(realTarget ?? 1), latent: latentDistribution)
  }

  private var latentDistribution: LatentDistribution {
    generator.distribution == .normal ? .normal : .uniform(bound: Float(generator.bound ?? 3.0.squareRoot()))
  }

  private func network(
    _ name: String, _ layers: [LayerConfiguration], input: Shape, _ maximumBatch: Int
  ) throws -> Network {
    do {
      return try Network(try layers.makeLayers(), input: input, maximumBatch: maximumBatch, name: name)
    } catch {
      throw ConfigurationError("model.\(name): \(error)")
    }
  }

  private func validate() throws(ConfigurationError) {
    guard (1...1 << 20).contains(generator.latent) else {
      throw ConfigurationError(
        "model.generator.latent is \(generator.latent): it must be between 1 and \(1 << 20)")
    }
    if let bound = generator.bound {
      guard generator.distribution ?? .uniform == .uniform else {
        throw ConfigurationError(
          "model.generator.bound: it belongs to the distribution «uniform», not «normal»; leave it out")
      }
      guard bound > 0, bound <= 1000 else {
        throw ConfigurationError(
          "model.generator.bound is \(bound): it must be above 0 and at most 1000, for example 1")
      }
    }
    guard (1...1_000_000).contains(discriminatorSteps ?? 1) else {
      throw ConfigurationError(
        "model.discriminator_steps is \(discriminatorSteps ?? 1): at least 1 is needed")
    }
    if let realTarget {
      guard realTarget > 0.5, realTarget <= 1 else {
        throw ConfigurationError("model.real_target is \(realTarget): it must be above 0.5 and at most 1")
      }
      guard loss != .wasserstein else {
        throw ConfigurationError("model.real_target: the loss «wasserstein» has no targets; leave it out")
      }
    }
    if loss ?? .nonSaturating != .leastSquares, discriminator.layers.last == .activation(.sigmoid) {
      throw ConfigurationError(
        "model.discriminator ends with a sigmoid, but its output is taken as a logit: leave the sigmoid out, the loss "
          + "has it")
    }
  }
}

/// What a config says of the placement of a game: a word, or the number of ranks of each role.
public enum PlacementConfiguration: Codable, Hashable, Sendable {
  /// Every rank plays both roles.
  case shared
  /// Half of the ranks for each role.
  case split
  /// By measured cost.
  case automatic
  /// So many ranks for each role.
  case sizes(generator: Int, discriminator: Int)

  private enum CodingKeys: String, CodingKey {
    case generator, discriminator
  }

  private static let words: [(word: String, value: PlacementConfiguration)] = [
    ("shared", .shared), ("split", .split), ("auto", .automatic),
  ]

  /// Decodes the word or the mapping.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard let known = Self.words.first(where: { $0.word == word }) else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "unknown placement «\(word)»: "
              + Suggestion.clause(for: word, in: Self.words.map(\.word))
              + ", or {generator: 1, discriminator: 3}"))
      }
      self = known.value
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self = .sizes(
      generator: try container.decode(Int.self, forKey: .generator),
      discriminator: try container.decode(Int.self, forKey: .discriminator))
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    if case .sizes(let generator, let discriminator) = self {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(generator, forKey: .generator)
      try container.encode(discriminator, forKey: .discriminator)
      return
    }
    var container = encoder.singleValueContainer()
    try container.encode(Self.words.first { $0.value == self }?.word)
  }

  func checked() throws(ConfigurationError) -> Placement {
    switch self {
    case .shared: return .shared
    case .split: return .split
    case .automatic: return .automatic
    case .sizes(let generator, let discriminator):
      guard generator >= 1, discriminator >= 1 else {
        throw ConfigurationError(
          "model.placement gives \(generator) ranks to the generator and \(discriminator) to the discriminator: each "
            + "needs at least 1")
      }
      return .sizes([generator, discriminator])
    }
  }
}
