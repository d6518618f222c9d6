/// What the configs of all recurrent networks have in common, beyond the cells.
public struct SequenceConfiguration: Sendable {
  /// The loss of a scored step.
  public var loss: SequenceObjective.Kind?
  /// What gradients are divided by.
  public var average: SequenceObjective.Average?
  /// When a step is right.
  public var criterion: SequenceCriterion?
  /// Whether layers run in both directions.
  public var bidirectional: Bool?
  /// The values that stand for a symbol.
  public var embedding: Int?
  /// The probability of dropout.
  public var dropout: Double?
  /// The deviation of the noise on weights.
  public var weightNoise: Double?
  /// Whether the outputs see the network's inputs directly, too.
  public var outputSeesInputs: Bool?
  /// The distribution of first weights.
  public var initializer: InitializerConfiguration?

  /// What a config says.
  public init(
    loss: SequenceObjective.Kind? = nil, average: SequenceObjective.Average? = nil,
    criterion: SequenceCriterion? = nil, bidirectional: Bool? = nil, embedding: Int? = nil,
    dropout: Double? = nil, weightNoise: Double? = nil, outputSeesInputs: Bool? = nil,
    initializer: InitializerConfiguration? = nil
  ) {
    self.loss = loss
    self.average = average
    self.criterion = criterion
    self.bidirectional = bidirectional
    self.embedding = embedding
    self.dropout = dropout
    self.weightNoise = weightNoise
    self.outputSeesInputs = outputSeesInputs
    self.initializer = initializer
  }

  /// A network of these cells.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeNetwork(
    _ cells: [any RecurrentCell], data: DataDescription, hasOutputBias: Bool = true
  ) throws(ConfigurationError) -> SequenceNetwork {
    if let embedding, !(1...1 << 16).contains(embedding) {
      throw ConfigurationError("model.embedding is \(embedding): it must be between 1 and \(1 << 16)")
    }
    if let dropout, !(dropout >= 0 && dropout < 1) {
      throw ConfigurationError("model.dropout is \(dropout): it must be at least 0 and below 1")
    }
    if let weightNoise, !(weightNoise >= 0 && weightNoise.isFinite) {
      throw ConfigurationError("model.weight_noise is \(weightNoise): it must be at least 0 and finite")
    }
    let options = SequenceNetwork.Options(
      embedding: embedding, isBidirectional: bidirectional ?? false, dropout: Float(dropout ?? 0),
      weightNoise: Float(weightNoise ?? 0), initializer: initializer ?? .rule(.pytorch),
      hasOutputBias: hasOutputBias, outputSeesInputs: outputSeesInputs ?? false)
    let isSymbols = data.sequence?.target.isSymbols ?? true
    let objective = SequenceObjective(
      loss ?? (isSymbols ? .softmaxCrossEntropy : .squaredError), average: average ?? .step,
      criterion: criterion)
    return try SequenceNetwork(cells, objective: objective, options: options, data: data)
  }
}
