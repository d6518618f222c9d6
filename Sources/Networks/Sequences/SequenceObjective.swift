/// What a network over sequences is trained to make small, and when it is right.
public struct SequenceObjective: Sendable, Hashable {
  /// The loss of one scored step.
  public var loss: Kind
  /// What the sums of gradients are divided by.
  public var average: Average
  /// When a scored step is right; nil for no `sequence_error`.
  public var criterion: SequenceCriterion?

  /// An objective.
  public init(_ loss: Kind, average: Average = .step, criterion: SequenceCriterion? = nil) {
    self.loss = loss
    self.average = average
    self.criterion = criterion
  }

  /// The loss of one scored step with outputs x and targets t.
  public enum Kind: String, Keyword {
    /// -ln softmax(x)[target]: one of several symbols.
    case softmaxCrossEntropy = "softmax_cross_entropy"
    /// Σ ln(1 + e^x) - t x: several independent events, as the notes of a chord; the negative log-likelihood of the step.
    case binaryCrossEntropy = "binary_cross_entropy"
    /// ½ Σ (x - t)².
    case squaredError = "squared_error"
    /// ½ Σ (σ(x) - t)²: logistic outputs, as in the papers of the nineties.
    case logisticSquaredError = "logistic_squared_error"

    /// What the choice is, for errors.
    public static var title: String { "loss" }
  }

  /// What the sums of gradients are divided by.
  public enum Average: String, Keyword {
    /// The number of scored steps.
    case step
    /// The number of sequences.
    case sequence

    /// What the choice is, for errors.
    public static var title: String { "average" }
  }

  /// The figures that are summed over batches, in the order of the sums.
  ///
  /// `scored_steps` and `sequences` are divisors and not shown.
  func metrics(of format: SequenceFormat) -> [Metric] {
    var metrics = [Metric("loss", per: "scored_steps")]
    switch loss {
    case .binaryCrossEntropy: metrics.append(Metric("negative_log_likelihood", per: "scored_steps"))
    case .squaredError, .logisticSquaredError: metrics.append(Metric("absolute_error", per: "scored_steps"))
    case .softmaxCrossEntropy: break
    }
    if format.target.isSymbols { metrics.append(Metric("error", per: "scored_steps")) }
    if criterion != nil { metrics.append(Metric("sequence_error", per: "sequences")) }
    // What is said at each kind of target.
    metrics += format.groups.map { Metric("loss_\($0)", per: "steps_\($0)") }
    metrics += format.groups.map { Metric("steps_\($0)", isShown: false) }
    return metrics + [
      Metric("scored_steps", isShown: false), Metric("sequences", isShown: false),
    ]
  }
}

/// When a scored step is right. A sequence is wrong if any of its scored steps is.
///
/// ```yaml
/// criterion: allowed
/// criterion: {absolute: 0.25}
/// criterion: {absolute: 0.25, group: end}      # only at targets of this kind
/// ```
public enum SequenceCriterion: Sendable, Hashable, Codable {
  /// No output is further than this from its target, at targets of the group where one is named.
  case absolute(Double, group: String? = nil)
  /// The most active output is the target symbol.
  case largest
  /// Where m symbols are allowed, they are the m most active outputs.
  case allowed

  private enum CodingKeys: String, CodingKey {
    case absolute, group
  }

  private enum Word: String, Keyword {
    case largest, allowed

    static var title: String { "criterion" }
  }

  /// Decodes the word or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      self = try Word(from: decoder) == .largest ? .largest : .allowed
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let bound = try container.decode(Double.self, forKey: .absolute)
    guard bound > 0, bound.isFinite else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: container.codingPath,
          debugDescription: "criterion.absolute is \(bound): it must be greater than 0 and finite"))
    }
    self = .absolute(bound, group: try container.decodeIfPresent(String.self, forKey: .group))
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .absolute(let bound, let group):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(bound, forKey: .absolute)
      try container.encodeIfPresent(group, forKey: .group)
    case .largest: try Word.largest.encode(to: encoder)
    case .allowed: try Word.allowed.encode(to: encoder)
    }
  }
}
