/// What a config says of the optimizer of a parameter group.
///
/// Keys that a rule does not use must be left out; keys with a default may be.
public struct OptimizerConfiguration: Codable, Hashable, Sendable {
  /// The rule.
  public enum Rule: String, Keyword {
    case sgd, rmsprop, adam, adamw, sdlm
    case fixedStep = "fixed_step"

    /// What the choice is, for errors.
    public static var title: String { "optimizer rule" }
  }

  /// The rule; `sgd` where nothing is said.
  public var rule: Rule
  /// The learning rate η; by default 0.01 for sgd, 0.001 for rmsprop, adam and adamw, 0.0005 for sdlm, 2 for
  /// fixed_step, and 1 where the schedule is a table of rates.
  public var learningRate: Double?
  /// sgd and rmsprop: the fraction of the last velocity that is kept (0).
  public var momentum: Double?
  /// sgd: how the momentum rises over the first epochs (it stays).
  public var momentumRise: MomentumRise?
  /// sgd: whether the gradient is taken ahead of the velocity (no).
  public var nesterov: Bool?
  /// adam and adamw: the decay of the mean of gradients (0.9).
  public var beta1: Double?
  /// adam and adamw (0.999), rmsprop (0.99): the decay of the mean of squared gradients.
  public var beta2: Double?
  /// rmsprop, adam and adamw: what is added to the root of the mean square (1e-8).
  public var epsilon: Double?
  /// The weight decay λ (0): λw is added to the gradient; adamw (0.01) and fixed_step shrink the weights
  /// by ηλ beside the gradient.
  public var weightDecay: Double?
  /// The Euclidean norm that the mean gradient of the group is scaled down to where it is longer.
  public var clipNorm: Double?
  /// The largest magnitude that a parameter may have after a step: the critic of a Wasserstein game (unlimited).
  public var clipWeights: Double?
  /// The largest Euclidean norm of the weights into a unit (of the vector of a symbol, of the weights out of an input of a
  /// transposed convolution): longer ones are shortened after the step (unlimited).
  public var maxNorm: Double?
  /// sdlm: what is added to the curvature (0.02).
  public var mu: Double?
  /// sdlm: the examples whose curvature is measured before each epoch (500).
  public var curvatureExamples: Int?
  /// Whether a mean of the parameters is kept beside them, for evaluation.
  public var averaging: Averaging?
  /// How the learning rate changes (constant).
  public var schedule: Schedule?

  private enum CodingKeys: String, CodingKey {
    case rule, momentum, nesterov, beta1, beta2, epsilon, mu, averaging, schedule
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case clipNorm = "clip_norm"
    case clipWeights = "clip_weights"
    case maxNorm = "max_norm"
    case momentumRise = "momentum_rise"
    case curvatureExamples = "curvature_examples"
  }

  /// The configuration of a rule; what is not given takes the rule's default.
  public init(
    _ rule: Rule = .sgd, learningRate: Double? = nil, momentum: Double? = nil, nesterov: Bool? = nil,
    beta1: Double? = nil, beta2: Double? = nil, epsilon: Double? = nil, weightDecay: Double? = nil,
    clipNorm: Double? = nil, mu: Double? = nil, curvatureExamples: Int? = nil, averaging: Averaging? = nil,
    schedule: Schedule? = nil, momentumRise: MomentumRise? = nil, clipWeights: Double? = nil,
    maxNorm: Double? = nil
  ) {
    self.rule = rule
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clipNorm = clipNorm
    self.mu = mu
    self.curvatureExamples = curvatureExamples
    self.averaging = averaging
    self.schedule = schedule
    self.momentumRise = momentumRise
    self.clipWeights = clipWeights
    self.maxNorm = maxNorm
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      self.init(try Rule(from: decoder))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decodeIfPresent(Rule.self, forKey: .rule) ?? .sgd,
      learningRate: try container.decodeIfPresent(Double.self, forKey: .learningRate),
      momentum: try container.decodeIfPresent(Double.self, forKey: .momentum),
      nesterov: try container.decodeIfPresent(Bool.self, forKey: .nesterov),
      beta1: try container.decodeIfPresent(Double.self, forKey: .beta1),
      beta2: try container.decodeIfPresent(Double.self, forKey: .beta2),
      epsilon: try container.decodeIfPresent(Double.self, forKey: .epsilon),
      weightDecay: try container.decodeIfPresent(Double.self, forKey: .weightDecay),
      clipNorm: try container.decodeIfPresent(Double.self, forKey: .clipNorm),
      mu: try container.decodeIfPresent(Double.self, forKey: .mu),
      curvatureExamples: try container.decodeIfPresent(Int.self, forKey: .curvatureExamples),
      averaging: try container.decodeIfPresent(Averaging.self, forKey: .averaging),
      schedule: try container.decodeIfPresent(Schedule.self, forKey: .schedule),
      momentumRise: try container.decodeIfPresent(MomentumRise.self, forKey: .momentumRise),
      clipWeights: try container.decodeIfPresent(Double.self, forKey: .clipWeights),
      maxNorm: try container.decodeIfPresent(Double.self, forKey: .maxNorm))
  }
}

extension OptimizerConfiguration {
  /// The learning rate for the step after `progress`: a pure function of the step.
  public func learningRate(at progress: Progress) -> Float {
    Float((learningRate ?? defaultLearningRate) * (schedule?.factor(at: progress) ?? 1))
  }

  /// The momentum for the step after `progress`, where it rises; nil where the rule's own stays.
  public func momentum(at progress: Progress) -> Float? {
    momentumRise.map { Float($0.momentum(from: momentum ?? 0, at: progress)) }
  }

  private var defaultLearningRate: Double {
    if schedule?.kind == .table { return 1 }
    return switch rule {
    case .sgd: 0.01
    case .rmsprop, .adam, .adamw: 0.001
    case .sdlm: 0.0005
    case .fixedStep: 2
    }
  }

  /// The optimizer that this configuration describes.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func makeOptimizer() throws(ConfigurationError) -> any Optimizer {
    try validate()
    let decay = Float(weightDecay ?? (rule == .adamw ? 0.01 : 0))
    let epsilon = Float(epsilon ?? 1e-8)
    let base: any Optimizer =
      switch rule {
      case .sgd:
        StochasticGradientDescent(
          momentum: Float(momentum ?? 0), isNesterov: nesterov ?? false, weightDecay: decay)
      case .rmsprop:
        RMSProp(
          beta: Float(beta2 ?? 0.99), momentum: Float(momentum ?? 0), epsilon: epsilon, weightDecay: decay)
      case .adam, .adamw:
        Adam(
          beta1: Float(beta1 ?? 0.9), beta2: Float(beta2 ?? 0.999), epsilon: epsilon, weightDecay: decay,
          isDecoupled: rule == .adamw)
      case .sdlm:
        DiagonalLevenbergMarquardt(
          mu: Float(mu ?? 0.02), curvatureExamples: curvatureExamples ?? 500, weightDecay: decay)
      case .fixedStep: FixedStep(weightDecay: decay)
      }
    return averaging.map { base.averaged($0) } ?? base
  }

  /// Checks that the values make sense and that the keys belong to the rule.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func validate() throws(ConfigurationError) {
    let all = Set(Rule.allCases)
    try check("learning_rate", learningRate, all, "at least 0 and finite") { $0 >= 0 && $0.isFinite }
    try check("momentum", momentum, [.sgd, .rmsprop], "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    try check("nesterov", nesterov, [.sgd], "used together with a momentum above 0") {
      !$0 || (momentum ?? 0) > 0
    }
    try check("beta1", beta1, [.adam, .adamw], "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    try check("beta2", beta2, [.rmsprop, .adam, .adamw], "at least 0 and below 1") { $0 >= 0 && $0 < 1 }
    try check("epsilon", epsilon, [.rmsprop, .adam, .adamw], "greater than 0 (1e-30 ... 1)") {
      $0 >= 1e-30 && $0 <= 1
    }
    try check("weight_decay", weightDecay, all, "at least 0 and finite") { $0 >= 0 && $0.isFinite }
    try check(
      "momentum_rise", momentumRise, [.sgd], "used together with a momentum above 0, towards one below 1"
    ) {
      (momentum ?? 0) > 0 && $0.to >= 0 && $0.to < 1 && $0.epochs >= 1
    }
    try check("clip_weights", clipWeights, all, "greater than 0 and finite") { $0 > 0 && $0.isFinite }
    try check("max_norm", maxNorm, all, "greater than 0 and finite") { $0 > 0 && $0.isFinite }
    try check("clip_norm", clipNorm, all, "greater than 0 and finite") { $0 > 0 && $0.isFinite }
    try check("mu", mu, [.sdlm], "greater than 0 and finite") { $0 > 0 && $0.isFinite }
    try check("curvature_examples", curvatureExamples, [.sdlm], "at least 1") { $0 >= 1 }
    try averaging?.validate()
    try schedule?.validate()
  }

  private func check<Value>(
    _ key: String, _ value: Value?, _ rules: Set<Rule>, _ allowed: String, _ isValid: (Value) -> Bool
  ) throws(ConfigurationError) {
    guard let value else { return }
    guard rules.contains(rule) else {
      let names = rules.map(\.rawValue).sorted().joined(separator: ", ")
      throw ConfigurationError(
        "optimizer.\(key): the rule «\(rule.rawValue)» has no such key (it belongs to \(names)); leave it out"
      )
    }
    guard isValid(value) else {
      throw ConfigurationError("optimizer.\(key) is \(value): it must be \(allowed)")
    }
  }
}
