/// A layer that was learnt before the network that it becomes part of.
public struct PretrainedLayer: Sendable {
  /// The number of its inputs.
  public var inputs: Int
  /// The number of its units.
  public var units: Int
  /// The weights on the way up, [units, inputs].
  public var weights: [Float]
  /// The biases of the units.
  public var bias: [Float]
  /// The weights on the way down, [units, inputs].
  public var generativeWeights: [Float]
  /// The biases of the inputs on the way down.
  public var inputBias: [Float]

  /// The layer of a restricted machine, or of two that share their units.
  ///
  /// - Parameter inputs: how many of the visible units count, from the first on: all but labels.
  public init(recognition: RestrictedMachine, generation: RestrictedMachine, inputs: Int) {
    let width = recognition.visible.count
    let units = recognition.hidden.count
    func rows(_ weights: UnsafeBufferPointer<Float>) -> [Float] {
      (0..<units).flatMap { weights[$0 * width..<$0 * width + inputs] }
    }
    self.inputs = inputs
    self.units = units
    weights = rows(recognition.weights)
    generativeWeights = rows(generation.weights)
    bias = (0..<units).map { recognition.hiddenBias[$0] }
    inputBias = (0..<inputs).map { generation.visibleBias[$0] }
  }
}

/// A model whose layers can begin another network: `start: RUN`.
public protocol PretrainingModel: Model {
  /// The layers, from the input up.
  var pretrainedLayers: [PretrainedLayer] { get }
}

/// A model that can begin with layers that were learnt before.
public protocol PretrainedModel: Model {
  /// Takes the layers.
  ///
  /// - Throws: `ConfigurationError` where they do not fit.
  func start(with layers: [PretrainedLayer]) throws
}

/// A model that can begin with the parameters of another run of its architecture: `start: RUN`.
public protocol RestartedModel: Model {
  /// Takes the parameters.
  ///
  /// - Throws: `ConfigurationError` where they do not fit.
  func start(with other: Self) throws
}

extension Network {
  /// The numbers of the dense layers that have weights of their own.
  private var denseLayers: [Int] { layers.indices.filter { layers[$0] is Dense } }

  /// Gives the first dense layers these weights and biases; with `mirrored` the last ones the transposed generative
  /// weights and the biases of the inputs, in reverse.
  ///
  /// - Throws: `ConfigurationError` where there are too few dense layers or one is of another size.
  package func start(with pretrained: [PretrainedLayer], mirrored: Bool) throws(ConfigurationError) {
    let dense = denseLayers
    guard dense.count >= pretrained.count * (mirrored ? 2 : 1) else {
      throw ConfigurationError(
        "start: the run has \(pretrained.count) layers, but this network has \(dense.count) dense layers with weights "
          + "of their own\(mirrored ? " in encoder and decoder together" : ""): give it at least "
          + "\(pretrained.count * (mirrored ? 2 : 1))")
    }
    for (index, layer) in pretrained.enumerated() {
      try fill(dense[index], layer.weights, layer.bias, [layer.units, layer.inputs])
      guard mirrored else { continue }
      var transposed = [Float](repeating: 0, count: layer.generativeWeights.count)
      for unit in 0..<layer.units {
        for input in 0..<layer.inputs {
          transposed[input * layer.units + unit] = layer.generativeWeights[unit * layer.inputs + input]
        }
      }
      try fill(
        dense[dense.count - 1 - index], transposed, layer.inputBias, [layer.inputs, layer.units])
    }
  }

  private func fill(
    _ layer: Int, _ weights: [Float], _ bias: [Float], _ shape: Shape
  ) throws(ConfigurationError) {
    let slot = firstSlot(ofLayer: layer)
    guard parameters.slots[slot].shape == shape else {
      throw ConfigurationError(
        "start: the dense layer \(layer) has weights of \(parameters.slots[slot].shape) (units x inputs), but the layer "
          + "that it shall begin with has \(shape): make the layers of both runs the same")
    }
    for (index, values) in [weights, bias].enumerated()
    where index == 0 || (layers[layer] as? Dense)?.hasBias == true {
      for i in values.indices { parameters[slot + index][i] = values[i] }
    }
  }
}

extension PretrainedModel where Self: NetworkModel {
  /// The first dense layers take the weights.
  public func start(with layers: [PretrainedLayer]) throws {
    try supervised.network.start(with: layers, mirrored: false)
  }
}
