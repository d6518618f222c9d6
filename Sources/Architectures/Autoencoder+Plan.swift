import Networks

/// The layers of an autoencoder, and where its code and its weights are.
struct AutoencoderPlan {
  /// A dense layer of the encoder or the decoder: what is needed to mirror it, or to multiply its weights.
  struct Stage {
    var inputs: Int
    var units: Int
    var activation: ActivationKind?
    /// The slot of its weights in the group.
    var weightSlot: Int
    /// Whether the slot holds the weights transposed: [inputs, units].
    var isTransposed = false
  }

  /// Encoder, code, decoder.
  private(set) var layers: [any Layer]
  /// The code's layer.
  let code: Code
  /// Its number.
  let codeLayer: Int
  /// The slot of the running means of the activities, where the penalty needs them.
  let activitySlot: Int?
  /// The shape of one code.
  let codeShape: Shape
  /// The dense layers of the decoder, where it has no others.
  private(set) var decoder: [Stage]?
  /// Whether every layer is linear: then the best error is that of the principal components.
  private(set) var isLinear: Bool

  init(_ configuration: Autoencoder.Configuration, input: Shape) throws {
    try configuration.sparsity?.validate()
    let encoderLayers = configuration.encoder.layers
    layers = try Self.located("encoder") { () throws(ConfigurationError) in try encoderLayers.makeLayers() }
    guard !layers.isEmpty else {
      throw ConfigurationError("model.encoder.layers is empty: the code needs at least one layer")
    }
    var shape = input
    var slots = 0
    var stages: [Stage]? = []
    for layer in layers { Self.follow(layer, &shape, &slots, &stages) }
    code = Code(sparsity: configuration.sparsity)
    codeLayer = layers.count
    codeShape = shape
    let isSigmoid =
      if case .activation(.sigmoid)? = encoderLayers.last { true } else {
        (layers.last as? Dense)?.activation == .sigmoid
      }
    guard configuration.sparsity?.kind != .kullbackLeibler || isSigmoid else {
      throw ConfigurationError(
        "sparsity of the kind kl needs a code of mean activities between 0 and 1: let the encoder end with sigmoid units"
      )
    }
    activitySlot = code.slots(for: shape).isEmpty ? nil : slots
    slots += code.slots(for: shape).count
    layers.append(code)

    let decoderLayers: [any Layer]
    if configuration.tied == true || configuration.decoder == nil {
      guard configuration.decoder == nil else {
        throw ConfigurationError("model: tied weights leave nothing to choose: leave «decoder» out")
      }
      decoderLayers = try Self.mirror(encoderLayers, stages, configuration, firstSlot: slots)
    } else {
      guard configuration.output == nil else {
        throw ConfigurationError(
          "model.output belongs to a mirrored decoder: put the function into «decoder»")
      }
      let own = configuration.decoder!.layers
      decoderLayers = try Self.located("decoder") { () throws(ConfigurationError) in try own.makeLayers() }
    }
    var decoderStages: [Stage]? = []
    for layer in decoderLayers { Self.follow(layer, &shape, &slots, &decoderStages) }
    layers += decoderLayers
    decoder = decoderStages
    isLinear =
      (stages.map { $0.allSatisfy { $0.activation == nil } } ?? false)
      && (decoderStages.map { $0.allSatisfy { $0.activation == nil } } ?? false)
  }

  /// Takes a layer into account; `stages` becomes nil at the first layer that is neither dense nor shapeless.
  private static func follow(
    _ layer: any Layer, _ shape: inout Shape, _ slots: inout Int, _ stages: inout [Stage]?
  ) {
    switch layer {
    case let dense as Dense:
      stages?.append(
        Stage(inputs: shape.count, units: dense.units, activation: dense.activation, weightSlot: slots))
    case let tied as TiedDense:
      stages?.append(
        Stage(
          inputs: shape.count, units: tied.units, activation: tied.activation,
          weightSlot: slots + tied.weightOffset, isTransposed: true))
    case is Flatten, is Dropout: break
    case let function as Activation:
      if let last = stages?.indices.last {
        stages?[last].activation = function.function
      } else {
        stages = nil
      }
    default: stages = nil
    }
    // A layer that cannot work on its input is refused by the network, with its number.
    guard let prepared = try? layer.prepared(for: shape), let output = try? prepared.outputShape(for: shape)
    else {
      return
    }
    slots += prepared.slots(for: shape).count
    shape = output
  }

  /// The encoder's dense layers backwards, each with the function of the layer that it gives back.
  private static func mirror(
    _ encoder: [LayerConfiguration], _ stages: [Stage]?, _ configuration: Autoencoder.Configuration,
    firstSlot: Int
  ) throws -> [any Layer] {
    guard let stages, !stages.isEmpty else {
      throw ConfigurationError(
        "model: only an encoder of dense layers can be mirrored\(configuration.tied == true ? " and tied" : ""): give «decoder: {layers: [...]}»"
      )
    }
    let initializers = encoder.compactMap { layer -> InitializerConfiguration? in
      if case .dense(let options) = layer { options.initializer ?? .rule(.pytorch) } else { nil }
    }
    var slot = firstSlot
    return stages.indices.reversed().map { index -> any Layer in
      let stage = stages[index]
      let activation = index == 0 ? configuration.output : stages[index - 1].activation
      guard configuration.tied == true else {
        return Dense(units: stage.inputs, activation: activation, initializer: initializers[index])
      }
      defer { slot += 1 }
      return TiedDense(
        inputs: stage.units, units: stage.inputs, activation: activation,
        weightOffset: stage.weightSlot - slot,
        biasInitializer: initializers[index].biasInitializer(fanIn: stage.units, fanOut: stage.inputs))
    }
  }

  private static func located<Result>(
    _ part: String, _ body: () throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    do throws(ConfigurationError) { return try body() } catch {
      throw ConfigurationError("model.\(part).\(error)")
    }
  }
}
