import Networks
import Testing

@Suite("Networks")
struct NetworkTests {
  static let mixed: [any Layer] = [
    Convolution(maps: 3, kernel: PlaneExtent(3), padding: PlaneExtent(1), activation: .tanh),
    Dropout(probability: 0.3), AveragePooling(size: PlaneExtent(2)), Activation(.scaledTanh), Flatten(),
    Dropout(probability: 0.2), Dense(units: 6), Activation(.sigmoid), Activation(.tanh), Dense(units: 3),
  ]

  @Test("The gradients of a chain with layers in place are its central differences")
  func chain() throws {
    let check = try DerivativeCheck(Self.mixed, input: [1, 6, 6], batch: 3)
    for (given, expected) in zip(check.gradients(), check.differences(step: 4e-3)) {
      #expect(relativeError(given, expected) < 1e-2)
    }
  }

  @Test(
    "Examples that are mostly zeros: the gradients are central differences, weights that meet zeros do not count"
  )
  func sparseExamples() throws {
    let check = try DerivativeCheck(
      [Flatten(), Dense(units: 7), Dense(units: 2)], input: [1, 8, 10], batch: 16)
    for place in check.sample.buffer.elements.indices where place / 16 % 9 != 4 {
      check.sample.buffer.base[place] = 0
    }
    for (given, expected) in zip(check.gradients(), check.differences(step: 2e-3)) {
      #expect(relativeError(given, expected) < 1e-2)
    }
    for place in 0..<7 * 80 where place % 80 % 9 != 4 { check.network.parameters[0][place] = .nan }
    #expect(check.forward().values.allSatisfy { $0.isFinite })
    // Further layers know nothing of zeros.
    check.network.parameters[2][3] = .nan
    #expect(check.forward().values.contains { $0.isNaN })
  }

  @Test("A view or a layer in place at the input leaves the input as it is")
  func inputIsKept() throws {
    let check = try DerivativeCheck([Flatten(), Activation(.tanh), Dense(units: 2)], input: [2, 3, 3])
    let before = Array(check.sample.buffer.elements)
    for (given, expected) in zip(check.gradients(), check.differences(step: 2e-3)) {
      #expect(relativeError(given, expected) < 1e-2)
    }
    #expect(Array(check.sample.buffer.elements) == before)
  }

  @Test("The outputs of an example do not depend on the rest of its batch")
  func batchIndependence() throws {
    let check = try DerivativeCheck(Self.mixed, input: [1, 6, 6], batch: 4, isTraining: false)
    let all = check.forward().values.map { $0 }
    for example in 0..<4 {
      let single = Sample([1, 6, 6], batch: 1, seed: 0)
      for pixel in 0..<36 { single.buffer.base[pixel] = check.sample.buffer.base[pixel * 4 + example] }
      let one = withExtendedLifetime(single) { Array(check.network.infer(single.tensor).values) }
      for output in 0..<3 { #expect(abs(one[output] - all[output * 4 + example]) < 1e-5) }
    }
  }

  @Test("An empty batch contributes nothing")
  func emptyBatch() throws {
    let network = try Network(Self.mixed, input: [1, 6, 6], maximumBatch: 4)
    network.parameters.initialize(seed: 1, group: 0)
    let contribution = Contribution(to: network.parameters, metricCount: 0)
    contribution.vector.elements.update(repeating: 5)
    contribution.begin()
    let empty = Sample([1, 6, 6], batch: 0, seed: 0)
    withExtendedLifetime(empty) {
      network.forward(
        empty.tensor, examples: empty.ids, random: RandomAddress(seed: 0, step: 0, stream: .layer(0)),
        isTraining: true)
      network.backward(into: contribution)
    }
    contribution.finish()
    for (index, slot) in network.parameters.slots.enumerated() {
      let offset = network.parameters.offsets[index]
      withExtendedLifetime(contribution) {
        #expect((0..<slot.count).allSatisfy { contribution.vector.base[offset + $0] == 0 })
      }
    }
  }

  @Test("Slots are named by layer, and start with a cache line of their own")
  func slotNames() throws {
    let network = try Network(Self.mixed, input: [1, 6, 6], maximumBatch: 1)
    #expect(
      network.parameters.slots.map { $0.name } == [
        "0.convolution.weight", "0.convolution.bias", "6.dense.weight", "6.dense.bias", "9.dense.weight",
        "9.dense.bias",
      ])
    #expect(network.parameters.offsets.allSatisfy { $0 % 16 == 0 })
    #expect(network.parameters.slots.map { $0.decays } == [true, false, true, false, true, false])
  }

  @Test("An impossible shape names the layer, its input and the remedy")
  func impossibleShape() throws {
    let error = #expect(throws: ShapeError.self) {
      try Network(
        [Dense(units: 3), Convolution(maps: 2, kernel: PlaneExtent(3))], input: [9], maximumBatch: 1)
    }
    #expect(error?.description.contains("layer 1 («convolution 2@3x3»)") == true)
    #expect(error?.description.contains("[maps, height, width]") == true)
    let tooLarge = #expect(throws: ShapeError.self) {
      try Network([MaxPooling(size: PlaneExtent(8))], input: [1, 6, 6], maximumBatch: 1)
    }
    #expect(tooLarge?.description.contains("layer 0") == true)
    #expect(throws: ShapeError.self) { try Network([], input: [9], maximumBatch: 1) }
  }

  @Test("A network that no memory could hold is refused")
  func hugeNetwork() throws {
    let error = #expect(throws: ShapeError.self) {
      try Network([Dense(units: 1 << 24), Dense(units: 1 << 24)], input: [1 << 20], maximumBatch: 64)
    }
    #expect(error?.description.contains("GiB") == true)
  }

  @Test("Networks that share parameters see each other's changes")
  func sharing() throws {
    let first = try Network([Dense(units: 2)], input: [2], maximumBatch: 1)
    let second = try Network([Dense(units: 2)], input: [2], maximumBatch: 1)
    second.share(first.parameters)
    first.parameters[1][1] = 4
    #expect(second.parameters[1][1] == 4)
  }
}
