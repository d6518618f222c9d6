import Networks

/// Long short-term memory: with forget gates and, if wanted, peepholes; or the memory cell blocks of 1997.
///
/// Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000.
///
/// ```yaml
/// architecture: lstm
/// model: {units: 256}
///
/// model:                      # the network of 1997 for the adding problem: 93 weights
///   memory_blocks: {count: 2, size: 2, input_gate_bias: [-3, -6]}
///   loss: logistic_squared_error
///   initializer: {uniform: 0.1}
/// ```
public final class LongShortTermMemory: SequenceModel {
  /// The cells, and what they are trained for.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The memory cell blocks of 1997, in place of `units` and `layers`.
    public var memoryBlocks: MemoryBlockConfiguration?
    /// The outputs of each layer.
    public var units: Int?
    /// The number of layers (1), or a list of them.
    public var layers: StackConfiguration?
    /// Whether gates see the cells through diagonal weights (no).
    public var peepholes: Bool?
    /// The first bias of the forget gates (as the other biases).
    public var forgetBias: Double?
    /// Whether layers run in both directions (no).
    public var bidirectional: Bool?
    /// The values that stand for a symbol (none: one-hot codes).
    public var embedding: Int?
    /// The probability with which outputs of layers are omitted while training (0).
    public var dropout: Double?
    /// The standard deviation of the noise on all weights while training (0).
    public var weightNoise: Double?
    /// The distribution of the first weights (`pytorch`).
    public var initializer: InitializerConfiguration?
    /// The distribution of the first weights from the state before (as the others).
    public var recurrentInitializer: InitializerConfiguration?
    /// The loss of a step (symbols: `softmax_cross_entropy`, values: `squared_error`).
    public var loss: SequenceObjective.Kind?
    /// What gradients are divided by (`step`).
    public var average: SequenceObjective.Average?
    /// When a step is right, for `sequence_error` (none).
    public var criterion: SequenceCriterion?
    /// Whether the outputs have biases (yes).
    public var outputBias: Bool?
    /// Whether the outputs see the inputs directly, too (no).
    public var outputSeesInputs: Bool?

    private enum CodingKeys: String, CodingKey {
      case units, layers, peepholes, bidirectional, embedding, dropout, initializer, loss, average, criterion
      case memoryBlocks = "memory_blocks"
      case forgetBias = "forget_bias"
      case outputBias = "output_bias"
      case outputSeesInputs = "output_sees_inputs"
      case weightNoise = "weight_noise"
      case recurrentInitializer = "recurrent_initializer"
    }

    /// Layers of `units` outputs.
    public init(units: Int? = nil, layers: StackConfiguration? = nil, peepholes: Bool? = nil) {
      self.units = units
      self.layers = layers
      self.peepholes = peepholes
    }
  }

  /// The name in the catalogue and in configs.
  public static let name = "lstm"
  /// One sentence for the catalogue.
  public static let summary =
    "Long short-term memory: memory cells behind gates, over sequences (Hochreiter & Schmidhuber 1997)"

  /// The network.
  public let network: SequenceNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let initializers = RecurrentInitializers(
      configuration.initializer ?? .rule(.pytorch), recurrent: configuration.recurrentInitializer)
    if let bias = configuration.forgetBias, !bias.isFinite {
      throw ConfigurationError("model.forget_bias is \(bias): it must be a number")
    }
    let cells: [any RecurrentCell]
    if let blocks = configuration.memoryBlocks {
      cells = [try Self.cell(blocks, configuration, initializers)]
    } else {
      cells = try StackConfiguration.units(configuration.units, configuration.layers).map {
        LSTMCell(
          units: $0, hasPeepholes: configuration.peepholes ?? false,
          forgetBias: configuration.forgetBias.map { Float($0) }, initializers: initializers)
      }
    }
    network = try SequenceConfiguration(
      loss: configuration.loss, average: configuration.average, criterion: configuration.criterion,
      bidirectional: configuration.bidirectional, embedding: configuration.embedding,
      dropout: configuration.dropout, weightNoise: configuration.weightNoise,
      outputSeesInputs: configuration.outputSeesInputs, initializer: configuration.initializer
    ).makeNetwork(cells, data: data, hasOutputBias: configuration.outputBias ?? true)
  }

  private static func cell(
    _ blocks: MemoryBlockConfiguration, _ configuration: Configuration, _ initializers: RecurrentInitializers
  ) throws(ConfigurationError) -> MemoryBlockCell {
    let others: [(String, Bool)] = [
      ("units", configuration.units != nil), ("layers", configuration.layers != nil),
      ("peepholes", configuration.peepholes != nil), ("forget_bias", configuration.forgetBias != nil),
      ("bidirectional", configuration.bidirectional == true),
    ]
    if let (name, _) = others.first(where: { $0.1 }) {
      throw ConfigurationError(
        "model: «memory_blocks» is the network of 1997, which has no «\(name)»: leave one of them out")
    }
    return try blocks.makeCell(initializers)
  }
}
