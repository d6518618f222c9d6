import Networks
import Testing

/// A recurrent network whose derivatives are compared with central differences.
struct RecurrentCase: Sendable, CustomStringConvertible {
  let description: String
  let cells: [any RecurrentCell]
  var objective = SequenceObjective(.softmaxCrossEntropy)
  var options = SequenceNetwork.Options()
  var format = SequenceFormat(steps: 6, input: .symbols(5), target: .symbols(4))

  static let values = SequenceFormat(steps: 6, input: .values(3), target: .values(2))
  static let valuesObjective = SequenceObjective(.squaredError)

  static let all: [RecurrentCase] = [
    RecurrentCase(description: "lstm on symbols", cells: [LSTMCell(units: 3)]),
    RecurrentCase(
      description: "lstm on values", cells: [LSTMCell(units: 3)], objective: valuesObjective, format: values),
    RecurrentCase(
      description: "lstm with peepholes", cells: [LSTMCell(units: 3, hasPeepholes: true, forgetBias: 1)],
      objective: SequenceObjective(.binaryCrossEntropy), format: values),
    RecurrentCase(description: "gru", cells: [GRUCell(units: 3)]),
    RecurrentCase(
      description: "gru on values", cells: [GRUCell(units: 3)],
      objective: SequenceObjective(.logisticSquaredError), format: values),
    RecurrentCase(description: "gru with the reset gate after", cells: [GRUCell(units: 3, reset: .after)]),
    RecurrentCase(description: "rnn", cells: [ElmanCell(units: 4)]),
    RecurrentCase(
      description: "rnn, logistic, on values", cells: [ElmanCell(units: 4, function: .logistic)],
      objective: valuesObjective, format: values),
    RecurrentCase(
      description: "two layers", cells: [LSTMCell(units: 3), GRUCell(units: 2)], objective: valuesObjective,
      format: values),
    RecurrentCase(
      description: "two layers in both directions",
      cells: [LSTMCell(units: 2, hasPeepholes: true), GRUCell(units: 2)],
      options: .init(isBidirectional: true)),
    RecurrentCase(
      description: "embedding, dropout and noise", cells: [ElmanCell(units: 3), LSTMCell(units: 2)],
      options: .init(embedding: 3, dropout: 0.3, weightNoise: 0.1)),
    RecurrentCase(
      description: "outputs that see symbols", cells: [LSTMCell(units: 2)],
      options: .init(hasOutputBias: false, outputSeesInputs: true)),
    RecurrentCase(
      description: "outputs that see values", cells: [LSTMCell(units: 2)], objective: valuesObjective,
      options: .init(outputSeesInputs: true), format: values),
    RecurrentCase(
      description: "squared error on symbols", cells: [LSTMCell(units: 2)],
      objective: SequenceObjective(.logisticSquaredError)),
    RecurrentCase(
      description: "memory cell blocks with the full gradient",
      cells: [MemoryBlockCell(.init(blocks: 2, size: 2, gradient: .full))],
      objective: SequenceObjective(.logisticSquaredError)),
    RecurrentCase(
      description: "memory cells alone: no recurrence, no output gates",
      cells: [
        MemoryBlockCell(
          .init(
            blocks: 2, size: 1, hasOutputGates: false, isRecurrent: false, biases: .none, input: .logistic,
            output: .identity))
      ], objective: valuesObjective, format: values),
    RecurrentCase(
      description: "softmax on values", cells: [LSTMCell(units: 2)],
      objective: SequenceObjective(.softmaxCrossEntropy), format: values),
  ]
}

@Suite("Gradients of recurrent networks") struct RecurrentGradientTests {
  @Test(
    "Gradients equal central differences, with sequences of many lengths and steps that are not scored",
    arguments: RecurrentCase.all)
  func finiteDifferences(test: RecurrentCase) throws {
    let network = try SequenceNetwork(
      test.cells, test.objective, test.options, format: test.format, scale: 1.5)
    let sample = SequenceSample(test.format, lengths: [4, 6, 1, 5, 6, 3, 2]) { t, b in (t + b) % 4 != 1 }
    let gradient = try network.gradient([sample]).slots
    let differences = try network.differences(sample)
    for (index, slot) in network.parameters.slots.enumerated() {
      #expect(
        relativeError(gradient[index], differences[index]) < 0.01, "\(slot.name)")
      #expect(differences[index].contains { abs($0) > 1e-3 }, "\(slot.name) has no gradient to compare")
    }
  }

  @Test(
    "A batch contributes what its sequences contribute alone, whatever their lengths",
    arguments: RecurrentCase.all)
  func additive(test: RecurrentCase) throws {
    var options = test.options
    options.dropout = 0
    let network = try SequenceNetwork(test.cells, test.objective, options, format: test.format)
    let lengths = [4, 6, 1, 5, 6, 3, 2, 6, 6, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2]
    let whole = try network.gradient([SequenceSample(test.format, lengths: lengths)])
    let alone = try network.gradient(
      lengths.enumerated().map {
        SequenceSample(test.format, lengths: [$1], first: UInt32($0))
      })
    for (a, b) in zip(whole.slots, alone.slots) { #expect(relativeError(a, b) < 1e-5) }
    for (a, b) in zip(whole.sums, alone.sums) { #expect(abs(a - b) <= 1e-6 * (1 + abs(b))) }
    #expect(whole.sums[0] == Double(lengths.reduce(0, +)))
  }

  @Test("Elman's one-step gradient is that of the network whose context units are inputs")
  func oneStep() throws {
    // One step at a time with the state carried by hand: nothing can flow back.
    var format = RecurrentCase.values
    format.steps = 5
    let objective = SequenceObjective(.squaredError)
    let cell = ElmanCell(units: 4, function: .logistic, gradient: .oneStep)
    let whole = try SequenceNetwork([cell], objective, format: format, scale: 2)
    let sample = SequenceSample(format, lengths: [5, 5, 5])
    let gradient = try whole.gradient([sample]).slots

    format.isStream = true
    let stepwise = try SequenceNetwork([cell], objective, format: format, scale: 2)
    stepwise.share(whole.parameters)
    let state = FlatBuffer(count: stepwise.laneStateCount * 3)
    var pieces: [[Double]] = whole.parameters.slots.map { Array(repeating: 0, count: $0.count) }
    for t in 0..<5 {
      let piece = SequenceSample(format, lengths: [1, 1, 1])
      for b in 0..<3 {
        for f in 0..<3 { piece.setValue(sample.values[(t * 3 + f) * 3 + b], 0, b, f) }
        for f in 0..<2 { piece.setTarget(sample.targetValues[(t * 2 + f) * 3 + b], 0, b, f) }
      }
      let lane = LaneState(lane: 0, elements: state.elements, places: 3, first: 0, beginsEpoch: t == 0)
      for (index, slot) in try stepwise.gradient([piece], state: lane).slots.enumerated() {
        for i in slot.indices { pieces[index][i] += slot[i] }
      }
    }
    for (a, b) in zip(gradient, pieces) { #expect(relativeError(a, b) < 1e-5) }
    let full = try SequenceNetwork(
      [ElmanCell(units: 4, function: .logistic)], objective, format: format, scale: 2)
    let other = try full.gradient([sample]).slots
    #expect(relativeError(gradient[0], other[0]) > 0.01, "the two gradients differ where time matters")
  }
}
