import Kernels

/// A stack of recurrent layers with an output layer and a loss: all that a model of sequences consists of.
///
/// Every pass works on whole time slices `[features, batch]`, the batch innermost. States are carried from step to step
/// of the run where the data is a stream. A network belongs to one thread; its parameters may be shared.
public final class SequenceNetwork {
  /// All parameters: the slots of layer 0 are named `0.lstm.input` and so on, those of the output layer `output.weight`.
  public private(set) var parameters: ParameterGroup
  /// The figures that are summed.
  public let metrics: [Metric]
  /// The phases of a step: one.
  public let phases = [Phase("gradient", group: 0)]
  /// What the steps of the data are.
  public let format: SequenceFormat

  let layers: [RecurrentLayer]
  let head: SequenceHead
  let options: Options
  let block: SequenceBlock
  var memory = SequenceMemory()
  var noise: FlatBuffer?
  var wrong: [Bool] = []

  /// What belongs to no single layer.
  public struct Options: Sendable {
    /// The values that stand for a symbol; nil for one-hot codes.
    public var embedding: Int?
    /// Whether every layer runs in both directions.
    public var isBidirectional: Bool
    /// The probability with which outputs of layers are omitted while training.
    public var dropout: Float
    /// The standard deviation of the noise on all parameters while training.
    public var weightNoise: Float
    /// The distribution of the first weights of embedding and output layer.
    public var initializer: InitializerConfiguration
    /// Whether the outputs have biases.
    public var hasOutputBias: Bool
    /// Whether the outputs see the inputs directly, too.
    public var outputSeesInputs: Bool

    /// Options.
    public init(
      embedding: Int? = nil, isBidirectional: Bool = false, dropout: Float = 0, weightNoise: Float = 0,
      initializer: InitializerConfiguration = .rule(.pytorch), hasOutputBias: Bool = true,
      outputSeesInputs: Bool = false
    ) {
      self.embedding = embedding
      self.isBidirectional = isBidirectional
      self.dropout = dropout
      self.weightNoise = weightNoise
      self.initializer = initializer
      self.hasOutputBias = hasOutputBias
      self.outputSeesInputs = outputSeesInputs
    }
  }

  /// A network of these cells, from the inputs up; parameters are zero.
  ///
  /// - Throws: `ConfigurationError` where the data are no sequences, or do not fit the options.
  public init(
    _ cells: [any RecurrentCell], objective: SequenceObjective, options: Options, data: DataDescription
  ) throws(ConfigurationError) {
    let format = try Self.format(of: data, options, objective)
    self.format = format
    self.options = options
    metrics = objective.metrics(of: format)
    var slots: [Slot] = []
    var input = format.input
    if let count = options.embedding {
      let initializer = options.initializer.initializer(fanIn: format.input.count, fanOut: count)
      slots.append(Slot("embedding", shape: [format.input.count, count], initializer: initializer))
      input = .values(count)
    }
    var layers: [RecurrentLayer] = []
    for (index, cell) in cells.enumerated() {
      let layer = RecurrentLayer(
        cell, input: input, isBidirectional: options.isBidirectional, firstSlot: slots.count)
      slots += layer.slots.map {
        Slot("\(index).\($0.name)", shape: $0.shape, initializer: $0.initializer, decays: $0.decays)
      }
      layers.append(layer)
      input = .values(layer.units)
    }
    self.layers = layers
    head = SequenceHead(
      objective, features: input.count, format: format, hasBias: options.hasOutputBias,
      seesInputs: options.outputSeesInputs, initializer: options.initializer, firstSlot: slots.count)
    slots += head.slots
    parameters = ParameterGroup(name: "network", slots: slots)
    let isSoftmaxOfSymbols = objective.loss == .softmaxCrossEntropy && format.target.isSymbols
    block = SequenceBlock(format, targetsAreValues: !isSoftmaxOfSymbols)
  }

  private static func format(
    of data: DataDescription, _ options: Options, _ objective: SequenceObjective
  ) throws(ConfigurationError) -> SequenceFormat {
    guard let format = data.sequence else {
      throw ConfigurationError(
        "recurrent networks work on sequences, but this data has single examples of shape \(data.input): "
          + "choose a data source of sequences (text, piano rolls, series), or another architecture")
    }
    guard format.input.count > 0, format.target.count > 0, format.steps > 0 else {
      throw ConfigurationError("the data has no steps, no inputs or no targets: \(format)")
    }
    if options.isBidirectional, format.isStream {
      throw ConfigurationError(
        "«bidirectional: true» needs whole sequences, but this data is cut from streams, whose future a step must not "
          + "see: leave «bidirectional» out")
    }
    if options.embedding != nil, !format.input.isSymbols {
      throw ConfigurationError(
        "«embedding» stands for symbols, but a step of this data has \(format.input.count) values: leave it out"
      )
    }
    if objective.criterion == .allowed, !format.hasAlternatives {
      throw ConfigurationError(
        "«criterion: allowed» needs data that says what else would be right, as the Reber grammar does: "
          + "take «largest» or «{absolute: 0.3}»")
    }
    if case .absolute = objective.criterion, ![.squaredError, .logisticSquaredError].contains(objective.loss)
    {
      throw ConfigurationError(
        "«criterion: {absolute: …}» goes with the losses squared_error and logistic_squared_error, not with "
          + "\(objective.loss.rawValue)")
    }
    if case .absolute(_, let group?) = objective.criterion, !format.groups.contains(group) {
      throw ConfigurationError(
        "criterion.group is «\(group)»: "
          + (format.groups.isEmpty
            ? "this data tells no kinds of targets apart, leave the key out"
            : Suggestion.clause(for: group, in: format.groups)))
    }
    return format
  }

  /// Works on these parameters from now on: those of another network of the same layers.
  public func share(_ parameters: ParameterGroup) {
    precondition(
      parameters.slots == self.parameters.slots, "networks of different layers cannot share parameters")
    self.parameters = parameters
  }

  /// The floats that are carried on for each stream: all states and memory cells; 0 where sequences are whole.
  public var laneStateCount: Int { format.isStream ? carriedCount : 0 }

  var carriedCount: Int { layers.reduce(0) { $0 + $1.carriedCount } }

  /// One line for each layer: what it is, the outputs of a step, its number of parameters.
  public var summaries: [LayerSummary] {
    let embedding = options.embedding.map {
      LayerSummary(name: "embedding \($0)", output: [$0], parameters: $0 * format.input.count)
    }
    let rows = layers.map { layer in
      LayerSummary(
        name: layer.cell.name + (layer.directions == 2 ? " in both directions" : ""), output: [layer.units],
        parameters: layer.slots.reduce(0) { $0 + $1.count })
    }
    return (embedding.map { [$0] } ?? []) + rows + [
      LayerSummary(
        name: "output, \(head.objective.loss.rawValue)", output: [format.target.count],
        parameters: head.slots.reduce(0) { $0 + $1.count })
    ]
  }
}

extension SequenceFormat.Step {
  /// Whether a step is one of several symbols.
  var isSymbols: Bool { if case .symbols = self { true } else { false } }
}
