import Networks

extension Autoencoder: EncodingModel {
  /// The shape of one code.
  public var code: Shape { plan.codeShape }

  /// Writes the codes of a batch.
  public func encode(_ batch: Batch, into codes: Tensor) throws {
    guard batch.count > 0 else { return }
    network.infer(batch.inputs)
    let own = self.codes
    precondition(codes.count == own.count, "room for codes of another shape")
    codes.base.update(from: own.base, count: own.count)
  }
}

extension Autoencoder: IllustratedModel {
  /// The inputs above their reconstructions, and of codes of two values a map.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    guard examples.count > 0 else { return [] }
    let count = min(examples.count, 32)
    let reconstructions = reconstruct(examples)
    let inputs = examples.inputs.examples(count)
    let layout = GridLayout(range: Self.range(of: inputs))
    var artifacts = [
      Artifact(
        "reconstructions",
        .picture(
          .comparison([inputs, reconstructions.examples(count)], shape: input, layout: layout)))
    ]
    if plan.codeShape.count == 2 {
      let codes = codes.examples(examples.count)
      let points = (0..<examples.count).map { (x: Double(codes[2 * $0]), y: Double(codes[2 * $0 + 1])) }
      artifacts.append(
        Artifact("codes", .picture(.scatter(points, classes: examples.labels.map { Int($0) }))))
    }
    return artifacts
  }

  /// What is black and what is white: 0 and 1, or the extremes of inputs that leave that range.
  private static func range(of inputs: [Float]) -> ClosedRange<Float> {
    let finite = inputs.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < 0 || high > 1 else { return 0...1 }
    return low...high
  }
}

extension Autoencoder: AssessedModel {
  /// How far the model is from the best linear code of the same size: that of the principal components.
  ///
  /// - `svd_training_error`, `svd_test_error`: the reconstruction error of the truncated singular value decomposition of
  ///   the centred training set, on both sets;
  /// - `training_to_svd`, `test_to_svd`: the model's error divided by it;
  /// - `largest_principal_angle`: in degrees, between the space that a linear decoder spans and the principal one.
  ///
  /// None where examples have more than 8192 values, or a code has as many values as an example.
  public func assess(training: any ExampleMatrix, test: any ExampleMatrix, seed: UInt64) throws -> [String:
    Double]
  {
    let size = plan.codeShape.count
    guard training.count > 0, size < training.features,
      training.features <= PrincipalComponents.maximumFeatures
    else { return [:] }
    let components = try PrincipalComponents(of: training, components: size)
    var figures: [String: Double] = [:]
    for (name, set) in [("training", training), ("test", test)] where set.count > 0 {
      let best = try components.reconstructionError(on: set)
      let own = try reconstructionError(on: set)
      figures["svd_\(name)_error"] = best
      figures["\(name)_reconstruction_error"] = own
      if best > 0 { figures["\(name)_to_svd"] = own / best }
    }
    if plan.isLinear, let basis = decoderBasis() {
      figures["largest_principal_angle"] = components.largestAngle(to: basis)
    }
    return figures
  }

  /// The mean over examples of the squared error of the reconstruction.
  private func reconstructionError(on examples: any ExampleMatrix) throws -> Double {
    let block = network.maximumBatch
    let buffer = FlatBuffer(count: input.count * block)
    let sums = UnsafeMutableBufferPointer<Double>.zeros(1 + metrics.count)
    defer { sums.deallocate() }
    for first in stride(from: 0, to: examples.count, by: block) {
      let range = first..<min(first + block, examples.count)
      try examples.write(range, toColumnsOf: buffer)
      try withExtendedLifetime(buffer) {
        try evaluate(
          Batch(
            inputs: Tensor(shape: input, batch: range.count, base: buffer.base),
            labels: UnsafeBufferPointer(start: nil, count: 0),
            examples: UnsafeBufferPointer(start: nil, count: 0)),
          into: sums)
      }
    }
    return sums[2] / sums[0]
  }

  /// The product of the decoder's weights, `[features, code]`.
  private func decoderBasis() -> [Double]? {
    guard let stages = plan.decoder, let first = stages.first else { return nil }
    // Rows are the outputs so far: each stage multiplies from the left.
    let columns = first.inputs
    var basis = (0..<columns * columns).map { $0 / columns == $0 % columns ? 1.0 : 0.0 }
    for stage in stages {
      let weights = network.parameters[stage.weightSlot]
      var next = [Double](repeating: 0, count: stage.units * columns)
      for unit in 0..<stage.units {
        for source in 0..<stage.inputs {
          let place = stage.isTransposed ? source * stage.units + unit : unit * stage.inputs + source
          let weight = Double(weights[place])
          for column in 0..<columns {
            next[unit * columns + column] += weight * basis[source * columns + column]
          }
        }
      }
      basis = next
    }
    return basis
  }
}
