import Networks
import Testing

@Suite("Layers")
struct LayerTests {
  @Test(
    "The gradients of a layer are the central differences of its output", arguments: LayerCase.all.indices)
  func gradients(_ index: Int) throws {
    let check = try DerivativeCheck(LayerCase.all[index].layers, input: LayerCase.all[index].input)
    let slots = check.network.parameters.slots
    for (place, (given, expected)) in zip(check.gradients(), check.differences(step: 2e-3)).enumerated() {
      guard place == slots.count || slots[place].update == .optimizer else { continue }
      #expect(relativeError(given, expected) < 1e-2, "\(LayerCase.all[index])")
      #expect(expected.contains { abs($0) > 1e-3 })
    }
  }

  @Test(
    "The gradients at the inputs are the same where those of the parameters are not wanted",
    arguments: LayerCase.all.indices)
  func inputGradientsAlone(_ index: Int) throws {
    let check = try DerivativeCheck(LayerCase.all[index].layers, input: LayerCase.all[index].input)
    #expect(check.inputGradient() == check.gradients().last)
  }

  @Test("A second batch adds its gradients to those of the first", arguments: LayerCase.all.indices)
  func additivity(_ index: Int) throws {
    let check = try DerivativeCheck(LayerCase.all[index].layers, input: LayerCase.all[index].input)
    let once = check.gradients()
    let twice = check.gradients(passes: 2)
    for (one, two) in zip(once, twice).dropLast() {
      #expect(relativeError(two, one.map { 2 * $0 }) < 1e-5, "\(LayerCase.all[index])")
    }
    #expect(once.last == twice.last, "gradients at the inputs are written, not added")
  }

  @Test(
    "The curvature of a layer is the sum of squared derivatives of its outputs",
    arguments: LayerCase.all.indices)
  func curvature(_ index: Int) throws {
    guard LayerCase.all[index].hasCurvature else { return }
    let check = try DerivativeCheck(
      LayerCase.all[index].layers, input: LayerCase.all[index].input, isTraining: false)
    for (given, expected) in zip(try check.curvatures(), check.curvatureDifferences(step: 2e-3)) {
      #expect(relativeError(given, expected) < 1e-2, "\(LayerCase.all[index])")
      #expect(expected.contains { $0 > 1e-4 })
    }
  }

  @Test("A dense layer is W x + b")
  func denseByHand() throws {
    let network = try Network([Dense(units: 2)], input: [3], maximumBatch: 2)
    for (index, value) in [1, 2, 3, -1, 0, 4].enumerated() { network.parameters[0][index] = Float(value) }
    network.parameters[1][0] = 0.5
    network.parameters[1][1] = -2
    let sample = Sample([3], batch: 2, seed: 0)
    for (index, value) in [1, 0, 2, 1, -1, 2].enumerated() { sample.buffer.base[index] = Float(value) }
    // Columns: (1, 2, -1) and (0, 1, 2).
    withExtendedLifetime(sample) {
      #expect(Array(network.infer(sample.tensor).values) == [2.5, 8.5, -7, 6])
    }
  }

  @Test("Dropout keeps about its share, scales it, and lets everything through outside of training")
  func dropoutShare() throws {
    let network = try Network([Dropout(probability: 0.25)], input: [1000], maximumBatch: 20)
    let sample = Sample([1000], batch: 20, seed: 3)
    sample.buffer.elements.update(repeating: 3)
    let random = RandomAddress(seed: 5, step: 9, stream: .layer(0))
    let y = network.forward(sample.tensor, examples: sample.ids, random: random, isTraining: true)
    let kept = y.values.count { $0 != 0 }
    #expect(abs(Double(kept) / 20_000 - 0.75) < 0.015)
    #expect(y.values.allSatisfy { $0 == 0 || abs($0 - 4) < 1e-5 })
    withExtendedLifetime(sample) {
      #expect(network.infer(sample.tensor).values.allSatisfy { $0 == 3 })
    }
  }

  @Test("A dropout mask belongs to the example, wherever it stands in whatever batch")
  func dropoutMaskBelongsToExample() throws {
    let network = try Network([Dropout(probability: 0.5)], input: [40], maximumBatch: 4)
    let random = RandomAddress(seed: 5, step: 9, stream: .layer(0))
    let whole = Sample([40], batch: 4, seed: 3)
    whole.buffer.elements.update(repeating: 1)
    let four = withExtendedLifetime(whole) {
      Array(network.forward(whole.tensor, examples: whole.ids, random: random, isTraining: true).values)
    }
    let single = Sample([40], batch: 1, seed: 3)
    single.buffer.elements.update(repeating: 1)
    single.examples[0] = whole.examples[2]
    let one = withExtendedLifetime(single) {
      Array(network.forward(single.tensor, examples: single.ids, random: random, isTraining: true).values)
    }
    #expect(one == (0..<40).map { four[$0 * 4 + 2] })
    #expect(one != (0..<40).map { four[$0 * 4 + 1] })
  }

  @Test("The connection table of LeNet-5's C3 has 60 links and 1,516 parameters")
  func connectionTable() {
    let layer = Convolution(maps: 16, kernel: PlaneExtent(5), connections: .lenet5C3)
    #expect(ConnectionsConfiguration.lenet5C3.inputsOfOutputs.reduce(0) { $0 + $1.count } == 60)
    #expect(layer.slots(for: [6, 14, 14]).reduce(0) { $0 + $1.count } == 1516)
  }
}
