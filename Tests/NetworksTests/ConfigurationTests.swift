import Foundation
import Networks
import Testing

@Suite("Configuration")
struct ConfigurationTests {
  private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  @Test("Layers decode from words, numbers and mappings")
  func layers() throws {
    let text = """
      [{"dense": 120}, {"dense": {"units": 10, "activation": "tanh", "initializer": "xavier_uniform"}},
       {"convolution": {"maps": 6, "kernel": 5, "padding": 2, "stride": 1, "connections": "lenet5-c3"}},
       {"average_pooling": 2}, {"max_pooling": {"size": [2, 3], "stride": 2}}, {"subsampling": 2},
       {"activation": "relu"}, "tanh", "flatten", {"dropout": 0.5},
       {"dense": {"units": 3, "bias": false, "initializer": {"normal": 0.01}}},
       {"dense": {"units": 2, "initializer": "orthogonal"}},
       {"dense": {"units": 2, "initializer": {"orthogonal": 1.5}}}]
      """
    let expected: [LayerConfiguration] = [
      .dense(.init(units: 120)),
      .dense(.init(units: 10, activation: .tanh, initializer: .rule(.xavierUniform))),
      .convolution(
        .init(
          maps: 6, kernel: PlaneExtent(5), stride: PlaneExtent(1), padding: PlaneExtent(2),
          connections: .lenet5C3)),
      .averagePooling(.init(size: PlaneExtent(2))),
      .maxPooling(.init(size: PlaneExtent(vertical: 2, horizontal: 3), stride: PlaneExtent(2))),
      .subsampling(.init(size: PlaneExtent(2))), .activation(.relu), .activation(.tanh), .flatten,
      .dropout(0.5),
      .dense(.init(units: 3, bias: false, initializer: .normal(0.01))),
      .dense(.init(units: 2, initializer: .rule(.orthogonal))),
      .dense(.init(units: 2, initializer: .orthogonal(1.5))),
    ]
    let decoded = try decode([LayerConfiguration].self, text)
    #expect(decoded == expected)
    let again = try JSONDecoder().decode([LayerConfiguration].self, from: JSONEncoder().encode(decoded))
    #expect(again == decoded)
  }

  @Test("Losses, schedules and optimizers round-trip")
  func roundTrips() throws {
    let losses: [LossConfiguration] = [
      .softmaxCrossEntropy, .binaryCrossEntropy, .squaredError(.init()), .squaredError(.init(off: -1, on: 1)),
      .radialBasisMAP(.init()), .radialBasisMAP(.init(margin: 2)),
    ]
    #expect(try JSONDecoder().decode([LossConfiguration].self, from: JSONEncoder().encode(losses)) == losses)
    let optimizers: [OptimizerConfiguration] = [
      .init(), .init(.sgd, learningRate: 0.1, momentum: 0.9, nesterov: true, clipNorm: 1),
      .init(
        .adamw, beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1, averaging: .init(.mean, start: 3)),
      .init(
        .sdlm, mu: 0.1, curvatureExamples: 100,
        schedule: .init(.table, table: [.init(epochs: 2, rate: 0.1)], warmupSteps: 3)),
    ]
    #expect(
      try JSONDecoder().decode([OptimizerConfiguration].self, from: JSONEncoder().encode(optimizers))
        == optimizers)
    #expect(try decode([OptimizerConfiguration].self, "[\"adam\"]") == [.init(.adam)])
    #expect(
      try decode(OptimizerConfiguration.self, "{\"schedule\": \"cosine\", \"averaging\": \"mean\"}")
        == .init(averaging: .init(.mean), schedule: .init(.cosine)))
  }

  @Test("An unknown word is refused with the allowed ones and the nearest")
  func unknownWords() {
    let bad: [(String, String)] = [
      ("[\"tahn\"]", "did you mean «tanh»?"), ("[{\"activation\": \"rely\"}]", "did you mean «relu»?"),
      ("[\"dense\"]", "needs a value"), ("[{}]", "exactly one kind, not 0"),
      ("[{\"dense\": 1, \"dropout\": 0.1}]", "exactly one kind, not 2"),
      ("[{\"dense\": {\"units\": 1, \"initializer\": \"he_unifrom\"}}]", "did you mean «he_uniform»?"),
      ("[{\"dense\": {\"units\": 1, \"initializer\": {\"orthogonal\": -1}}}]", "gain at least 0"),
      (
        "[{\"dense\": {\"units\": 1, \"initializer\": {\"orthogonal\": 1, \"normal\": 1}}}]", "is one of"
      ),
      ("[{\"convolution\": {\"maps\": 1, \"kernel\": 3, \"connections\": \"c3\"}}]", "lenet5-c3"),
    ]
    for (text, expected) in bad {
      let error = #expect(throws: DecodingError.self) { try decode([LayerConfiguration].self, text) }
      #expect(error.map { "\($0)" }?.contains(expected) == true, "\(text)")
    }
  }

  @Test("Impossible options are refused with the entry, the key, the value and what is allowed")
  func impossibleOptions() {
    let bad: [(LayerConfiguration, String)] = [
      (.dense(.init(units: 0)), "dense.units is 0"), (.dense(.init(units: 1 << 40)), "dense.units"),
      (.convolution(.init(maps: -1, kernel: PlaneExtent(3))), "convolution.maps is -1"),
      (.convolution(.init(maps: 1, kernel: PlaneExtent(0))), "convolution.kernel is 0"),
      (.convolution(.init(maps: 1, kernel: PlaneExtent(3), stride: PlaneExtent(0))), "convolution.stride"),
      (.convolution(.init(maps: 1, kernel: PlaneExtent(3), padding: PlaneExtent(-1))), "convolution.padding"),
      (.convolution(.init(maps: 2, kernel: PlaneExtent(3), connections: .table([[0]]))), "1 rows for 2 maps"),
      (.convolution(.init(maps: 1, kernel: PlaneExtent(3), connections: .table([[1, 0]]))), "rising"),
      (.maxPooling(.init(size: PlaneExtent(0))), "max_pooling.size"), (.dropout(1), "dropout is 1.0"),
      (.dropout(.nan), "dropout is nan"), (.subsampling(.init(size: PlaneExtent(-2))), "subsampling.size"),
    ]
    for (layer, expected) in bad {
      let error = #expect(throws: ConfigurationError.self) { try [.flatten, layer].makeLayers() }
      #expect(error?.description.contains(expected) == true, "\(layer): \(String(describing: error))")
      #expect(error?.description.contains("layers[1]") == true)
    }
  }

  @Test("Impossible optimizers are refused with the key, the value and what is allowed")
  func impossibleOptimizers() {
    let bad: [(OptimizerConfiguration, String)] = [
      (.init(learningRate: -1), "optimizer.learning_rate is -1.0"),
      (.init(learningRate: .infinity), "learning_rate"),
      (.init(momentum: 1), "optimizer.momentum is 1.0"), (.init(nesterov: true), "optimizer.nesterov"),
      (.init(.adam, momentum: 0.9), "it belongs to rmsprop, sgd"),
      (.init(.sgd, beta1: 0.9), "optimizer.beta1"),
      (.init(.adam, beta2: 1), "optimizer.beta2 is 1.0"), (.init(.adam, epsilon: 0), "optimizer.epsilon"),
      (.init(weightDecay: -0.1), "optimizer.weight_decay"), (.init(clipNorm: 0), "optimizer.clip_norm"),
      (.init(maxNorm: 0), "optimizer.max_norm is 0.0"),
      (.init(.sdlm, mu: 0), "optimizer.mu"),
      (.init(.sdlm, curvatureExamples: 0), "optimizer.curvature_examples"),
      (.init(averaging: .init(.mean, decay: 0.9)), "averaging.decay"),
      (.init(averaging: .init(.exponential, decay: 1)), "averaging.decay is 1.0"),
      (.init(schedule: .init(.step)), "milestones"),
    ]
    for (configuration, expected) in bad {
      let error = #expect(throws: ConfigurationError.self) { try configuration.makeOptimizer() }
      #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }
  }

  @Test("Initializers have the width that their rule says")
  func initializerWidths() {
    let rules: [(InitializerRule, Double)] = [
      (.lecun1998, 2.4 / 400 / 3.0.squareRoot()), (.lecunRoot, 2.4 / 1200.0.squareRoot()),
      (.xavierUniform, (2.0 / 500).squareRoot()),
      (.xavierNormal, (2.0 / 500).squareRoot()), (.heUniform, (2.0 / 400).squareRoot()),
      (.heNormal, (2.0 / 400).squareRoot()), (.pytorch, (1.0 / 1200).squareRoot()),
    ]
    for (rule, deviation) in rules {
      let values = FlatBuffer(count: 40_000)
      rule.initializer(fanIn: 400, fanOut: 100).fill(
        values.elements, shape: [100, 400], random: RandomAddress(seed: 1, step: 0, stream: .initial(0)))
      let mean = values.elements.reduce(0) { $0 + Double($1) } / 40_000
      let square = values.elements.reduce(0) { $0 + Double($1) * Double($1) } / 40_000
      #expect(abs(mean) < 0.02 * deviation, "\(rule)")
      #expect(abs(square.squareRoot() / deviation - 1) < 0.02, "\(rule)")
    }
  }

  @Test(
    "Orthogonal weights keep lengths: rows or columns, whichever are fewer, are orthonormal",
    arguments: [([30, 30], 1), ([8, 21], 1), ([21, 4, 2], 1), ([60, 20], 3), ([1, 7], 1), ([5], 1)])
  func orthogonal(shape: [Int], parts: Int) {
    let gain: Float = 1.5
    func fill(_ seed: UInt64) -> [Double] {
      let values = FlatBuffer(count: shape.reduce(1, *))
      let whole = Initializer.orthogonal(gain: gain)
      (parts == 1 ? whole : .parts(Array(repeating: whole, count: parts))).fill(
        values.elements, shape: Shape(shape), random: RandomAddress(seed: seed, step: 0, stream: .initial(0)))
      return values.elements.map(Double.init)
    }
    let values = fill(1)
    let rows = shape[0] / parts
    let columns = values.count / shape[0]
    for part in 0..<parts {
      let at = { (row: Int, column: Int) in values[(part * rows + row) * columns + column] }
      let (count, length) = (min(rows, columns), max(rows, columns))
      for i in 0..<count {
        for k in 0...i {
          let overlap = (0..<length).reduce(0.0) {
            $0 + (rows <= columns ? at(i, $1) * at(k, $1) : at($1, i) * at($1, k))
          }
          #expect(abs(overlap - (i == k ? 2.25 : 0)) < 1e-6)
        }
      }
    }
    #expect(fill(1) == values)
    if values.count > 1 { #expect(fill(2) != values) }
  }

  @Test("Weights from the state before have a distribution of their own, orthogonal for each gate")
  func recurrentInitializers() {
    let own = RecurrentInitializers(.uniform(0.5), recurrent: .orthogonal(1.2))
    let gate = Initializer.orthogonal(gain: 1.2)
    let cells: [(any RecurrentCell, Int)] = [
      (ElmanCell(units: 6, initializers: own), 1), (LSTMCell(units: 6, initializers: own), 4),
      (GRUCell(units: 6, initializers: own), 3),
    ]
    for (cell, parts) in cells {
      #expect(cell.slots[0].initializer == .parts(Array(repeating: gate, count: parts)))
      #expect(cell.inputInitializer(inputs: 3) == .uniform(low: -0.5, high: 0.5))
    }
    #expect(
      LSTMCell(units: 6, initializers: RecurrentInitializers(.normal(0.1))).slots[0].initializer
        == .normal(mean: 0, standardDeviation: 0.1))
  }

  @Test("The nearest word forgives a slip of the finger, and nothing far away")
  func suggestions() {
    let words = ["convolution", "dense", "dropout"]
    #expect(Suggestion.nearest(to: "convlution", in: words) == "convolution")
    #expect(Suggestion.nearest(to: "conv", in: words) == "convolution")
    #expect(Suggestion.nearest(to: "desne", in: words) == "dense")
    #expect(Suggestion.nearest(to: "xyz", in: words) == nil)
  }
}
