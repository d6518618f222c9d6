import Networks

/// A convolutional network: LeNet-5 in the form of the paper or of today, or any list of layers.
///
/// LeCun, Bottou, Bengio & Haffner 1998.
///
/// ```yaml
/// model:
///   architecture: cnn
///   preset: lenet5
/// ```
public final class ConvolutionalNetwork: NetworkModel {
  /// A preset, or layers and a loss.
  public struct Configuration: Codable, Hashable, Sendable {
    /// A network with a name; without one, `layers` must be given.
    public var preset: Preset?
    /// The layers, from the input to the output.
    public var layers: [LayerConfiguration]?
    /// The loss (`softmax_cross_entropy`, for `lenet5-1998` `rbf_map`).
    public var loss: LossConfiguration?

    private enum CodingKeys: String, CodingKey {
      case preset, layers, loss
    }

    /// A preset, or layers; and a loss.
    public init(preset: Preset? = nil, layers: [LayerConfiguration]? = nil, loss: LossConfiguration? = nil) {
      self.preset = preset
      self.layers = layers
      self.loss = loss
    }
  }

  /// The networks that have a name.
  public enum Preset: String, Keyword {
    /// LeNet-5 as people write it today: 61,706 parameters for 28x28 images.
    case lenet5
    /// LeNet-5 as in the paper: 60,000 trainable parameters, images of 32x32.
    case lenet51998 = "lenet5-1998"

    /// What the choice is, for errors.
    public static var title: String { "preset" }
  }

  /// The name in the catalogue and in configs.
  public static let name = "cnn"
  /// One sentence for the catalogue.
  public static let summary =
    "Convolutional network: LeNet-5 as in the paper or as of today, or your layers (LeCun 1998)"

  /// The network and its loss.
  public let supervised: SupervisedNetwork

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let (layers, loss) = try Self.plan(configuration, data)
    supervised = try SupervisedNetwork(
      try layers.makeLayers(), loss: try (configuration.loss ?? loss).makeLoss(), data: data,
      maximumBatch: maximumBatch)
  }

  private static func plan(
    _ configuration: Configuration, _ data: DataDescription
  ) throws(ConfigurationError) -> ([LayerConfiguration], LossConfiguration) {
    switch (configuration.preset, configuration.layers) {
    case (nil, let layers?): return (layers, .softmaxCrossEntropy)
    case (.lenet5, nil): return (Preset.modernLayers(classes: data.classes), .softmaxCrossEntropy)
    case (.lenet51998, nil):
      try Preset.checkPaperInput(data.input)
      return (Preset.paperLayers, .radialBasisMAP(.init()))
    case (nil, nil):
      throw ConfigurationError(
        "model: the architecture «cnn» needs a preset (\(Preset.words.joined(separator: ", "))) or «layers»")
    case (.some(let preset), .some):
      throw ConfigurationError(
        "model: both the preset «\(preset.rawValue)» and «layers» are given: leave one of them out")
    }
  }
}

extension ConvolutionalNetwork.Preset {
  /// 6 maps of 5x5, pooling, 16 maps of 5x5, pooling, 120, 84, one output for each class; tanh throughout.
  static func modernLayers(classes: Int) -> [LayerConfiguration] {
    [
      .convolution(
        .init(maps: 6, kernel: PlaneExtent(5), padding: PlaneExtent(2), activation: .tanh)),
      .averagePooling(.init(size: PlaneExtent(2))),
      .convolution(.init(maps: 16, kernel: PlaneExtent(5), activation: .tanh)),
      .averagePooling(.init(size: PlaneExtent(2))),
      .dense(.init(units: 120, activation: .tanh)),
      .dense(.init(units: 84, activation: .tanh)),
      .dense(.init(units: max(classes, 1))),
    ]
  }

  /// C1, S2, C3, S4, C5, F6 of the paper: 156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000 parameters.
  ///
  /// The squashing function is 1.7159 tanh(2/3 a), also behind the subsampling layers. The first weights are
  /// U(±2.4 / √fan-in): with the ±2.4 / fan-in that the paper states, the signal fades from layer to layer, the measured
  /// curvatures are a thousand times too small, and the first pass diverges. The fixed RBF outputs belong to the loss.
  static let paperLayers: [LayerConfiguration] = [
    .convolution(
      .init(maps: 6, kernel: PlaneExtent(5), activation: .scaledTanh, initializer: .rule(.lecunRoot))),
    .subsampling(.init(size: PlaneExtent(2), activation: .scaledTanh, initializer: .rule(.lecunRoot))),
    .convolution(
      .init(
        maps: 16, kernel: PlaneExtent(5), connections: .lenet5C3, activation: .scaledTanh,
        initializer: .rule(.lecunRoot))),
    .subsampling(.init(size: PlaneExtent(2), activation: .scaledTanh, initializer: .rule(.lecunRoot))),
    .convolution(
      .init(maps: 120, kernel: PlaneExtent(5), activation: .scaledTanh, initializer: .rule(.lecunRoot))),
    .dense(.init(units: 84, activation: .scaledTanh, initializer: .rule(.lecunRoot))),
  ]

  /// The paper's images are 32x32, so that strokes can end in the middle of a receptive field.
  static func checkPaperInput(_ input: Shape) throws(ConfigurationError) {
    guard input != [1, 32, 32] else { return }
    let remedy =
      input == [1, 28, 28]
      ? "set «data.padding: 2», which frames images of 28x28 with the background"
      : "give it images of 1x32x32"
    throw ConfigurationError("the preset «lenet5-1998» works on images of 1x32x32, not \(input): \(remedy)")
  }
}
