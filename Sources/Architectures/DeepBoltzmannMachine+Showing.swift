import Networks

extension DeepBoltzmannMachine: EncodingModel {
  /// The probabilities of the last level's units.
  public var code: Shape { [machines[machines.count - 1].hidden.count] }

  /// Writes q of the last level for a batch.
  public func encode(_ batch: Batch, into codes: Tensor) throws {
    guard batch.count > 0 else { return }
    let field = field
    field.infer(
      try visible(of: batch, random: RandomAddress(seed: 0, step: 0, stream: .model(0))), batch: batch.count)
    codes.base.update(from: field.probabilities(machines.count), count: code.count * batch.count)
  }
}

extension DeepBoltzmannMachine: IllustratedModel, SamplingModel {
  /// The receptive fields of the first level, and what chains of 200 Gibbs steps from the mean field of test examples
  /// have come to.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    guard examples.count > 0 else { return [] }
    let field = field
    let random = RandomAddress(seed: 0, step: 0, stream: .model(0))
    field.infer(try visible(of: examples, random: random), batch: examples.count)
    let count = min(examples.count, 64)
    let odd = FlatBuffer(count: field.machine.oddCount * count)
    var start = odd.base
    for level in stride(from: 1, through: field.machine.depth, by: 2) {
      let q = field.probabilities(level)
      for unit in 0..<field.machine.levels[level].count {
        start.update(from: q + unit * examples.count, count: count)
        start += count
      }
    }
    return [
      receptiveFields(of: field.machine),
      picture(
        of: fantasies(of: field.machine, odd, first: 0, steps: 200, random: random), named: "fantasies"),
    ]
  }

  /// States after `request.steps` Gibbs steps from odd levels drawn from equal chances; the pictures show the expectations
  /// of the last step.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    guard request.label == nil else {
      throw ConfigurationError(
        "the machine has no label units: leave the label out, or train a «dbn» with labels")
    }
    let machine = field.machine
    let random = RandomAddress(seed: request.seed, step: 0, stream: .model(5))
    var values: [Float] = []
    for first in stride(from: 0, to: request.count, by: 64) {
      let count = min(64, request.count - first)
      let odd = FlatBuffer(count: machine.oddCount * count)
      BlockGibbsSampler.begin(
        odd.elements, units: machine.oddCount, chains: first..<first + count, random: random)
      values += fantasies(of: machine, odd, first: first, steps: request.steps, random: random)
    }
    let bytes = values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
    let shown = Array(values.prefix(min(request.count, 1024) * data.input.count))
    return [
      picture(of: shown, named: "samples"), Artifact("samples", .images(shape: data.input, pixels: bytes)),
    ]
  }

  /// The expectations of the input after `steps` Gibbs steps, one image after the other.
  private func fantasies(
    of machine: DeepMachine, _ odd: FlatBuffer, first: Int, steps: Int, random: RandomAddress
  ) -> [Float] {
    let count = odd.count / machine.oddCount
    let sampler = BlockGibbsSampler(machine, maximumCount: count)
    (first..<first + count).map { UInt32($0) }.withUnsafeBufferPointer { numbers in
      for step in 1...max(steps, 1) {
        var random = random
        random.step = UInt64(step)
        sampler.run(odd.base, numbers: numbers, steps: 1, random: random)
      }
    }
    return Tensor(shape: data.input, batch: count, base: sampler.expectations(0)).examples(count)
  }

  private func receptiveFields(of machine: DeepMachine) -> Artifact {
    RestrictedMachine(
      visible: machine.levels[0], hidden: machine.levels[1], group: machine.group,
      weightSlot: machine.weightSlot(1)
    ).receptiveFields(of: data.input)
  }

  private func picture(of values: [Float], named name: String) -> Artifact {
    .units(values, of: machines[0].visible.blocks[0].kind, shape: data.input, named: name)
  }
}
