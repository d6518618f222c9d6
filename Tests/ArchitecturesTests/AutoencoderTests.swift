import Architectures
import Foundation
import Networks
import Testing

@Suite struct AutoencoderTests {
  /// Examples in memory, also as a batch.
  private struct Examples: ExampleMatrix {
    var features: Int
    var values: [Float]

    var count: Int { values.count / features }
    func rows(_ range: Range<Int>) -> [Float] {
      Array(values[range.lowerBound * features..<range.upperBound * features])
    }
    func labels(_ range: Range<Int>) -> [Int] { [] }

    /// Values in 0...1 without a pattern.
    static func scattered(_ count: Int, features: Int) -> Examples {
      Examples(
        features: features,
        values: (0..<count * features).map { (i: Int) -> Float in Float((i * 7919 + 13) % 1009) / 1008 })
    }
  }

  private func model(_ json: String, input: Shape = [6], maximumBatch: Int = 16) throws -> Autoencoder {
    let configuration = try JSONDecoder().decode(Autoencoder.Configuration.self, from: Data(json.utf8))
    let model = try Autoencoder(
      configuration, data: DataDescription(input: input, classes: 0), maximumBatch: maximumBatch)
    model.parameters[0].initialize(seed: 4, group: 0)
    return model
  }

  private func withBatch<Result>(
    _ examples: Examples, _ range: Range<Int>, shape: Shape? = nil, _ body: (Batch) throws -> Result
  ) rethrows -> Result {
    let rows = examples.rows(range)
    let block = FlatBuffer(count: max(rows.count, 1))
    for (place, value) in rows.enumerated() {
      block.base[place % examples.features * range.count + place / examples.features] = value
    }
    let numbers = range.map { UInt32($0) }
    return try withExtendedLifetime(block) {
      try numbers.withUnsafeBufferPointer { numbers in
        try body(
          Batch(
            inputs: Tensor(shape: shape ?? [examples.features], batch: range.count, base: block.base),
            labels: UnsafeBufferPointer(start: nil, count: 0), examples: numbers))
      }
    }
  }

  private func contribution(
    _ model: Autoencoder, _ examples: Examples, _ ranges: [Range<Int>], shape: Shape? = nil
  ) throws
    -> Contribution
  {
    let result = Contribution(to: model.parameters[0], metricCount: model.metrics.count)
    result.begin()
    for range in ranges {
      try withBatch(examples, range, shape: shape) { batch in
        try model.accumulate(
          batch, phase: model.phases(at: Progress(step: 0, stepsPerEpoch: 1, totalSteps: 1))[0],
          random: RandomAddress(seed: 1, step: 2, stream: .model(0)), into: result)
      }
    }
    result.finish()
    return result
  }

  private func slot(_ model: Autoencoder, _ name: String) throws -> Int {
    try #require(
      model.parameters[0].slots.firstIndex { $0.name == name }, "\(model.parameters[0].slots.map { $0.name })"
    )
  }

  @Test("The decoder is the mirror of the encoder, also where functions are layers of their own")
  func mirror() throws {
    for encoder in [
      #"{"dense": {"units": 5, "activation": "tanh"}}, {"dense": {"units": 4, "activation": "relu"}}, {"dense": 2}"#,
      #"{"dense": 5}, "tanh", {"dropout": 0.1}, {"dense": 4}, "relu", "flatten", {"dense": 2}"#,
    ] {
      for tied in [true, false] {
        let model = try model(
          #"{"encoder": {"layers": [\#(encoder)]}, "tied": \#(tied), "output": "sigmoid"}"#)
        let word = tied ? "tied dense" : "dense"
        let names = model.layerSummaries.map { $0.name }
        #expect(names.suffix(4) == ["code", "\(word) 4 relu", "\(word) 5 tanh", "\(word) 6 sigmoid"])
        let weights = 6 * 5 + 5 * 4 + 4 * 2
        #expect(model.parameters[0].parameterCount == (tied ? 1 : 2) * weights + 5 + 4 + 2 + 4 + 5 + 6)
        #expect(model.code == [2])
      }
    }
  }

  @Test("Tied weights receive the sum of what the two layers would receive apart")
  func tied() throws {
    let encoder = #""encoder": {"layers": [{"dense": {"units": 4, "activation": "tanh"}}, {"dense": 3}]}"#
    let tied = try model("{\(encoder), \"tied\": true}")
    let apart = try model("{\(encoder)}")
    let (a, b) = (tied.parameters[0], apart.parameters[0])
    // The same numbers in both: layers 0 and 1, the code, then layers 3 and 4 with the transposes.
    for layer in [0, 1] {
      for part in ["weight", "bias"] {
        let name = "\(layer).dense.\(part)"
        _ = b[try slot(apart, name)].update(from: a[try slot(tied, name)])
      }
    }
    for (layer, source, rows, columns) in [(3, 1, 4, 3), (4, 0, 6, 4)] {
      let weights = a[try slot(tied, "\(source).dense.weight")]
      let target = b[try slot(apart, "\(layer).dense.weight")]
      for i in 0..<rows {
        for j in 0..<columns { target[i * columns + j] = weights[j * rows + i] }
      }
      _ = b[try slot(apart, "\(layer).dense.bias")].update(
        from: a[try slot(tied, "\(layer).tied_dense.bias")])
    }
    let examples = Examples.scattered(11, features: 6)
    let (one, two) = (try contribution(tied, examples, [0..<11]), try contribution(apart, examples, [0..<11]))
    #expect(abs(one.sums[1] - two.sums[1]) < 1e-6 * two.sums[1])
    for (layer, source, rows, columns) in [(3, 1, 4, 3), (4, 0, 6, 4)] {
      let sum = one.slot(try slot(tied, "\(source).dense.weight")).elements
      let encoderPart = two.slot(try slot(apart, "\(source).dense.weight")).elements
      let decoderPart = two.slot(try slot(apart, "\(layer).dense.weight")).elements
      for i in 0..<rows {
        for j in 0..<columns {
          let expected = encoderPart[j * rows + i] + decoderPart[i * columns + j]
          #expect(abs(sum[j * rows + i] - expected) < 1e-4 * (1 + abs(expected)))
        }
      }
    }
  }

  @Test(
    "Contributions are the gradient, for both losses, tied or not, with noise and penalties",
    arguments: [
      #""tied": true, "corruption": {"kind": "gaussian", "amount": 0.2}"#,
      #""loss": "binary_cross_entropy", "corruption": {"kind": "salt_and_pepper", "amount": 0.3}"#,
      #""sparsity": {"kind": "kl", "weight": 0.3, "target": 0.2}, "output": "sigmoid""#,
      #""sparsity": {"kind": "l1", "weight": 0.3}, "tied": true, "loss": "binary_cross_entropy""#,
      #""decoder": {"layers": ["tanh", {"dense": 6}]}"#,
    ])
  func gradient(options: String) throws {
    let encoder =
      #"{"dense": {"units": 5, "activation": "tanh"}}, {"dense": {"units": 3, "activation": "sigmoid"}}"#
    let model = try model(#"{"encoder": {"layers": [\#(encoder)]}, \#(options)}"#)
    let examples = Examples.scattered(9, features: 6)
    let group = model.parameters[0]
    let gradient = try contribution(model, examples, [0..<9])
    let halves = try contribution(model, examples, [0..<4, 4..<9])
    for i in 0..<gradient.vector.count {
      #expect(abs(gradient.vector.elements[i] - halves.vector.elements[i]) < 1e-4)
    }
    for (index, slot) in group.slots.enumerated() where slot.update == .optimizer {
      for place in 0..<slot.count {
        let value = group[index][place]
        group[index][place] = value + 0.01
        let above = try contribution(model, examples, [0..<9])
        group[index][place] = value - 0.01
        let below = try contribution(model, examples, [0..<9])
        group[index][place] = value
        let slope = (above.sums[1] - below.sums[1]) / 0.02
        #expect(abs(slope - Double(gradient.slot(index).elements[place])) < 0.02, "\(slot.name)[\(place)]")
      }
    }
  }

  @Test(
    "A convolutional encoder and a decoder of transposed convolutions give the image back, by the gradient")
  func convolutional() throws {
    let model = try model(
      """
      {"encoder": {"layers": [
        {"convolution": {"maps": 2, "kernel": 4, "stride": 2, "padding": 1, "activation": "tanh"}}, {"dense": 3}]},
      "decoder": {"layers": [{"dense": 18}, {"reshape": [2, 3, 3]},
        {"transposed_convolution": {"maps": 1, "kernel": 4, "stride": 2, "padding": 1}}]}}
      """, input: [1, 6, 6])
    #expect(model.code == [3] && !model.mixesExamples)
    let examples = Examples.scattered(5, features: 36)
    let group = model.parameters[0]
    func loss() throws -> Contribution { try contribution(model, examples, [0..<5], shape: [1, 6, 6]) }
    let gradient = try loss()
    for (index, slot) in group.slots.enumerated() {
      for place in stride(from: 0, to: slot.count, by: max(1, slot.count / 9)) {
        let value = group[index][place]
        group[index][place] = value + 0.01
        let above = try loss()
        group[index][place] = value - 0.01
        let below = try loss()
        group[index][place] = value
        let slope = (above.sums[1] - below.sums[1]) / 0.02
        #expect(abs(slope - Double(gradient.slot(index).elements[place])) < 0.02, "\(slot.name)[\(place)]")
      }
    }
  }

  @Test("The running means of the activities receive the sums of the codes")
  func activities() throws {
    let model = try model(
      #"{"encoder": {"layers": [{"dense": 3}, "sigmoid"]}, "sparsity": {"kind": "kl", "weight": 1, "target": 0.2, "rate": 0.5}}"#
    )
    let index = try slot(model, "2.code.activity")
    #expect(model.parameters[0].slots[index].update == .average(rate: 0.5))
    #expect(Array(model.parameters[0][index]) == [0.2, 0.2, 0.2])
    let examples = Examples.scattered(7, features: 6)
    let sums = try contribution(model, examples, [0..<7])
    let codes = FlatBuffer(count: 21)
    try withBatch(examples, 0..<7) {
      try model.encode($0, into: Tensor(shape: [3], batch: 7, base: codes.base))
    }
    for unit in 0..<3 {
      var sum: Float = 0
      for example in 0..<7 { sum += codes.base[unit * 7 + example] }
      #expect(sum > 0 && abs(sums.slot(index).elements[unit] - sum) < 1e-4)
    }
  }

  @Test("Noise belongs to the example, hits as often as it should, and is absent in evaluation")
  func corruption() throws {
    let examples = Examples(features: 400, values: Array(repeating: 0.5, count: 400 * 6))
    for (kind, amount) in [("masking", 0.3), ("salt_and_pepper", 0.3), ("gaussian", 0.3)] {
      let noise = try JSONDecoder().decode(
        CorruptionConfiguration.self, from: Data("{\"kind\": \"\(kind)\", \"amount\": \(amount)}".utf8))
      func noisy(_ range: Range<Int>) -> [Float] {
        withBatch(examples, range) { batch in
          let block = FlatBuffer(count: batch.inputs.count)
          return withExtendedLifetime(block) {
            let target = Tensor(shape: [400], batch: batch.count, base: block.base)
            noise.apply(
              batch.inputs, into: target, examples: batch.examples,
              random: RandomAddress(seed: 1, step: 7, stream: .model(1)))
            return target.examples(batch.count)
          }
        }
      }
      let all = noisy(0..<6)
      #expect(noisy(2..<5) == Array(all[800..<2000]))
      let zeros = all.count { $0 == 0 }, ones = all.count { $0 == 1 }
      let kept = all.count { $0 == 0.5 }
      switch kind {
      case "masking": #expect(zeros + kept == 2400 && abs(zeros - 720) < 100)
      case "salt_and_pepper":
        #expect(zeros + ones + kept == 2400 && abs(zeros - 360) < 80 && abs(ones - 360) < 80)
      default:
        var squares: Float = 0
        for value in all { squares += (value - 0.5) * (value - 0.5) }
        #expect(abs((squares / 2400).squareRoot() - 0.3) < 0.02)
      }
    }
    let encoder = #""encoder": {"layers": [{"dense": 3}]}"#
    let noisy = try model("{\(encoder), \"corruption\": {\"kind\": \"masking\", \"amount\": 0.5}}")
    let plain = try model("{\(encoder)}")
    let sums = [noisy, plain].map { model -> [Double] in
      var sums = [0.0, 0, 0]
      withBatch(Examples.scattered(5, features: 6), 0..<5) { batch in
        sums.withUnsafeMutableBufferPointer { buffer in try? model.evaluate(batch, into: buffer) }
      }
      return sums
    }
    #expect(sums[0] == sums[1] && sums[0][0] == 5)
  }

  @Test(
    "An autoencoder of principal components is at the optimum; a turned one is off by the angle",
    arguments: [false, true])
  func assessment(tied: Bool) throws {
    let model = try model(#"{"encoder": {"layers": [{"dense": 2}]}, "tied": \#(tied)}"#, input: [3])
    // A cross around (1, 2, 3), long along the first axis, short along the third.
    var values: [Float] = []
    for axis in 0..<3 {
      for sign: Float in [-1, 1] {
        var point: [Float] = [1, 2, 3]
        point[axis] += sign * Float(3 - axis)
        values += point
      }
    }
    let cross = Examples(features: 3, values: values)
    let group = model.parameters[0]
    for degrees in [0.0, 10] {
      let (cosine, sine) = (Float(cos(degrees * .pi / 180)), Float(sin(degrees * .pi / 180)))
      let directions: [[Float]] = [[1, 0, 0], [0, cosine, sine]]
      for unit in 0..<2 {
        for i in 0..<3 {
          group[try slot(model, "0.dense.weight")][unit * 3 + i] = directions[unit][i]
          if !tied { group[try slot(model, "2.dense.weight")][i * 2 + unit] = directions[unit][i] }
        }
        let mean = directions[unit][0] + 2 * directions[unit][1] + 3 * directions[unit][2]
        group[try slot(model, "0.dense.bias")][unit] = -mean
      }
      let bias = group[try slot(model, tied ? "2.tied_dense.bias" : "2.dense.bias")]
      for i in 0..<3 { bias[i] = Float(i + 1) }
      let figures = try model.assess(training: cross, validation: nil, test: cross, seed: 1)
      let angle = try #require(figures["largest_principal_angle"])
      #expect(abs(angle - degrees) < 1e-4)
      // What is left: of the third axis cos², of the second sin², shares of 1/3 each.
      let left = (2 * Double(cosine * cosine) + 8 * Double(sine * sine)) / 6
      #expect(abs(try #require(figures["svd_test_error"]) - 2.0 / 6) < 1e-5)
      #expect(abs(try #require(figures["test_to_svd"]) - left * 3) < 1e-4)
      #expect(abs(try #require(figures["training_to_svd"]) - left * 3) < 1e-4)
    }
    let deep = try self.model(#"{"encoder": {"layers": [{"dense": 2}, "tanh"]}}"#, input: [3])
    let figures = try deep.assess(training: cross, validation: nil, test: cross, seed: 1)
    #expect(figures["largest_principal_angle"] == nil && figures["test_to_svd"] ?? 0 > 1)
  }

  @Test("The pictures show inputs above reconstructions, and a map of codes of two values")
  func pictures() throws {
    let model = try model(#"{"encoder": {"layers": [{"dense": 2}]}}"#, input: [1, 4, 4])
    let examples = Examples.scattered(9, features: 16)
    let artifacts = try withBatch(examples, 0..<9, shape: [1, 4, 4]) {
      try model.illustrations(of: $0, at: Progress(step: 1, stepsPerEpoch: 1, totalSteps: 1))
    }
    #expect(artifacts.map { $0.name } == ["reconstructions", "codes"])
    guard case .picture(let picture) = artifacts[0].content else { return #expect(Bool(false), "no picture") }
    #expect(picture.width == 2 + 9 * 10 && picture.height == 2 + 2 * 10)
    #expect(picture[2, 2, 0] == UInt8((examples.values[0] * 255).rounded()))
  }

  @Test(
    "What does not fit together is refused, with the remedy",
    arguments: [
      (#"{"encoder": {"layers": []}}"#, "at least one layer"),
      (#"{"encoder": {"layers": [{"dense": 0}]}}"#, "model.encoder.layers[0]"),
      (
        #"{"encoder": {"layers": [{"convolution": {"maps": 2, "kernel": 3}}, {"dense": 3}]}}"#,
        "give «decoder"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "decoder": {"layers": [{"dense": 7}]}}"#,
        "end it with «- dense: 36»"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "decoder": {"layers": [{"dense": 36}]}, "tied": true}"#,
        "leave «decoder» out"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "decoder": {"layers": [{"dense": 36}]}, "output": "tanh"}"#,
        "mirrored decoder"
      ),
      (#"{"encoder": {"layers": [{"dense": 3}]}, "sparsity": {"kind": "kl", "weight": 1}}"#, "sigmoid"),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "sparsity": {"kind": "l1", "weight": 0}}"#, "greater than 0"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "sparsity": {"kind": "l1", "weight": 1, "target": 0.1}}"#,
        "kind kl"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "corruption": {"kind": "masking", "amount": 1.5}}"#,
        "0 to 1"
      ),
      (
        #"{"encoder": {"layers": [{"dense": 3}]}, "corruption": {"kind": "gaussian", "amount": -1}}"#,
        "at least 0"
      ),
    ])
  func refused(json: String, text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try model(json, input: [1, 6, 6]) }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
  }
}
