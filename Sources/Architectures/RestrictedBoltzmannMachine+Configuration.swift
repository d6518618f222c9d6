import Networks

extension RestrictedBoltzmannMachine {
  /// The units, how they begin, and how the statistics are drawn.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The number of hidden units.
    public var hidden: Int
    /// The kind of the hidden units (`binary`).
    public var hiddenKind: UnitKind?
    /// The kind of the visible units (`binary`).
    public var visible: UnitKind?
    /// Whether the label of an example is visible, too: a choice among as many units as there are classes (no).
    public var labels: Bool?
    /// The Gibbs steps of an update (1): a number, or rows of epochs.
    public var steps: GibbsSteps?
    /// The persistent chains of the run; where not given, chains begin at the data: contrastive divergence.
    public var chains: Int?
    /// What is done with inputs between 0 and 1 (`sampled`).
    public var grey: Grey?
    /// What visible units of the chains are (`sampled`).
    public var visibleStates: Grey?
    /// The standard deviation of the first weights (0.01).
    public var deviation: Double?
    /// The first biases of hidden units (0).
    public var hiddenBias: Double?
    /// What visible biases begin with (`marginals`).
    public var visibleBias: FirstBias?
    /// The mean activity that hidden units shall have (any).
    public var sparsity: SparsityTarget?

    private enum CodingKeys: String, CodingKey {
      case hidden, visible, labels, steps, chains, grey, deviation, sparsity
      case hiddenKind = "hidden_kind"
      case visibleStates = "visible_states"
      case hiddenBias = "hidden_bias"
      case visibleBias = "visible_bias"
    }

    /// A machine of this many hidden units.
    public init(hidden: Int) {
      self.hidden = hidden
    }
  }

  /// What stands for a unit that is on with some probability.
  public enum Grey: String, Keyword {
    /// A state, drawn anew at every step.
    case sampled
    /// The probability itself.
    case probabilities

    /// What the choice is, for errors.
    public static var title: String { "choice of states" }
  }

  /// What visible biases begin with.
  public enum FirstBias: String, Keyword {
    /// The frequencies of the first step's examples.
    case marginals
    /// 0.
    case zero

    /// What the choice is, for errors.
    public static var title: String { "first bias" }
  }
}

extension RestrictedBoltzmannMachine.Configuration {
  /// The sides of the machine for these data.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func layers(for data: DataDescription) throws(ConfigurationError) -> (visible: UnitLayer, hidden: UnitLayer)
  {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «rbm» works on vectors and images, not on sequences")
    }
    guard (1...1 << 20).contains(hidden) else {
      throw ConfigurationError("model.hidden is \(hidden): 1 to \(1 << 20) units are possible")
    }
    if case .softmax? = hiddenKind {
      throw ConfigurationError("model.hidden_kind: hidden units are binary or gaussian")
    }
    if hiddenKind == .gaussian, visible == .gaussian {
      throw ConfigurationError(
        "model: visible and hidden units cannot both be gaussian: such a machine has no normal distribution unless its "
          + "weights are small; make one side binary")
    }
    if case .softmax(let size)? = visible, data.input.count % size != 0 {
      throw ConfigurationError(
        "model.visible: \(data.input.count) inputs cannot be divided into choices of \(size)")
    }
    try LaneState.check(chains: chains)
    if chains != nil, visibleStates == .probabilities {
      throw ConfigurationError(
        "model.visible_states: persistent chains need states that are drawn; leave it out, or leave «chains» out"
      )
    }
    try steps?.validate(key: "model.steps")
    try sparsity?.validate()
    if sparsity != nil, hiddenKind == .gaussian {
      throw ConfigurationError("model.sparsity: gaussian units have no mean activity between 0 and 1")
    }
    for (key, value) in [("deviation", deviation), ("hidden_bias", hiddenBias)] {
      if let value, !value.isFinite || (key == "deviation" && value < 0) {
        throw ConfigurationError("model.\(key) is \(value): a finite number is needed")
      }
    }
    var blocks: [(kind: UnitKind, count: Int)] = [(visible ?? .binary, data.input.count)]
    if labels == true {
      guard data.classes >= 2 else {
        throw ConfigurationError(
          "model.labels: the examples of these data carry no labels; leave it out, or give labelled data")
      }
      blocks.append((.softmax(data.classes), data.classes))
    }
    return (UnitLayer(blocks), UnitLayer([(hiddenKind ?? .binary, hidden)]))
  }
}
