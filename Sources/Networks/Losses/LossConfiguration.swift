/// What a config says of the loss: a word, or `{squared_error: {off: -1, on: 1}}`, `{rbf_map: {margin: 1}}`.
public enum LossConfiguration: Codable, Hashable, Sendable {
  /// -log softmax(outputs)[label].
  case softmaxCrossEntropy
  /// ½ Σ (output - target)².
  case squaredError(SquaredErrorOptions)
  /// Binary cross-entropy of each output as a logit.
  case binaryCrossEntropy
  /// The RBF outputs and the maximum a posteriori loss of LeNet-5.
  case radialBasisMAP(RadialBasisOptions)

  /// The targets of the squared error.
  public struct SquaredErrorOptions: Codable, Hashable, Sendable {
    /// The target of the units of other classes (0).
    public var off: Double?
    /// The target of the unit of the example's class (1).
    public var on: Double?

    /// Targets.
    public init(off: Double? = nil, on: Double? = nil) {
      self.off = off
      self.on = on
    }
  }

  /// The constant of the MAP loss.
  public struct RadialBasisOptions: Codable, Hashable, Sendable {
    /// j of the «rubbish» class e^-j (1): a penalty above it is as good as infinite.
    public var margin: Double?

    /// A constant.
    public init(margin: Double? = nil) {
      self.margin = margin
    }
  }

  private enum Word: String, Keyword {
    case softmaxCrossEntropy = "softmax_cross_entropy"
    case squaredError = "squared_error"
    case binaryCrossEntropy = "binary_cross_entropy"
    case radialBasisMAP = "rbf_map"

    static var title: String { "loss" }
  }

  private enum CodingKeys: String, CodingKey {
    case squaredError = "squared_error"
    case radialBasisMAP = "rbf_map"
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      switch try Word(from: decoder) {
      case .softmaxCrossEntropy: self = .softmaxCrossEntropy
      case .squaredError: self = .squaredError(SquaredErrorOptions())
      case .binaryCrossEntropy: self = .binaryCrossEntropy
      case .radialBasisMAP: self = .radialBasisMAP(RadialBasisOptions())
      }
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let squared = try container.decodeIfPresent(SquaredErrorOptions.self, forKey: .squaredError)
    let radial = try container.decodeIfPresent(RadialBasisOptions.self, forKey: .radialBasisMAP)
    switch (squared, radial) {
    case (let options?, nil): self = .squaredError(options)
    case (nil, let options?): self = .radialBasisMAP(options)
    default:
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a loss is one of \(Word.words.joined(separator: ", ")), "
            + "{squared_error: {off: -1, on: 1}} or {rbf_map: {margin: 1}}"))
    }
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .softmaxCrossEntropy: try Word.softmaxCrossEntropy.encode(to: encoder)
    case .binaryCrossEntropy: try Word.binaryCrossEntropy.encode(to: encoder)
    case .squaredError(let options):
      guard options != SquaredErrorOptions() else { return try Word.squaredError.encode(to: encoder) }
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(options, forKey: .squaredError)
    case .radialBasisMAP(let options):
      guard options != RadialBasisOptions() else { return try Word.radialBasisMAP.encode(to: encoder) }
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(options, forKey: .radialBasisMAP)
    }
  }

  /// The loss that this describes.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLoss() throws(ConfigurationError) -> any Loss {
    switch self {
    case .softmaxCrossEntropy: return SoftmaxCrossEntropy()
    case .binaryCrossEntropy: return BinaryCrossEntropy()
    case .squaredError(let options):
      let off = options.off ?? 0
      let on = options.on ?? 1
      guard off.isFinite, on.isFinite, off < on else {
        throw ConfigurationError("loss.squared_error: off is \(off) and on is \(on): off must be below on")
      }
      return SquaredError(targets: .oneHot(off: Float(off), on: Float(on)))
    case .radialBasisMAP(let options):
      let margin = options.margin ?? 1
      guard margin > 0, margin.isFinite else {
        throw ConfigurationError("loss.rbf_map.margin is \(margin): it must be greater than 0 and finite")
      }
      return RadialBasisMAP(margin: Float(margin))
    }
  }
}
