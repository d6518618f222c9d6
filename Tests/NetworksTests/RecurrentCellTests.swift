import Foundation
import Networks
import Testing

@Suite("Recurrent cells") struct RecurrentCellTests {
  static let plain = SequenceObjective(.squaredError)

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Sets slot `name` to `values`.
  private func set(_ network: SequenceNetwork, _ name: String, _ values: [Float]) {
    let index = network.parameters.slots.firstIndex { $0.name == name }!
    precondition(network.parameters[index].count == values.count)
    for i in values.indices { network.parameters[index][i] = values[i] }
  }

  /// The outputs of a network with one output and one sequence, read off its loss: targets at 0 and at 1.
  private func outputs(_ network: SequenceNetwork, _ inputs: [Float]) throws -> [Double] {
    try inputs.indices.map { t in
      let losses = try [Float(0), 1].map { target in
        let sample = SequenceSample(network.format, lengths: [inputs.count]) { step, _ in step == t }
        for (step, value) in inputs.enumerated() { sample.setValue(value, step, 0) }
        sample.setTarget(target, t, 0)
        return try network.evaluated(sample)[1]
      }
      // y²/2 - (y - 1)²/2 = y - 1/2
      return losses[0] - losses[1] + 0.5
    }
  }

  static let single = SequenceFormat(steps: 3, input: .values(1), target: .values(1))

  @Test("Two steps of an LSTM with peepholes, by hand")
  func lstmByHand() throws {
    let network = try SequenceNetwork(
      [LSTMCell(units: 1, hasPeepholes: true)], Self.plain, format: Self.single)
    set(network, "0.lstm.input", [0.5, -0.3, 0.8, 0.2])
    set(network, "0.lstm.bias", [0.1, 1, -0.2, 0.3])
    set(network, "0.lstm.recurrent", [0.4, 0.6, -0.7, 0.9])
    set(network, "0.lstm.peepholes", [0.3, -0.4, 0.5])
    set(network, "output.weight", [1])
    set(network, "output.bias", [0])
    var (h, c) = (0.0, 0.0)
    var expected: [Double] = []
    for x in [1.0, -0.5] {
      let i = sigmoid(0.5 * x + 0.4 * h + 0.1 + 0.3 * c)
      let f = sigmoid(-0.3 * x + 0.6 * h + 1 - 0.4 * c)
      let g = tanh(0.8 * x - 0.7 * h - 0.2)
      c = f * c + i * g
      let o = sigmoid(0.2 * x + 0.9 * h + 0.3 + 0.5 * c)
      h = o * tanh(c)
      expected.append(h)
    }
    for (y, truth) in zip(try outputs(network, [1, -0.5]), expected) { #expect(abs(y - truth) < 1e-6) }
  }

  @Test("Two steps of a GRU by hand: the reset gate acts on the state before the product")
  func gruByHand() throws {
    let network = try SequenceNetwork([GRUCell(units: 1)], Self.plain, format: Self.single)
    set(network, "0.gru.input", [0.5, -0.3, 0.8])
    set(network, "0.gru.bias", [0.1, -0.6, -0.2])
    set(network, "0.gru.recurrent", [0.4, 0.6, -0.7])
    set(network, "output.weight", [1])
    set(network, "output.bias", [0])
    var h = 0.0
    var expected: [Double] = []
    for x in [1.0, -0.5] {
      let r = sigmoid(0.5 * x + 0.4 * h + 0.1)
      let z = sigmoid(-0.3 * x + 0.6 * h - 0.6)
      h = (1 - z) * h + z * tanh(0.8 * x - 0.7 * (r * h) - 0.2)
      expected.append(h)
    }
    for (y, truth) in zip(try outputs(network, [1, -0.5]), expected) { #expect(abs(y - truth) < 1e-6) }
  }

  @Test("Two steps of a memory cell block of 1997 by hand: two cells share gates, and all see all")
  func memoryBlockByHand() throws {
    let cell = MemoryBlockCell(.init(blocks: 1, size: 2))
    let network = try SequenceNetwork([cell], Self.plain, format: Self.single)
    let w: [Double] = [0.5, -0.3, 0.8, 0.2]
    let b: [Double] = [0.1, 0.4, -1, -2]
    let u: [[Double]] = [
      [0.4, 0.6, -0.7, 0.9], [0.1, -0.2, 0.3, -0.4], [0.5, 0.6, 0.7, 0.8], [-0.5, 0.3, 0.2, -1],
    ]
    set(network, "0.lstm.input", w.map { Float($0) })
    set(network, "0.lstm.bias", b.map { Float($0) })
    set(network, "0.lstm.recurrent", u.joined().map { Float($0) })
    set(network, "output.weight", [1, -2])
    set(network, "output.bias", [0])
    var state = [0.0, 0, 0, 0]
    var c = [0.0, 0]
    var expected: [Double] = []
    for x in [1.0, -0.5, 0.25] {
      let sums = (0..<4).map { row in w[row] * x + b[row] + zip(u[row], state).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let (i, o) = (sigmoid(sums[2]), sigmoid(sums[3]))
      for k in 0..<2 { c[k] += i * (4 * sigmoid(sums[k]) - 2) }
      state = c.map { o * (2 * sigmoid($0) - 1) } + [i, o]
      expected.append(state[0] - 2 * state[1])
    }
    for (y, truth) in zip(try outputs(network, [1, -0.5, 0.25]), expected) { #expect(abs(y - truth) < 1e-6) }
  }

  /// What PyTorch 2.13 computes in double precision for weights and data by simple formulas.
  struct Reference: Sendable, CustomStringConvertible {
    let cell: any RecurrentCell
    let loss: Double
    /// Of each slot: the first and the last derivative, and the sum of their sizes.
    let slots: [String: (first: Double, last: Double, size: Double)]
    var description: String { cell.name }
  }

  static let references = [
    Reference(
      cell: LSTMCell(units: 3), loss: 1.5500437,
      slots: [
        "input": (-0.0078808, 0.0355172, 0.9588453), "bias": (-0.1695067, -0.0808148, 2.1135686),
        "recurrent": (-0.0143815, -0.0064518, 0.4477856), "weight": (-0.3079119, -0.3620778, 1.9854851),
      ]),
    Reference(
      cell: GRUCell(units: 3, reset: .after), loss: 1.1307427,
      slots: [
        "input": (0.0014535, 0.0202018, 0.8782041), "bias": (0.0222128, -0.3211655, 1.7297666),
        "recurrent": (0.0002676, -0.0032584, 0.1521597), "weight": (-0.1379251, -0.3181488, 1.6608605),
        "reset_bias": (-0.2854457, -0.1272252, 0.5897001),
      ]),
    Reference(
      cell: ElmanCell(units: 3), loss: 8.5990992,
      slots: [
        "input": (-0.0507622, 0.9714678, 3.8967026), "bias": (-5.6323337, -4.1251422, 14.9977557),
        "recurrent": (2.1081697, 0.9472252, 13.9758930), "weight": (5.1236781, 2.4724059, 21.9718850),
      ]),
  ]

  @Test("Loss and gradients are those of PyTorch", arguments: references)
  func pytorch(reference: Reference) throws {
    let format = SequenceFormat(steps: 4, input: .values(3), target: .values(2))
    let network = try SequenceNetwork([reference.cell], Self.plain, format: format)
    let numbers = [
      "input": 1, "bias": 2, "recurrent": 3, "reset_bias": 4, "output.weight": 5, "output.bias": 6,
    ]
    for slot in network.parameters.slots {
      let key = slot.name.hasPrefix("output") ? slot.name : String(slot.name.split(separator: ".").last!)
      set(network, slot.name, (0..<slot.count).map { Float(($0 * 37 + numbers[key]! * 11) % 19 - 9) / 15 })
    }
    let sample = SequenceSample(format, lengths: [4, 4])
    for t in 0..<4 {
      for b in 0..<2 {
        for f in 0..<3 { sample.setValue(Float(((t * 3 + f) * 2 + b) * 29 % 17 - 8) / 8, t, b, f) }
        for f in 0..<2 { sample.setTarget(Float(((t * 2 + f) * 2 + b) * 13 % 7) / 7, t, b, f) }
      }
    }
    let result = try network.gradient([sample])
    #expect(abs(result.sums[1] - reference.loss) < 1e-5)
    for (index, slot) in network.parameters.slots.enumerated() {
      guard let expected = reference.slots[String(slot.name.split(separator: ".").last!)],
        slot.name != "output.bias"
      else { continue }
      let gradient = result.slots[index]
      #expect(abs(gradient.first! - expected.first) < 1e-5, "\(slot.name)")
      #expect(abs(gradient.last! - expected.last) < 1e-5, "\(slot.name)")
      #expect(abs(gradient.reduce(0) { $0 + abs($1) } - expected.size) < 2e-5, "\(slot.name)")
    }
  }
}
