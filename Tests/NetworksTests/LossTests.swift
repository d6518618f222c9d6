import Networks
import Testing

@Suite("Losses")
struct LossTests {
  /// A loss with outputs that it can work on.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let loss: any Loss
    let outputs: Int
    let classes: Int
    var bound: Float = 2
    /// Whether the curvature is the diagonal of the whole Hessian.
    var isExact = true

    static let all: [Case] = [
      Case(description: "softmax cross-entropy", loss: SoftmaxCrossEntropy(), outputs: 5, classes: 5),
      Case(description: "squared error", loss: SquaredError(), outputs: 4, classes: 4),
      Case(
        description: "squared error of ±1", loss: SquaredError(targets: .oneHot(off: -1, on: 1)), outputs: 4,
        classes: 4),
      Case(
        description: "squared error against the inputs", loss: SquaredError(targets: .inputs), outputs: 6,
        classes: 0),
      Case(description: "binary cross-entropy", loss: BinaryCrossEntropy(), outputs: 4, classes: 4),
      Case(
        description: "radial basis MAP", loss: RadialBasisMAP(margin: 30), outputs: 84, classes: 10,
        bound: 1.5),
      Case(
        description: "radial basis MAP near", loss: RadialBasisMAP(), outputs: 84, classes: 10, bound: 0.2),
      Case(description: "perceptron", loss: PerceptronLoss(), outputs: 5, classes: 5),
      Case(
        description: "pairwise mistakes", loss: PairwiseLoss(rule: .mistakes, classes: 4), outputs: 6,
        classes: 4),
      Case(
        description: "pairwise squared error", loss: PairwiseLoss(rule: .squaredError, classes: 4),
        outputs: 6,
        classes: 4),
    ]
  }

  /// Outputs, labels and memory for a loss; the outputs of the «near» case lie close to the right bitmap.
  final class Bench {
    let outputs: Sample
    let inputs: Sample
    let labels: UnsafeMutableBufferPointer<Int32>
    let workspace: LossWorkspace
    let loss: any Loss
    static let count = 7

    init(_ test: Case) {
      outputs = Sample([test.outputs], batch: Self.count, seed: 4, bound: test.bound)
      inputs = Sample([6], batch: Self.count, seed: 5)
      labels = .allocate(capacity: Self.count)
      for example in 0..<Self.count { labels[example] = Int32((example * 3 + 1) % max(test.classes, 1)) }
      loss = test.loss
      workspace = LossWorkspace(for: test.loss, outputs: [test.outputs], maximumBatch: Self.count)
      guard test.description.hasSuffix("near") else { return }
      for pixel in 0..<84 {
        for example in 0..<Self.count {
          outputs.buffer.base[pixel * Self.count + example] +=
            DigitBitmaps.values[Int(labels[example]) * 84 + pixel]
        }
      }
    }

    deinit { labels.deallocate() }

    var batch: Batch {
      Batch(inputs: inputs.tensor, labels: UnsafeBufferPointer(labels), examples: inputs.ids)
    }

    func value() -> Double { loss.evaluate(outputs.tensor, batch, gradient: nil, workspace).loss }

    func gradient() -> [Double] {
      let gradient = FlatBuffer(count: outputs.buffer.count)
      _ = loss.evaluate(
        outputs.tensor, batch, gradient: Tensor(shape: outputs.shape, batch: Self.count, base: gradient.base),
        workspace)
      return gradient.doubles
    }

    func curvature() -> [Double] {
      let curvature = FlatBuffer(count: outputs.buffer.count)
      loss.curvature(
        outputs.tensor, batch, into: Tensor(shape: outputs.shape, batch: Self.count, base: curvature.base),
        workspace)
      return curvature.doubles
    }

    /// Central differences of `body` for each output.
    func differences(step: Float, of body: (Int) -> Double) -> [Double] {
      (0..<outputs.buffer.count).map { index in
        let value = outputs.buffer.base[index]
        outputs.buffer.base[index] = value + step
        let above = body(index)
        outputs.buffer.base[index] = value - step
        let below = body(index)
        outputs.buffer.base[index] = value
        return (above - below) / (2 * Double(step))
      }
    }
  }

  @Test("The gradient of a loss is its central difference", arguments: Case.all.indices)
  func gradients(_ index: Int) {
    let bench = Bench(Case.all[index])
    let expected = bench.differences(step: 4e-3) { _ in bench.value() }
    #expect(relativeError(bench.gradient(), expected) < 1e-2, "\(Case.all[index])")
    #expect(expected.contains { abs($0) > 0.1 })
  }

  @Test("The curvature of a loss is the diagonal of its Hessian", arguments: Case.all.indices)
  func curvatures(_ index: Int) {
    let bench = Bench(Case.all[index])
    let expected = bench.differences(step: 4e-3) { bench.gradient()[$0] }
    #expect(relativeError(bench.curvature(), expected) < 1e-2, "\(Case.all[index])")
    #expect(bench.curvature().allSatisfy { $0 >= 0 })
  }

  @Test("A loss may write its gradient over the outputs", arguments: Case.all.indices)
  func inPlace(_ index: Int) {
    let bench = Bench(Case.all[index])
    let expected = bench.gradient()
    let sums = bench.loss.evaluate(bench.outputs.tensor, bench.batch, gradient: nil, bench.workspace)
    let again = bench.loss.evaluate(
      bench.outputs.tensor, bench.batch, gradient: bench.outputs.tensor, bench.workspace)
    #expect(bench.outputs.buffer.doubles == expected, "\(Case.all[index])")
    #expect(sums == again)
  }

  @Test("Errors count the examples whose class was not the first choice")
  func errors() {
    let bench = Bench(Case.all[0])
    let wrong = (0..<Bench.count).count { example in
      let scores = (0..<5).map { bench.outputs.buffer.base[$0 * Bench.count + example] }
      return scores[Int(bench.labels[example])] < scores.max()!
    }
    #expect(
      bench.loss.evaluate(bench.outputs.tensor, bench.batch, gradient: nil, bench.workspace).errors == wrong)
    #expect(wrong > 0 && wrong < Bench.count)
  }

  @Test("The nearest bitmap is the choice of the radial basis outputs")
  func radialBasisChoice() {
    let near = Bench(Case.all[6])
    #expect(near.loss.evaluate(near.outputs.tensor, near.batch, gradient: nil, near.workspace).errors == 0)
    near.labels[0] = (near.labels[0] + 1) % 10
    #expect(near.loss.evaluate(near.outputs.tensor, near.batch, gradient: nil, near.workspace).errors == 1)
  }

  @Test("The ten bitmaps are 7x12 of ±1, and any two differ in at least 8 pixels")
  func bitmaps() {
    #expect(DigitBitmaps.values.count == 840)
    #expect(DigitBitmaps.values.allSatisfy { abs($0) == 1 })
    for first in 0..<10 {
      for second in first + 1..<10 {
        let distance = (0..<84).count {
          DigitBitmaps.values[first * 84 + $0] != DigitBitmaps.values[second * 84 + $0]
        }
        #expect(distance >= 8, "\(first) and \(second)")
      }
    }
  }

  @Test("Outputs that do not fit the loss are refused with what is needed")
  func unfit() {
    let data = DataDescription(input: [6], classes: 10)
    for loss: any Loss in [SoftmaxCrossEntropy(), SquaredError(), BinaryCrossEntropy(), PerceptronLoss()] {
      let error = #expect(throws: ConfigurationError.self) { try loss.check(outputs: [7], data: data) }
      #expect(error?.description.contains("10 classes") == true)
      #expect(throws: ConfigurationError.self) {
        try loss.check(outputs: [7], data: DataDescription(input: [6], classes: 0))
      }
    }
    let map = #expect(throws: ConfigurationError.self) {
      try RadialBasisMAP().check(outputs: [10], data: data)
    }
    #expect(map?.description.contains("84") == true)
    #expect(throws: ConfigurationError.self) {
      try SquaredError(targets: .inputs).check(outputs: [7], data: data)
    }
  }
}
