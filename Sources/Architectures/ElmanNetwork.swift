import Networks

/// Elman's network: hidden units that see their own activations of the step before.
///
/// Elman 1990. With `gradient: one_step` and `activation: logistic` it is trained as in the paper: the copied state
/// counts as an input, errors are not followed back in time. Otherwise by back-propagation through time.
///
/// ```yaml
/// model:
///   architecture: rnn
///   units: 20
///   gradient: one_step
/// ```
public final class ElmanNetwork: SequenceModel {
  /// The units, and what they are trained for.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The outputs of each layer.
    public var units: Int?
    /// The number of layers (1), or a list of them.
    public var layers: StackConfiguration?
    /// The function on the units (`tanh`).
    public var activation: ElmanCell.Function?
    /// How far back the error is followed (`full`).
    public var gradient: ElmanCell.GradientKind?
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
      case units, layers, activation, gradient, bidirectional, embedding, dropout, initializer, loss, average
      case criterion
      case weightNoise = "weight_noise"
      case recurrentInitializer = "recurrent_initializer"
      case outputSeesInputs = "output_sees_inputs"
    }

    /// Layers of `units` outputs.
    public init(
      units: Int? = nil, layers: StackConfiguration? = nil, activation: ElmanCell.Function? = nil,
      gradient: ElmanCell.GradientKind? = nil
    ) {
      self.units = units
      self.layers = layers
      self.activation = activation
      self.gradient = gradient
    }
  }

  /// The name in the catalogue and in configs.
  public static let name = "rnn"
  /// One sentence for the catalogue.
  public static let summary = "Elman's recurrent network over sequences (Elman 1990)"

  /// The network.
  public let network: SequenceNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let initializers = RecurrentInitializers(
      configuration.initializer ?? .rule(.pytorch), recurrent: configuration.recurrentInitializer)
    let cells = try StackConfiguration.units(configuration.units, configuration.layers).map {
      ElmanCell(
        units: $0, function: configuration.activation ?? .tanh, gradient: configuration.gradient ?? .full,
        initializers: initializers)
    }
    network = try SequenceConfiguration(
      loss: configuration.loss, average: configuration.average, criterion: configuration.criterion,
      bidirectional: configuration.bidirectional, embedding: configuration.embedding,
      dropout: configuration.dropout, weightNoise: configuration.weightNoise,
      outputSeesInputs: configuration.outputSeesInputs, initializer: configuration.initializer
    ).makeNetwork(cells, data: data)
  }
}
