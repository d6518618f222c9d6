import Networks

/// Gated recurrent units.
///
/// Cho et al. 2014; Chung, Gulcehre, Cho & Bengio 2014.
///
/// ```yaml
/// model:
///   architecture: gru
///   units: 46
///   loss: binary_cross_entropy
/// ```
public final class GatedRecurrentUnit: SequenceModel {
  /// The units, and what they are trained for.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The outputs of each layer.
    public var units: Int?
    /// The number of layers (1), or a list of them.
    public var layers: StackConfiguration?
    /// Whether the reset gate acts before the recurrent product, as in the paper, or after it, as in PyTorch (`before`).
    public var reset: GRUCell.Reset?
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
    /// Whether the outputs see the inputs directly, too (no).
    public var outputSeesInputs: Bool?

    private enum CodingKeys: String, CodingKey {
      case units, layers, reset, bidirectional, embedding, dropout, initializer, loss, average, criterion
      case weightNoise = "weight_noise"
      case recurrentInitializer = "recurrent_initializer"
      case outputSeesInputs = "output_sees_inputs"
    }

    /// Layers of `units` outputs.
    public init(units: Int? = nil, layers: StackConfiguration? = nil, reset: GRUCell.Reset? = nil) {
      self.units = units
      self.layers = layers
      self.reset = reset
    }
  }

  /// The name in the catalogue and in configs.
  public static let name = "gru"
  /// One sentence for the catalogue.
  public static let summary = "Gated recurrent units over sequences (Cho 2014, Chung 2014)"

  /// The network.
  public let network: SequenceNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let initializers = RecurrentInitializers(
      configuration.initializer ?? .rule(.pytorch), recurrent: configuration.recurrentInitializer)
    let cells = try StackConfiguration.units(configuration.units, configuration.layers).map {
      GRUCell(units: $0, reset: configuration.reset ?? .before, initializers: initializers)
    }
    network = try SequenceConfiguration(
      loss: configuration.loss, average: configuration.average, criterion: configuration.criterion,
      bidirectional: configuration.bidirectional, embedding: configuration.embedding,
      dropout: configuration.dropout, weightNoise: configuration.weightNoise,
      outputSeesInputs: configuration.outputSeesInputs, initializer: configuration.initializer
    ).makeNetwork(cells, data: data)
  }
}
