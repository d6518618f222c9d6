import Networks

extension RestrictedBoltzmannMachine: PretrainingModel {
  /// One layer; label units are left out.
  public var pretrainedLayers: [PretrainedLayer] {
    machine.prepare()
    return [
      PretrainedLayer(
        recognition: machine, generation: machine, inputs: machine.visible.blocks[0].units.count)
    ]
  }
}

extension RestrictedBoltzmannMachine: EncodingModel {
  /// The probabilities of the hidden units.
  public var code: Shape { [machine.hidden.count] }

  /// Writes the hidden expectations of a batch.
  public func encode(_ batch: Batch, into codes: Tensor) throws {
    guard batch.count > 0 else { return }
    machine.prepare()
    let v = try visible(of: batch, random: RandomAddress(seed: 0, step: 0, stream: .model(0)))
    machine.hiddenInputs(of: v, batch: batch.count, into: codes.base)
    machine.expectHidden(codes.base, batch: batch.count)
  }
}

extension RestrictedBoltzmannMachine: IllustratedModel, SamplingModel {
  /// The receptive fields of hidden units, each scaled to its largest weight, and what chains of 200 Gibbs steps from
  /// test examples have come to.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    guard examples.count > 0 else { return [] }
    machine.prepare()
    let random = RandomAddress(seed: 0, step: 0, stream: .model(0))
    let v = try visible(of: examples, random: random)
    let count = min(examples.count, 64)
    let sampler = GibbsSampler(machine, count: count)
    for unit in 0..<machine.visible.count {
      (sampler.visible.base + unit * count).update(from: v + unit * examples.count, count: count)
    }
    sampler.run(steps: 200, random: random)
    return [
      machine.receptiveFields(of: data.input),
      picture(of: pixels(of: sampler.expectations, count: count), named: "fantasies"),
    ]
  }

  /// States after `request.steps` Gibbs steps from states that the visible biases alone give; the pictures show the
  /// expectations of the last step.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    if request.label != nil, machine.visible.blocks.count == 1 {
      throw ConfigurationError(
        "the machine has no label units: train it with model.labels: true, or leave the label out")
    }
    machine.prepare()
    let random = RandomAddress(seed: request.seed, step: 0, stream: .model(5))
    var values: [Float] = []
    for first in stride(from: 0, to: request.count, by: max(maximumBatch, 64)) {
      let count = min(max(maximumBatch, 64), request.count - first)
      let sampler = GibbsSampler(machine, count: count, first: first)
      sampler.begin(random: random)
      sampler.run(steps: request.steps, random: random) { clamp($0, label: request.label, count: count) }
      values += pixels(of: sampler.expectations, count: count)
    }
    let bytes = values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    let shown = Array(values.prefix(min(request.count, 1024) * data.input.count))
    return [
      picture(of: shown, named: "samples"), Artifact("samples", .images(shape: data.input, pixels: bytes)),
    ]
  }

  private func clamp(_ v: UnsafeMutablePointer<Float>, label: Int?, count: Int) {
    guard let label, let units = machine.visible.blocks.last?.units else { return }
    for unit in units {
      (v + unit * count).update(repeating: unit - units.lowerBound == label ? 1 : 0, count: count)
    }
  }

  /// The inputs among visible values `[visible, count]`, one example after the other.
  private func pixels(of values: FlatBuffer, count: Int) -> [Float] {
    Tensor(shape: data.input, batch: count, base: values.base).examples(count)
  }

  private func picture(of values: [Float], named name: String) -> Artifact {
    .units(values, of: machine.visible.blocks[0].kind, shape: data.input, named: name)
  }
}
