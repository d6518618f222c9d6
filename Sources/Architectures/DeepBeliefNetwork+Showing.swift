import Networks

extension DeepBeliefNetwork: PretrainingModel {
  /// The layers; label units are left out.
  public var pretrainedLayers: [PretrainedLayer] {
    zip(recognitionMachines, generationMachines).map {
      PretrainedLayer(recognition: $0, generation: $1, inputs: $0.visible.blocks[0].units.count)
    }
  }
}

extension DeepBeliefNetwork: EncodingModel {
  /// The probabilities of the last layer's units.
  public var code: Shape { [stack.top.hidden.count] }

  /// Writes what the last layer makes of a batch; labels are not shown to it.
  public func encode(_ batch: Batch, into codes: Tensor) throws {
    guard batch.count > 0 else { return }
    let stack = stack
    stack.set(
      try visible(of: batch, random: RandomAddress(seed: 0, step: 0, stream: .model(0))), batch: batch.count)
    stack.rise(to: stack.layers.count, batch: batch.count)
    if hasLabels { stack.clearLabels(classes: data.classes, batch: batch.count) }
    stack.top.hiddenInputs(of: stack.level(stack.layers.count), batch: batch.count, into: codes.base)
    stack.top.expectHidden(codes.base, batch: batch.count)
  }
}

extension DeepBeliefNetwork: IllustratedModel, SamplingModel {
  /// The receptive fields of the first layer, and what the network dreams: of each class in turn, where it has labels.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    let labels = (0..<40).map { hasLabels ? $0 % data.classes : nil }
    let values = dream(labels, steps: 500, seed: 0)
    return [
      recognitionMachines[0].receptiveFields(of: data.input), picture(of: values, named: "fantasies"),
    ]
  }

  /// What Gibbs steps of the top machine lead to, taken down through the layers.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    if request.label != nil, !hasLabels {
      throw ConfigurationError(
        "the network has no label units: train it with model.labels: true, or leave the label out")
    }
    let values = dream(
      Array(repeating: request.label, count: request.count), steps: request.steps, seed: request.seed)
    let bytes = values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    let shown = Array(values.prefix(min(request.count, 1024) * data.input.count))
    return [
      picture(of: shown, named: "samples"), Artifact("samples", .images(shape: data.input, pixels: bytes)),
    ]
  }

  /// Dreams of these classes, one image after the other.
  private func dream(_ labels: [Int?], steps: Int, seed: UInt64) -> [Float] {
    let stack = stack
    let random = RandomAddress(seed: seed, step: 0, stream: .model(5))
    var values: [Float] = []
    for first in stride(from: 0, to: labels.count, by: maximumBatch) {
      let count = min(maximumBatch, labels.count - first)
      let sampler = GibbsSampler(stack.top, count: count, first: first)
      sampler.begin(random: random)
      sampler.run(steps: steps, random: random) { v in
        guard let units = stack.top.visible.blocks.dropFirst().first?.units else { return }
        for column in 0..<count {
          guard let label = labels[first + column] else { continue }
          for unit in units { v[unit * count + column] = unit - units.lowerBound == label ? 1 : 0 }
        }
      }
      let numbers = (first..<first + count).map { UInt32($0) }
      numbers.withUnsafeBufferPointer { numbers in
        let states = stack.layers.isEmpty ? sampler.expectations : sampler.visible
        let inputs = stack.descend(from: states.base, drawing: numbers, random: random)
        values += Tensor(
          shape: data.input, batch: count, base: UnsafeMutablePointer(mutating: inputs)
        ).examples(count)
      }
    }
    return values
  }

  private func picture(of values: [Float], named name: String) -> Artifact {
    .units(values, of: recognitionMachines[0].visible.blocks[0].kind, shape: data.input, named: name)
  }
}
