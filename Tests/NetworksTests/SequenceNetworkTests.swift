import Networks
import Testing

@Suite("Networks over sequences") struct SequenceNetworkTests {
  static let symbols = SequenceFormat(steps: 5, input: .symbols(6), target: .symbols(6))

  @Test(
    "Pieces of a stream with the state carried on give the gradients of steps that the whole stream gives")
  func carriedState() throws {
    var format = Self.symbols
    format.isStream = true
    let network = try SequenceNetwork(
      [LSTMCell(units: 4), GRUCell(units: 3)], SequenceObjective(.softmaxCrossEntropy), format: format)
    #expect(network.laneStateCount == 4 + 4 + 3)
    let whole = SequenceSample(format, lengths: Array(repeating: 12, count: 5))
    let expected = try network.evaluated(whole)
    let state = FlatBuffer(count: network.laneStateCount * 8)
    for index in 0..<state.count { state.elements[index] = 9 }
    var sums = [0.0, 0]
    for (start, length) in [(0, 5), (5, 1), (6, 4), (10, 2)] {
      let piece = SequenceSample(format, lengths: Array(repeating: length, count: 5))
      for t in 0..<length {
        for b in 0..<5 {
          piece.setSymbol(whole.symbols[(start + t) * 5 + b], t, b)
          piece.setTargetSymbol(whole.targetSymbols[(start + t) * 5 + b], t, b)
        }
      }
      let lane = LaneState(lane: 2, elements: state.elements, places: 8, first: 2, beginsEpoch: start == 0)
      let result = try network.gradient([piece], state: lane)
      for index in 0..<2 { sums[index] += result.sums[index] }
    }
    #expect(sums[0] == 60 && abs(sums[1] - expected[1]) < 1e-4)
    // Places of other examples stay as they were.
    for row in 0..<network.laneStateCount {
      for place in [0, 1, 7] { #expect(state.elements[row * 8 + place] == 9) }
    }
  }

  @Test("Long sequences are evaluated in chunks with the same sums, also by hundreds and with many lengths")
  func chunks() throws {
    let long = SequenceFormat(steps: 40, input: .symbols(6), target: .symbols(6))
    let cells: [any RecurrentCell] = [LSTMCell(units: 4, hasPeepholes: true), ElmanCell(units: 3)]
    let objective = SequenceObjective(.softmaxCrossEntropy, criterion: .largest)
    let whole = try SequenceNetwork(cells, objective, format: long)
    let chunked = try SequenceNetwork(cells, objective, format: Self.symbols)
    chunked.share(whole.parameters)
    let sample = SequenceSample(long, lengths: (0..<150).map { 1 + $0 * 7 % 40 })
    let (a, b) = (try whole.evaluated(sample), try chunked.evaluated(sample))
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-6 * abs(x)) }
    #expect(a[whole.place("sequences")] == 150 && a[whole.place("sequence_error")] > 0)
  }

  @Test("Evaluation and training measure the same, whatever the order of the sequences")
  func sameFigures() throws {
    let format = SequenceFormat(
      steps: 6, input: .values(3), target: .values(2), groups: ["even", "odd"])
    let objective = SequenceObjective(.logisticSquaredError, criterion: .absolute(0.4))
    let network = try SequenceNetwork([GRUCell(units: 4)], objective, format: format)
    let sample = SequenceSample(format, lengths: [6, 2, 4, 6]) { t, _ in t > 0 }
    let (trained, evaluated) = (try network.gradient([sample]).sums, try network.evaluated(sample))
    for (x, y) in zip(trained, evaluated) { #expect(abs(x - y) <= 1e-6 * (1 + abs(x))) }
    let figures = Dictionary(
      uniqueKeysWithValues: Metric.figures(network.metrics, sums: trained).map { ($0.name, $0.value) })
    #expect(Set(figures.keys) == ["loss", "absolute_error", "sequence_error", "loss_even", "loss_odd"])
    #expect(trained[0] == 14 && trained[network.place("scored_steps")] == 14)
    let mean =
      (figures["loss_even"]! * trained[network.place("steps_even")]
        + figures["loss_odd"]! * trained[network.place("steps_odd")]) / 14
    #expect(abs(mean - figures["loss"]!) < 1e-6)
    // A criterion for one kind of targets finds no more wrong than one for all, and both kinds together all.
    let wrong = try [nil, "even", "odd"].map { group in
      let other = try SequenceNetwork(
        [GRUCell(units: 4)],
        SequenceObjective(.logisticSquaredError, criterion: .absolute(0.4, group: group)),
        format: format)
      other.share(network.parameters)
      return try other.evaluated(sample)[other.place("sequence_error")]
    }
    #expect(wrong[0] > 0 && max(wrong[1], wrong[2]) <= wrong[0] && wrong[0] <= wrong[1] + wrong[2])
  }

  @Test("A sequence is wrong if one allowed symbol is less active than one that is not")
  func allowed() throws {
    let format = SequenceFormat(steps: 2, input: .symbols(1), target: .symbols(3), hasAlternatives: true)
    let network = try SequenceNetwork(
      [ElmanCell(units: 1)], SequenceObjective(.softmaxCrossEntropy, criterion: .allowed), format: format,
      scale: 0)
    let bias = network.parameters[network.parameters.slots.count - 1]
    (bias[0], bias[1], bias[2]) = (3, 2, 1)
    func sequenceErrors(_ allowed: [[Int]]) throws -> Double {
      let sample = SequenceSample(format, lengths: [2])
      for (t, list) in allowed.enumerated() { for symbol in list { sample.allow(symbol, t, 0) } }
      return try network.evaluated(sample)[network.place("sequence_error")]
    }
    #expect(try sequenceErrors([[0], [0, 1]]) == 0)
    #expect(try sequenceErrors([[0, 1, 2], [0]]) == 0)
    #expect(try sequenceErrors([[0], [1]]) == 1)
    #expect(try sequenceErrors([[0, 2], [0]]) == 1)
  }

  @Test("Gradients are divided by scored steps or by sequences")
  func averages() throws {
    let cells: [any RecurrentCell] = [ElmanCell(units: 2)]
    let sample = SequenceSample(Self.symbols, lengths: [5, 3])
    let steps = try SequenceNetwork(cells, SequenceObjective(.softmaxCrossEntropy), format: Self.symbols)
    let sequences = try SequenceNetwork(
      cells, SequenceObjective(.softmaxCrossEntropy, average: .sequence), format: Self.symbols)
    let (a, b) = (try steps.gradient([sample]), try sequences.gradient([sample]))
    #expect(a.sums[0] == 8 && b.sums[0] == 2 && a.slots == b.slots)
    #expect(
      Metric.figures(steps.metrics, sums: a.sums).map(\.value)
        == Metric.figures(sequences.metrics, sums: b.sums).map(\.value))
  }

  @Test("Weight noise is one draw for each step, the same for all batches")
  func weightNoise() throws {
    let objective = SequenceObjective(.softmaxCrossEntropy)
    let noisy = try SequenceNetwork(
      [GRUCell(units: 3)], objective, .init(weightNoise: 0.1), format: Self.symbols)
    let plain = try SequenceNetwork([GRUCell(units: 3)], objective, format: Self.symbols)
    let sample = SequenceSample(Self.symbols, lengths: [5, 5])
    let (first, second) = (try noisy.gradient([sample]), try noisy.gradient([sample]))
    #expect(first.slots == second.slots)
    #expect(try plain.gradient([sample]).slots != first.slots)
    #expect(try plain.evaluated(sample) == noisy.evaluated(sample))
  }

  @Test("Data and options that do not fit together are refused with the reason")
  func refusals() throws {
    var stream = Self.symbols
    stream.isStream = true
    func message(
      _ objective: SequenceObjective, _ format: SequenceFormat?, _ options: SequenceNetwork.Options = .init()
    ) -> String {
      let data = DataDescription(input: [1], classes: 0, sequence: format)
      let error = #expect(throws: ConfigurationError.self) {
        try SequenceNetwork([ElmanCell(units: 2)], objective: objective, options: options, data: data)
      }
      return error?.description ?? ""
    }
    let softmax = SequenceObjective(.softmaxCrossEntropy)
    #expect(message(softmax, nil).contains("sequences"))
    #expect(message(softmax, stream, .init(isBidirectional: true)).contains("streams"))
    let values = SequenceFormat(steps: 3, input: .values(2), target: .values(2))
    #expect(message(softmax, values, .init(embedding: 3)).contains("embedding"))
    #expect(message(SequenceObjective(.squaredError, criterion: .allowed), values).contains("allowed"))
    #expect(
      message(SequenceObjective(.softmaxCrossEntropy, criterion: .absolute(0.1)), values).contains("absolute")
    )
    let grouped = SequenceObjective(.squaredError, criterion: .absolute(0.1, group: "end"))
    #expect(message(grouped, values).contains("criterion.group"))
  }

  @Test("Symbols that do not exist are refused", arguments: [-1, 6, Int32.max])
  func badSymbols(symbol: Int32) throws {
    let network = try SequenceNetwork(
      [ElmanCell(units: 2)], SequenceObjective(.softmaxCrossEntropy), format: Self.symbols)
    let sample = SequenceSample(Self.symbols, lengths: [3])
    sample.setSymbol(symbol, 1, 0)
    let error = #expect(throws: ConfigurationError.self) { try network.evaluated(sample) }
    #expect(error?.description.contains("\(symbol)") == true)
    sample.setSymbol(0, 1, 0)
    sample.setTargetSymbol(max(symbol, 6), 1, 0)
    #expect(throws: ConfigurationError.self) { try network.evaluated(sample) }
  }
}
