import Kernels
import Networks

/// An autoencoder: an encoder, a code, and a decoder that gives the input back.
///
/// Bourlard & Kamp 1988; Hinton & Salakhutdinov 2006; with corrupted inputs Vincent et al. 2008. The decoder is the
/// mirror of a dense encoder unless it is given; with tied weights it works with the transposed weights of the encoder.
///
/// ```yaml
/// model:
///   encoder: {layers: [{dense: {units: 1000, activation: sigmoid}}, {dense: 30}]}
///   tied: false
///   loss: binary_cross_entropy
/// ```
public final class Autoencoder: Model {
  /// Encoder, decoder, loss, noise and penalty.
  public struct Configuration: Codable, Hashable, Sendable {
    /// A list of layers.
    public struct Part: Codable, Hashable, Sendable {
      /// The layers, in their order.
      public var layers: [LayerConfiguration]

      /// Layers.
      public init(layers: [LayerConfiguration]) {
        self.layers = layers
      }
    }

    /// From the input to the code.
    public var encoder: Part
    /// From the code to the output; where it is not given, the mirror of the encoder.
    public var decoder: Part?
    /// Whether the decoder's weights are the transposes of the encoder's (no).
    public var tied: Bool?
    /// The function on the outputs of a mirrored decoder (none).
    public var output: ActivationKind?
    /// What is made small (`squared_error`).
    public var loss: Reconstruction?
    /// What is done to the inputs in training (nothing).
    public var corruption: CorruptionConfiguration?
    /// What makes the code sparse (nothing).
    public var sparsity: SparsityConfiguration?

    private enum CodingKeys: String, CodingKey {
      case encoder, decoder, tied, output, loss, corruption, sparsity
    }

    /// An autoencoder.
    public init(
      encoder: Part, decoder: Part? = nil, tied: Bool? = nil, output: ActivationKind? = nil,
      loss: Reconstruction? = nil, corruption: CorruptionConfiguration? = nil,
      sparsity: SparsityConfiguration? = nil
    ) {
      self.encoder = encoder
      self.decoder = decoder
      self.tied = tied
      self.output = output
      self.loss = loss
      self.corruption = corruption
      self.sparsity = sparsity
    }
  }

  /// How a reconstruction is compared with the input.
  public enum Reconstruction: String, Keyword {
    /// ½ Σ (output - input)².
    case squaredError = "squared_error"
    /// The outputs are logits; inputs lie in 0...1.
    case binaryCrossEntropy = "binary_cross_entropy"

    /// What the choice is, for errors.
    public static var title: String { "loss" }

    var loss: any Loss {
      switch self {
      case .squaredError: SquaredError(targets: .inputs)
      case .binaryCrossEntropy: BinaryCrossEntropy(targets: .inputs)
      }
    }
  }

  /// The name in the catalogue and in configs.
  public static let name = "autoencoder"
  /// One sentence for the catalogue.
  public static let summary =
    "Autoencoder: dense, deep, tied, convolutional, denoising or sparse (Hinton & Salakhutdinov 2006)"
  /// Labels only colour pictures.
  public static let needsLabels = false
  /// The squared error of a reconstruction, summed over its values.
  public static let mainMetric = "reconstruction_error"

  /// `loss` with its penalty, and the squared error of the reconstruction, summed over its values.
  public let metrics = [Metric("loss"), Metric("reconstruction_error")]

  let network: Network
  let reconstruction: Reconstruction
  let plan: AutoencoderPlan
  private let data: DataDescription
  private let loss: any Loss
  private let workspace: LossWorkspace
  private let corruption: CorruptionConfiguration?
  private let corrupted: FlatBuffer
  private let onlyPhase = [Phase("gradient", group: 0)]

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «autoencoder» works on vectors and images, not on sequences")
    }
    try configuration.corruption?.validate()
    plan = try AutoencoderPlan(configuration, input: data.input)
    network = try Network(plan.layers, input: data.input, maximumBatch: maximumBatch)
    reconstruction = configuration.loss ?? .squaredError
    loss = reconstruction.loss
    guard network.output.count == data.input.count else {
      throw ConfigurationError(
        "model: the decoder ends with \(network.output.count) outputs, but an input has \(data.input.count) values: end "
          + "it with «- dense: \(data.input.count)», or leave «decoder» out")
    }
    try loss.check(outputs: network.output, data: data)
    workspace = LossWorkspace(for: loss, outputs: network.output, maximumBatch: maximumBatch)
    self.data = data
    corruption = configuration.corruption
    corrupted = FlatBuffer(count: corruption == nil ? 0 : data.input.count * maximumBatch)
  }

  /// One group: the network.
  public var parameters: [ParameterGroup] { [network.parameters] }
  /// Whether a layer looks at several examples at once.
  public var mixesExamples: Bool { network.mixesExamples }
  /// Whether a layer adds up numbers over all lanes.
  public var needsAllLanes: Bool { network.needsAllLanes }
  /// One line for each layer.
  public var layerSummaries: [LayerSummary] { network.summaries }
  /// The shape of what the data look like.
  public var input: Shape { data.input }

  /// Adds up over these lanes from now on.
  public func connect(to lanes: any LaneReducer) { network.connect(to: lanes) }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: Autoencoder) {
    network.share(other.network.parameters)
  }

  /// One phase: the gradient.
  public func phases(at progress: Progress) -> [Phase] { onlyPhase }

  /// Adds the gradient, or the curvature of the loss without noise and penalty, over the batch.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    guard batch.count > 0 || needsAllLanes else { return }
    contribution.add(examples: batch.count)
    if phase.kind == .curvature {
      let outputs = network.infer(batch.inputs)
      loss.curvature(outputs, batch, into: network.outputGradient, workspace)
      return try network.curvature(into: contribution)
    }
    let outputs = network.forward(
      corrupt(batch, random: random), examples: batch.examples, random: random, isTraining: true)
    let figures = figures(outputs, batch)
    contribution.add(figures.loss, toMetric: 0)
    contribution.add(figures.reconstructionError, toMetric: 1)
    network.backward(into: contribution)
  }

  /// Adds the sums over the batch, without noise.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    sums[0] += Double(batch.count)
    let figures = figures(network.infer(batch.inputs), batch)
    sums[1] += figures.loss
    sums[2] += figures.reconstructionError
  }

  /// The metric sums of the last forward pass; leaves dE/doutputs in the network.
  private func figures(_ outputs: Tensor, _ batch: Batch) -> (loss: Double, reconstructionError: Double) {
    let gradient = network.outputGradient
    let fit = loss.evaluate(outputs, batch, gradient: gradient, workspace).loss
    // For both losses dE/doutputs is the reconstruction less the input.
    return (
      fit + plan.code.penalty(of: codes, activities: activities), Reduction.sumOfSquares(gradient.values)
    )
  }

  /// The codes of the last forward pass.
  var codes: Tensor { network.output(ofLayer: plan.codeLayer) }

  private var activities: UnsafeBufferPointer<Float> {
    guard let slot = plan.activitySlot else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(network.parameters[slot])
  }

  /// The inputs of the network in training.
  private func corrupt(_ batch: Batch, random: RandomAddress) -> Tensor {
    guard let corruption else { return batch.inputs }
    let noisy = Tensor(shape: batch.inputs.shape, batch: batch.count, base: corrupted.base)
    corruption.apply(
      batch.inputs, into: noisy, examples: batch.examples, random: random.stream(.model(1)))
    return noisy
  }

  /// The reconstructions of a batch, valid until the next forward pass.
  func reconstruct(_ batch: Batch) -> Tensor {
    let outputs = network.infer(batch.inputs)
    guard reconstruction == .binaryCrossEntropy else { return outputs }
    let probabilities = network.outputGradient
    Kernels.Activation.sigmoid.apply(outputs.values, into: probabilities.elements)
    return probabilities
  }
}
