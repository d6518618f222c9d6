import Networks
import Testing

@Suite("Samples of sequences") struct SequenceSamplerTests {
  /// A model around a network, for what only models can do.
  final class Text: SequenceModel {
    struct Configuration: Codable, Sendable {}
    static let name = "text"
    static let summary = "A text model for tests"
    let network: SequenceNetwork

    init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
      network = try SequenceNetwork(
        [LSTMCell(units: 5)], objective: SequenceObjective(.softmaxCrossEntropy), options: .init(), data: data
      )
      network.parameters.initialize(seed: 4, group: 0)
    }

    init(_ network: SequenceNetwork) { self.network = network }
  }

  private func text(_ symbols: [String]) throws -> Text {
    let step = SequenceFormat.Step.symbols(symbols.count)
    let format = SequenceFormat(steps: 5, input: step, target: step, symbols: symbols)
    return try Text(.init(), data: DataDescription(input: [1], classes: 0, sequence: format), maximumBatch: 1)
  }

  private func drawn(_ model: Text, _ request: SampleRequest) throws -> [String] {
    guard case .text(let text) = try model.samples(request)[0].content else { return [] }
    return text.split(separator: "\n").map { String($0) }
  }

  @Test("Texts begin with the prompt, and the same seed draws the same, whatever the number of samples")
  func texts() throws {
    let model = try text(["a", "b", "c", "é"])
    let request = SampleRequest(count: 3, seed: 7, steps: 20, prompt: "béa")
    let samples = try drawn(model, request)
    #expect(samples.count == 3 && Set(samples).count == 3)
    #expect(samples.allSatisfy { $0.count == 23 && $0.hasPrefix("béa") })
    var one = request
    one.count = 1
    #expect(try drawn(model, one) == [samples[0]])
    one.seed = 8
    #expect(try drawn(model, one) != [samples[0]])
  }

  @Test(
    "Texts are drawn from data that says what else would be right, too: of a text that is being written it is not known"
  )
  func alternatives() throws {
    let step = SequenceFormat.Step.symbols(3)
    let format = SequenceFormat(
      steps: 5, input: step, target: step, hasAlternatives: true, symbols: ["a", "b", "c"])
    let model = try Text(
      .init(), data: DataDescription(input: [1], classes: 0, sequence: format), maximumBatch: 1)
    #expect(
      try drawn(model, SampleRequest(count: 2, seed: 1, steps: 9))
        == drawn(try text(["a", "b", "c"]), SampleRequest(count: 2, seed: 1, steps: 9)))
  }

  @Test("At temperature 0 every sample takes the likeliest symbols")
  func likeliest() throws {
    let model = try text(["a", "b", "c"])
    let samples = try drawn(model, SampleRequest(count: 2, seed: 1, steps: 9, temperature: 0, prompt: "a"))
    #expect(samples[0] == samples[1])
    // Taking it by hand: the likeliest symbol has the smallest loss.
    var symbols: [Int32] = [0]
    for _ in 0..<9 {
      let losses = try (0..<3).map { next in
        let sample = SequenceSample(model.network.format, lengths: [symbols.count]) { t, _ in
          t == symbols.count - 1
        }
        for (t, symbol) in symbols.enumerated() { sample.setSymbol(symbol, t, 0) }
        sample.setTargetSymbol(Int32(next), symbols.count - 1, 0)
        return try model.network.evaluated(sample)[1]
      }
      symbols.append(Int32(losses.firstIndex(of: losses.min()!)!))
    }
    #expect(samples[0] == symbols.map { ["a", "b", "c"][Int($0)] }.joined())
  }

  @Test("A prompt that holds no symbol of the model is refused, and so are words that it does not know")
  func prompts() throws {
    let letters = #expect(throws: ConfigurationError.self) {
      try drawn(text(["a", "b"]), SampleRequest(count: 1, seed: 1, prompt: "abx"))
    }
    #expect(letters?.description.contains("«x»") == true)
    let words = try text(["man", "eats", "bread"])
    #expect(
      try drawn(words, SampleRequest(count: 1, seed: 1, steps: 2, prompt: "man eats"))[0].hasPrefix(
        "man eats "))
    #expect(throws: ConfigurationError.self) {
      try drawn(words, SampleRequest(count: 1, seed: 1, prompt: "man drinks"))
    }
    #expect(throws: ConfigurationError.self) {
      try drawn(words, SampleRequest(count: 1, seed: 1, temperature: -1))
    }
  }

  @Test("Music is drawn key by key; at temperature 0 the keys that are likelier than not sound")
  func music() throws {
    let step = SequenceFormat.Step.values(88)
    let format = SequenceFormat(steps: 5, input: step, target: step)
    let network = try SequenceNetwork(
      [GRUCell(units: 2)], SequenceObjective(.binaryCrossEntropy), format: format, scale: 0)
    let bias = network.parameters[network.parameters.slots.count - 1]
    for key in 0..<88 { bias[key] = key == 0 || key == 87 ? 30 : -30 }
    for temperature in [0, 1.0] {
      let artifact = try Text(network).samples(
        SampleRequest(count: 2, seed: 1, steps: 3, temperature: temperature))[0]
      guard case .music(let pieces) = artifact.content else {
        Issue.record("no music")
        return
      }
      #expect(pieces == Array(repeating: Array(repeating: [21, 108], count: 3), count: 2))
    }
    #expect(throws: ConfigurationError.self) {
      try Text(network).samples(SampleRequest(count: 1, seed: 1, prompt: "a"))
    }
  }

  @Test("Networks that do not say what the next step is cannot be drawn from")
  func obstacles() throws {
    let format = SequenceFormat(steps: 5, input: .symbols(3), target: .symbols(2))
    let network = try SequenceNetwork(
      [GRUCell(units: 2)], SequenceObjective(.softmaxCrossEntropy), format: format)
    #expect(throws: ConfigurationError.self) { try Text(network).samples(SampleRequest(count: 1, seed: 1)) }
  }
}
