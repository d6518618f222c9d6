import Networks

extension DeepBoltzmannMachine {
  /// The levels, and the stages of their training.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The hidden units from the input up, two levels or more.
    public var layers: [Int]
    /// What is trained one after the other.
    public var stages: [DeepBeliefNetwork.Stage]
    /// The persistent chains of the stage `joint` (100).
    public var chains: Int?
    /// How the posterior is inferred.
    public var meanField: MeanFieldOptions?
    /// The mean activity that hidden units shall have in the stage `joint` (any).
    public var sparsity: SparsityTarget?
    /// The kind of the input units (`binary`).
    public var visible: UnitKind?
    /// What is done with inputs between 0 and 1 before the stage `network` (`sampled`).
    public var grey: RestrictedBoltzmannMachine.Grey?
    /// What is done with them while the stage `network` learns (`probabilities`): drawn, they are a noise to learn with.
    public var networkGrey: RestrictedBoltzmannMachine.Grey?
    /// What a layer is given of the layer below it while it is trained (`probabilities`).
    public var activities: RestrictedBoltzmannMachine.Grey?
    /// What visible units of the layers' chains are (`sampled`).
    public var visibleStates: RestrictedBoltzmannMachine.Grey?
    /// The standard deviation of the first weights (0.01).
    public var deviation: Double?
    /// The first weights of the classifier where nothing has been trained before it, and of its outputs (`pytorch`).
    public var initializer: InitializerConfiguration?
    /// What the stage `network` omits at random in training (nothing).
    public var dropout: ClassifierDropout?

    private enum CodingKeys: String, CodingKey {
      case layers, stages, chains, sparsity, visible, grey, activities, deviation, initializer, dropout
      case meanField = "mean_field"
      case networkGrey = "network_grey"
      case visibleStates = "visible_states"
    }

    /// A machine of these levels.
    public init(layers: [Int], stages: [DeepBeliefNetwork.Stage]) {
      self.layers = layers
      self.stages = stages
    }
  }
}

extension DeepBoltzmannMachine.Configuration {
  /// The levels for these data, the input first.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func levels(for data: DataDescription) throws(ConfigurationError) -> [UnitLayer] {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «dbm» works on vectors and images, not on sequences")
    }
    guard (2...64).contains(layers.count) else {
      throw ConfigurationError(
        "model.layers: a deep machine has 2 to 64 hidden layers, not \(layers.count); for one take the architecture «rbm»"
      )
    }
    for units in layers where !(1...1 << 20).contains(units) {
      throw ConfigurationError("model.layers: \(units) units: 1 to \(1 << 20) are possible")
    }
    if case .softmax(let size)? = visible, data.input.count % size != 0 {
      throw ConfigurationError(
        "model.visible: \(data.input.count) inputs cannot be divided into choices of \(size)")
    }
    try LaneState.check(chains: chains)
    if chains != nil || sparsity != nil, !isJoint {
      throw ConfigurationError(
        "model: chains and sparsity belong to the stage «joint»; add it to model.stages, or leave them out")
    }
    if let deviation, !(deviation >= 0 && deviation.isFinite) {
      throw ConfigurationError("model.deviation is \(deviation): at least 0 is needed")
    }
    try meanField?.validate()
    try sparsity?.validate()
    try stages.check(trainable: layers.indices.map { "layer_\($0 + 1)" } + ["joint", "network"], for: data)
    try dropout?.validate(for: stages)
    if let networkGrey, !isClassifier || (networkGrey == .sampled && (visible ?? .binary) != .binary) {
      throw ConfigurationError(
        "model.network_grey belongs to the stage «network» of a machine with binary inputs: add the stage to model.stages "
          + "and leave model.visible binary, or leave network_grey out"
      )
    }
    return [UnitLayer([(visible ?? .binary, data.input.count)])] + layers.map { UnitLayer([(.binary, $0)]) }
  }

  /// Whether a stage trains all levels together.
  var isJoint: Bool { stages.contains { $0.train == "joint" } }
  /// Whether a stage trains a classifier.
  var isClassifier: Bool { stages.contains { $0.train == "network" } }

  /// Both sides of the machine of each layer.
  func machines(_ levels: [UnitLayer]) -> [RestrictedMachine] {
    layers.indices.map { index in
      RestrictedMachine(
        visible: levels[index], hidden: levels[index + 1],
        group: ParameterGroup(
          name: "layer_\(index + 1)",
          slots: RestrictedMachine.slots(
            visible: levels[index], hidden: levels[index + 1],
            start: .init(deviation: Float(deviation ?? 0.01)))),
        scales: DeepMachine.scales(ofLayer: index, depth: layers.count))
    }
  }
}
