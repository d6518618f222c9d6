import Networks

extension DeepBeliefNetwork {
  /// The layers, and the stages of their training.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The hidden layers from the input up: a number of units, or `{units: 30, kind: gaussian}`.
    public var layers: [Units]
    /// Whether labels are visible units of the top machine, a choice among as many as there are classes (no).
    public var labels: Bool?
    /// What is trained one after the other.
    public var stages: [Stage]
    /// The persistent chains of the top machine in the stage `up_down`; where not given, chains begin at the data.
    public var chains: Int?
    /// The kind of the input units (`binary`).
    public var visible: UnitKind?
    /// What is done with inputs between 0 and 1 in pretraining (`sampled`).
    public var grey: RestrictedBoltzmannMachine.Grey?
    /// What a layer is given of the layer below it while it is trained (`probabilities`).
    public var activities: RestrictedBoltzmannMachine.Grey?
    /// What visible units of the chains are in pretraining (`sampled`).
    public var visibleStates: RestrictedBoltzmannMachine.Grey?
    /// The standard deviation of the first weights (0.01).
    public var deviation: Double?
    /// The first weights of the classifier where no layer has been trained before it, and of its outputs (`pytorch`).
    public var initializer: InitializerConfiguration?
    /// What the stage `network` omits at random in training (nothing).
    public var dropout: ClassifierDropout?

    private enum CodingKeys: String, CodingKey {
      case layers, labels, stages, chains, visible, grey, activities, deviation, initializer, dropout
      case visibleStates = "visible_states"
    }

    /// A network of these layers.
    public init(layers: [Units], stages: [Stage]) {
      self.layers = layers
      self.stages = stages
    }
  }

  /// One hidden layer.
  public struct Units: Codable, Hashable, Sendable {
    /// The number of units.
    public var units: Int
    /// Their kind (`binary`); `gaussian` for the last layer only.
    public var kind: UnitKind?

    private enum CodingKeys: String, CodingKey { case units, kind }

    /// A layer.
    public init(_ units: Int, kind: UnitKind? = nil) {
      self.units = units
      self.kind = kind
    }

    /// Decodes the number or the mapping.
    public init(from decoder: any Decoder) throws {
      if let units = try? decoder.singleValueContainer().decode(Int.self) {
        self.init(units)
        return
      }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        try values.decode(Int.self, forKey: .units),
        kind: try values.decodeIfPresent(UnitKind.self, forKey: .kind))
    }

    /// Encodes the shortest form that decodes to the same.
    public func encode(to encoder: any Encoder) throws {
      guard let kind else {
        var container = encoder.singleValueContainer()
        return try container.encode(units)
      }
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(units, forKey: .units)
      try container.encode(kind, forKey: .kind)
    }
  }

  /// Some epochs in which one parameter group is trained: `{train: layer_2, epochs: 10}`.
  public struct Stage: Codable, Hashable, Sendable {
    /// The group: `layer_1` and so on, `up_down`, `network`. It is also the name of its optimizer in `optimizers`, whose
    /// schedule is counted from the stage's first epoch to its last.
    public var train: String
    /// The number of epochs; the last stage goes on to the end of the run.
    public var epochs: Int
    /// The Gibbs steps of layers and of the top machine (1).
    public var steps: Int?

    /// A stage.
    public init(train: String, epochs: Int, steps: Int? = nil) {
      self.train = train
      self.epochs = epochs
      self.steps = steps
    }
  }
}

extension DeepBeliefNetwork.Configuration {
  /// Both sides of the machine of each layer.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func sides(for data: DataDescription) throws(ConfigurationError) -> [(
    visible: UnitLayer, hidden: UnitLayer
  )] {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «dbn» works on vectors and images, not on sequences")
    }
    guard (1...64).contains(layers.count) else {
      throw ConfigurationError("model.layers: 1 to 64 hidden layers are possible, not \(layers.count)")
    }
    if case .softmax(let size)? = visible, data.input.count % size != 0 {
      throw ConfigurationError(
        "model.visible: \(data.input.count) inputs cannot be divided into choices of \(size)")
    }
    if labels == true, data.classes < 2 {
      throw ConfigurationError(
        "model.labels: the examples of these data carry no labels; leave it out, or give labelled data")
    }
    if let deviation, !(deviation >= 0 && deviation.isFinite) {
      throw ConfigurationError("model.deviation is \(deviation): at least 0 is needed")
    }
    var below = (kind: visible ?? .binary, count: data.input.count)
    var sides: [(visible: UnitLayer, hidden: UnitLayer)] = []
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      guard (1...1 << 20).contains(layer.units) else {
        throw ConfigurationError("model.layers: \(layer.units) units: 1 to \(1 << 20) are possible")
      }
      let kind = layer.kind ?? .binary
      guard kind == .binary || (kind == .gaussian && isLast && below.kind != .gaussian) else {
        throw ConfigurationError(
          "model.layers: layer \(index + 1) is \(kind.name), but hidden units are binary; only the last layer may be "
            + "gaussian, above a layer that is not")
      }
      var blocks = [below]
      if isLast, labels == true { blocks.append((.softmax(data.classes), data.classes)) }
      sides.append((UnitLayer(blocks), UnitLayer([(kind, layer.units)])))
      below = (kind, layer.units)
    }
    return sides
  }

  /// The names that a stage may train.
  var trainable: [String] { layers.indices.map { "layer_\($0 + 1)" } + ["up_down", "network"] }

  /// Whether a stage trains all layers together.
  var hasUpDown: Bool { stages.contains { $0.train == "up_down" } }

  /// Checks the stages.
  ///
  /// - Throws: `ConfigurationError` that names the stage, what is wrong and what is allowed.
  func checkStages(for data: DataDescription) throws(ConfigurationError) {
    try stages.check(trainable: trainable, for: data)
    try dropout?.validate(for: stages)
    try LaneState.check(chains: chains)
    if chains != nil, !hasUpDown {
      throw ConfigurationError(
        "model.chains belong to the stage «up_down»; add it to model.stages, or leave chains out")
    }
    if hasUpDown, layers.last?.kind == .gaussian || layers.count < 2 {
      throw ConfigurationError("model.stages: up_down needs at least two layers, all of binary units")
    }
  }
}
