import Networks

/// A multilayer perceptron, or any other chain of layers, trained by back-propagation.
///
/// Rumelhart, Hinton & Williams 1986. The config lists the layers; the last one has as many outputs as the loss needs:
///
/// ```yaml
/// model:
///   architecture: mlp
///   layers: [{dense: {units: 300, activation: tanh}}, {dense: 10}]
///   loss: softmax_cross_entropy
/// ```
public final class MultilayerPerceptron: NetworkModel, PretrainedModel {
  /// The layers and the loss.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The layers, from the input to the output.
    public var layers: [LayerConfiguration]
    /// The loss (`softmax_cross_entropy`).
    public var loss: LossConfiguration?

    private enum CodingKeys: String, CodingKey {
      case layers, loss
    }

    /// Layers and a loss.
    public init(layers: [LayerConfiguration], loss: LossConfiguration? = nil) {
      self.layers = layers
      self.loss = loss
    }
  }

  /// The name in the catalogue and in configs.
  public static let name = "mlp"
  /// One sentence for the catalogue.
  public static let summary =
    "Multilayer perceptron: dense layers and activations, by back-propagation (Rumelhart 1986)"

  /// The network and its loss.
  public let supervised: SupervisedNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    supervised = try SupervisedNetwork(
      try configuration.layers.makeLayers(),
      loss: try (configuration.loss ?? .softmaxCrossEntropy).makeLoss(), data: data,
      maximumBatch: maximumBatch)
  }
}
