import Networks

extension GenerativeAdversarialNetwork: SamplingModel, IllustratedModel, AssessedModel {
  /// Samples as a picture and, where they are images, as bytes; points in the plane as a picture and a table.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    if request.label != nil {
      throw ConfigurationError("the generator knows no classes: leave out the label")
    }
    let values = draw(request.count, seed: request.seed)
    let shape = game.discriminator.input
    if shape.count == 2 {
      let rows = stride(from: 0, to: values.count, by: 2).map {
        [Double(values[$0]), Double(values[$0 + 1])]
      }
      return [
        picture(of: values, named: "samples"),
        Artifact("samples", .table(columns: ["x", "y"], rows: rows)),
      ]
    }
    // A picture of a million images helps nobody.
    let shown = Array(values.prefix(min(request.count, 1024) * shape.count))
    let range = shownRange(of: values)
    let width = max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    let bytes = values.map { value -> UInt8 in
      let share = (value - range.lowerBound) / width
      return share > 0 ? UInt8((min(share, 1) * 255).rounded()) : 0
    }
    return [
      picture(of: shown, named: "samples"), Artifact("samples", .images(shape: shape, pixels: bytes)),
    ]
  }

  /// What the generator makes of the same latent vectors each time.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    let isPlane = game.discriminator.input.count == 2
    return [picture(of: draw(isPlane ? 1024 : 64, seed: 0), named: "samples")]
  }

  /// `count` examples, one after the other: a function of the parameters and of the seed.
  public func draw(_ count: Int, seed: UInt64) -> [Float] {
    let random = RandomAddress(seed: seed, step: 0, stream: .model(3))
    var values: [Float] = []
    values.reserveCapacity(count * game.generator.output.count)
    for first in stride(from: 0, to: count, by: game.generator.maximumBatch) {
      let numbers = (first..<min(first + game.generator.maximumBatch, count)).map {
        UInt32(truncatingIfNeeded: $0)
      }
      values += numbers.withUnsafeBufferPointer {
        game.generate($0, random: random, isTraining: false).examples(numbers.count)
      }
    }
    return values
  }

  private func picture(of values: [Float], named name: String) -> Artifact {
    let shape = game.discriminator.input
    if shape.count == 2 {
      let points = stride(from: 0, to: values.count, by: 2).map {
        (x: Double(values[$0]), y: Double(values[$0 + 1]))
      }
      return Artifact(name, .picture(.scatter(points)))
    }
    return Artifact(
      name, .picture(.grid(values, shape: shape, layout: GridLayout(range: shownRange(of: values)))))
  }

  /// What is shown as black and as white: what the last layer can reach, otherwise what the values reach.
  private func shownRange(of values: [Float]) -> ClosedRange<Float> {
    if let pixelRange { return pixelRange }
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < high else { return 0...1 }
    return low...high
  }
}

extension GenerativeAdversarialNetwork {
  /// The figures against the training examples alone.
  public func assess(
    training: any ExampleMatrix, test: any ExampleMatrix, seed: UInt64
  ) throws -> [String: Double] {
    try assess(training: training, validation: nil, test: test, seed: seed)
  }

  /// Of points in the plane, how many modes are covered; otherwise the log-likelihood by Parzen windows.
  public func assess(
    training: any ExampleMatrix, validation: (any ExampleMatrix)?, test: any ExampleMatrix, seed: UInt64
  ) throws -> [String: Double] {
    if game.discriminator.input.count == 2 {
      let labels = training.labels(0..<training.count)
      guard
        let coverage = ModeCoverage(
          samples: draw(10_000, seed: seed), examples: try training.rows(0..<training.count), labels: labels,
          features: 2)
      else { return [:] }
      return [
        "modes": Double(coverage.modes), "modes_covered": Double(coverage.covered),
        "good_sample_share": coverage.goodShare,
      ]
    }
    let examples = pixels(try test.rows(0..<min(test.count, 10_000)))
    // Without a validation set the end of the training set takes its place: 1,000 images choose one of ten widths.
    let held: [Float]
    if let validation, validation.count > 0 {
      held = try validation.rows(0..<min(validation.count, 1000))
    } else {
      held = try training.rows(max(0, training.count - 1000)..<training.count)
    }
    let samples = pixels(draw(10_000, seed: seed))
    let features = game.discriminator.input.count
    let model = ParzenWindow(samples: samples, features: features)
      .estimate(examples, validation: pixels(held))
    let real = pixels(try training.rows(0..<min(training.count, 10_000)))
    let reference = ParzenWindow(samples: real, features: features)
      .estimate(examples, validation: pixels(held))
    return [
      "parzen_log_likelihood": model.mean, "parzen_standard_error": model.standardError,
      "parzen_sigma": model.sigma, "parzen_reference": reference.mean,
      "parzen_reference_standard_error": reference.standardError, "parzen_reference_sigma": reference.sigma,
    ]
  }

  /// Pixels in 0...1, whatever range the generator works in: densities depend on the unit.
  private func pixels(_ values: [Float]) -> [Float] {
    guard let range = pixelRange, range != 0...1 else { return values }
    let width = range.upperBound - range.lowerBound
    return values.map { ($0 - range.lowerBound) / width }
  }
}
