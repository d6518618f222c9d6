import Networks

extension Autoencoder: PretrainedModel {
  /// The encoder takes the layers; the decoder, where its weights are its own, takes them transposed: «unrolling».
  ///
  /// Hinton & Salakhutdinov 2006.
  public func start(with layers: [PretrainedLayer]) throws {
    let isTied = plan.layers.contains { $0 is TiedDense }
    try network.start(with: layers, mirrored: !isTied)
    guard isTied else { return }
    // Tied layers have biases of their own alone; they follow the encoder's slots from the code outwards.
    let slots = network.parameters.slots
    for (index, layer) in layers.enumerated() {
      let slot = slots.count - 1 - index
      guard slots[slot].count == layer.inputs else { continue }
      for i in layer.inputBias.indices { network.parameters[slot][i] = layer.inputBias[i] }
    }
  }
}
