import Foundation
import Kernels

extension SequenceNetwork {
  /// A text of 200 symbols, where the network makes texts.
  func sampleText() throws -> [Artifact] {
    guard format.input.isSymbols, !format.symbols.isEmpty, SequenceSampler.obstacle(self) == nil else {
      return []
    }
    var sampler = try SequenceSampler(self, SampleRequest(count: 1, seed: 1, steps: 200))
    return try sampler.artifacts()
  }
}

/// Draws sequences from a network that says of each step what the next one is: texts, or pieces of music.
///
/// Every draw is a function of the request's seed, of the number of the sample and of the step.
struct SequenceSampler {
  private let network: SequenceNetwork
  private let request: SampleRequest
  private var carried: FlatBuffer

  /// - Throws: `ConfigurationError` where the network cannot be drawn from, or the request cannot be met.
  init(_ network: SequenceNetwork, _ request: SampleRequest) throws(ConfigurationError) {
    if let reason = Self.obstacle(network) { throw ConfigurationError(reason) }
    guard request.count >= 1, request.steps >= 1, request.temperature >= 0, request.temperature.isFinite
    else {
      throw ConfigurationError(
        "\(request.count) samples of \(request.steps) steps at temperature \(request.temperature): at least one of at "
          + "least one step is needed, at a temperature of at least 0")
    }
    self.network = network
    self.request = request
    carried = FlatBuffer(count: network.carriedCount * request.count)
  }

  /// Why a network cannot be drawn from; nil where it can.
  static func obstacle(_ network: SequenceNetwork) -> String? {
    let format = network.format
    guard format.input == format.target else {
      return
        "this network does not say what the next step is, so no sequences can be drawn from it: its steps are "
        + "\(format.input), its targets \(format.target)"
    }
    guard !network.options.isBidirectional else {
      return "a network in both directions sees the future, so no sequences can be drawn from it"
    }
    let fits: SequenceObjective.Kind = format.input.isSymbols ? .softmaxCrossEntropy : .binaryCrossEntropy
    guard network.head.objective.loss == fits else {
      return "sequences are drawn from networks with the loss \(fits.rawValue), not "
        + network.head.objective.loss.rawValue
    }
    return nil
  }

  /// The artifacts: texts, or music.
  mutating func artifacts() throws(ConfigurationError) -> [Artifact] {
    if network.format.input.isSymbols {
      let texts = try symbols().map(joined)
      return [Artifact("samples", .text(texts.joined(separator: "\n\n") + "\n"))]
    }
    guard request.prompt.isEmpty else {
      throw ConfigurationError("the prompt is a text, but this network makes music: leave it out")
    }
    return [Artifact("samples", .music(notes()))]
  }

  private func stream(_ sample: Int) -> RandomStream {
    RandomStream(RandomAddress(seed: request.seed, step: UInt64(sample), stream: .model(2)))
  }

  /// The symbols of each sample, those of the prompt first.
  private mutating func symbols() throws(ConfigurationError) -> [[Int]] {
    let format = network.format
    let prompt = try Self.numbers(of: request.prompt, in: format.symbols)
    let first = prompt.isEmpty ? [format.symbols.firstIndex(of: "\n") ?? 0] : prompt
    var samples = (0..<request.count).map { _ in prompt }
    var streams = (0..<request.count).map { stream($0) }
    var last = Array(repeating: first[0], count: request.count)
    for step in 0..<first.count + request.steps - 1 {
      let logits = advance(symbols: last.map { Int32($0) }, isFirst: step == 0)
      for sample in samples.indices {
        if step + 1 < first.count {
          last[sample] = first[step + 1]
        } else {
          last[sample] = draw(logits[sample], &streams[sample])
          samples[sample].append(last[sample])
        }
      }
    }
    return samples
  }

  /// One of the symbols, by the softmax of the logits.
  private func draw(_ logits: [Float], _ stream: inout RandomStream) -> Int {
    let largest = logits.max()!
    let likeliest = logits.firstIndex(of: largest) ?? 0
    guard request.temperature > 0 else { return likeliest }
    let weights = logits.map { exp(Double($0 - largest) / request.temperature) }
    var rest = stream.uniformDouble() * weights.reduce(0, +)
    for (symbol, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return symbol }
    }
    return likeliest
  }

  /// The notes of each step of each sample; before the first there is silence.
  private mutating func notes() -> [[[Int]]] {
    let keys = network.format.input.count
    var samples = (0..<request.count).map { _ in [[Int]]() }
    var streams = (0..<request.count).map { stream($0) }
    var last = Array(repeating: [Int](), count: request.count)
    for step in 0..<request.steps {
      let logits = advance(keys: last, isFirst: step == 0)
      for sample in samples.indices {
        last[sample] = (0..<keys).filter { key in
          let logit = Double(logits[sample][key])
          guard request.temperature > 0 else { return logit > 0 }
          return streams[sample].uniformDouble() < 1 / (1 + exp(-logit / request.temperature))
        }
        samples[sample].append(last[sample].map { $0 + 21 })
      }
    }
    return samples
  }

  private mutating func advance(symbols: [Int32], isFirst: Bool) -> [[Float]] {
    advance(symbols: symbols, values: [], isFirst: isFirst)
  }

  private mutating func advance(keys: [[Int]], isFirst: Bool) -> [[Float]] {
    let count = keys.count
    var values = Array(repeating: Float(0), count: network.format.input.count * count)
    for (sample, keys) in keys.enumerated() { for key in keys { values[key * count + sample] = 1 } }
    return advance(symbols: [], values: values, isFirst: isFirst)
  }

  /// The logits of each sample after one more step.
  private mutating func advance(symbols: [Int32], values: [Float], isFirst: Bool) -> [[Float]] {
    let count = request.count
    let format = network.format
    let lengths = Array(repeating: Int32(1), count: count)
    let scored = Array(repeating: Float(1), count: count)
    let targets = Array(repeating: Int32(0), count: symbols.isEmpty ? 0 : count)
    return lengths.withUnsafeBufferPointer { lengths in
      symbols.withUnsafeBufferPointer { symbols in
        values.withUnsafeBufferPointer { values in
          targets.withUnsafeBufferPointer { targets in
            scored.withUnsafeBufferPointer { scored in
              // What is to be said is not known; anything of the right size does.
              let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
              let sequence = SequenceBatch(
                steps: 1, lengths: lengths, symbols: symbols, values: values, targetSymbols: targets,
                targetValues: format.target.isSymbols ? nothing : values, alternatives: nothing,
                scored: scored)
              return network.advance(sequence, count: count, state: carried.base, isFirst: isFirst)
            }
          }
        }
      }
    }
  }

  /// The numbers of the symbols of a text: characters, or words where symbols are words.
  static func numbers(of text: String, in symbols: [String]) throws(ConfigurationError) -> [Int] {
    let parts =
      areCharacters(symbols)
      ? text.unicodeScalars.map { String(Character($0)) } : text.split(separator: " ").map { String($0) }
    var numbers: [Int] = []
    for part in parts {
      guard let number = symbols.firstIndex(of: part) else {
        throw ConfigurationError(
          "the prompt holds «\(part)», which is none of the \(symbols.count) symbols that the model knows: "
            + symbols.prefix(100).map { $0 == "\n" ? "\\n" : $0 }.joined(
              separator: areCharacters(symbols) ? "" : " "))
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func areCharacters(_ symbols: [String]) -> Bool {
    symbols.allSatisfy { $0.unicodeScalars.count == 1 }
  }

  private func joined(_ numbers: [Int]) -> String {
    let symbols = network.format.symbols
    guard !symbols.isEmpty else { return numbers.map(String.init).joined(separator: " ") }
    return numbers.map { symbols[$0] }.joined(separator: Self.areCharacters(symbols) ? "" : " ")
  }
}

extension SequenceModel {
  /// Texts or music drawn from the model.
  ///
  /// - Throws: `ConfigurationError` where the model does not say what the next step is, or the prompt holds what is none
  ///   of its symbols.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    var sampler = try SequenceSampler(network, request)
    return try sampler.artifacts()
  }
}
