/// The options of batch normalisation: the word `batch_normalization`, or a mapping.
public struct BatchNormalizationConfiguration: Codable, Hashable, Sendable {
  /// What is added to the variance (0.00001).
  public var epsilon: Double?
  /// How far the running averages move in a step (0.1).
  public var rate: Double?
  /// Which examples count: those of the `lane`, or of `all` lanes (lane).
  public var over: BatchNormalization.Extent?

  private enum CodingKeys: String, CodingKey {
    case epsilon, rate, over
  }

  /// The options of batch normalisation.
  public init(epsilon: Double? = nil, rate: Double? = nil, over: BatchNormalization.Extent? = nil) {
    self.epsilon = epsilon
    self.rate = rate
    self.over = over
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> BatchNormalization {
    let (epsilon, rate) = (epsilon ?? 1e-5, rate ?? 0.1)
    guard epsilon >= 1e-12, epsilon <= 1 else {
      throw ConfigurationError(
        "batch_normalization.epsilon is \(epsilon): it must be greater than 0 (1e-12 ... 1)")
    }
    guard rate > 0, rate <= 1 else {
      throw ConfigurationError("batch_normalization.rate is \(rate): it must be above 0 and at most 1")
    }
    return BatchNormalization(epsilon: Float(epsilon), rate: Float(rate), over: over ?? .lane)
  }
}
