import Datasets
import Testing

/// The streams of Elman 1990.
@Suite struct ElmanStreamTests {
  /// A stream as one long row: its steps, and the groups of the targets.
  private func stream(_ json: String) throws -> (Sample, SequenceFormatNames) {
    let set = try open(#"{"window": 1000000, "# + json + "}").training
    let format = set.format.sequence!
    return (try set.samples()[0], SequenceFormatNames(groups: format.groups, symbols: format.symbols))
  }

  private struct SequenceFormatNames {
    var groups: [String]
    var symbols: [String]
  }

  @Test("temporal exclusive or: every third bit is known, the others are not")
  func temporalXOR() throws {
    let (sample, names) = try stream(#""source": "temporal_xor""#)
    let bits = sample.values.map { Int($0[0]) } + [Int(sample.targetValues.last![0])]
    #expect(bits.count == 3000 && names.groups == ["first", "second", "xor"])
    for index in stride(from: 0, to: 3000, by: 3) {
      #expect(bits[index] ^ bits[index + 1] == bits[index + 2])
    }
    for offset in 0..<2 {
      let ones = stride(from: offset, to: 3000, by: 3).filter { bits[$0] == 1 }.count
      #expect(abs(ones - 500) < 70)
    }
    #expect(sample.groups == (1..<3000).map { $0 % 3 })
  }

  @Test("letters: each consonant has its vowels, as six features")
  func letters() throws {
    let (sample, _) = try stream(#""source": "letters""#)
    let codes: [[Float]: Character] = [
      [1, 0, 1, 0, 0, 1]: "b", [1, 0, 1, 1, 0, 1]: "d", [1, 0, 1, 0, 1, 1]: "g", [0, 1, 0, 0, 1, 1]: "a",
      [0, 1, 0, 1, 0, 1]: "i", [0, 1, 0, 1, 1, 1]: "u",
    ]
    let text = String((sample.values + [sample.targetValues.last!]).map { codes[$0] ?? "?" })
    #expect(text.wholeMatch(of: /(?:ba|dii|guuu)*/) != nil)
    #expect(text.filter { "bdg".contains($0) }.count == 1000)
    for consonant in "bdg" { #expect(abs(text.filter { $0 == consonant }.count - 333) < 70) }
    #expect(zip(text.dropFirst(), sample.groups).allSatisfy { "bdg".contains($0) == ($1 == 0) })
  }

  @Test("word boundaries: sentences of 4 to 9 of 15 words, every letter a code of its own")
  func wordBoundaries() throws {
    let (sample, names) = try stream(#""source": "word_boundaries""#)
    #expect(names.groups == ["onset", "inside"])
    // The first step is an onset, but no target.
    let onsets = 1 + sample.groups.filter { $0 == 0 }.count
    #expect((1150...1450).contains(onsets))
    #expect((4400...5600).contains(sample.length + 1))
    let codes = Set(sample.values)
    #expect((14...17).contains(codes.count) && codes.allSatisfy { $0.count == 5 })
    // Words come back as codes: cut at the onsets, there are 15 of them.
    var words: [[[Float]]] = [[sample.values[0]]]
    for step in sample.groups.indices {
      if sample.groups[step] == 0 { words.append([]) }
      words[words.count - 1].append(sample.targetValues[step])
    }
    #expect(Set(words).count == 15)
    // The test stream has the same codes.
    let test = try open(#"{"source": "word_boundaries", "evaluation_window": 100000}"#).test.samples()[0]
    #expect(Set(test.values) == codes && test.values != sample.values)
  }

  @Test("lexical classes: 29 words in sentences of two or three, a verb always second")
  func lexicalClasses() throws {
    let (sample, names) = try stream(#""source": "lexical_classes""#)
    #expect((27_200...27_800).contains(sample.length + 1) && names.groups == ["noun", "verb"])
    let used = Set(sample.symbols)
    #expect(used.count == 29 && names.symbols.count == 31 && used.isSubset(of: Set(0..<29)))
    // A word is a noun or a verb, never both.
    var kinds: [Int: Set<Int>] = [:]
    for (symbol, group) in zip(sample.targetSymbols, sample.groups) {
      kinds[symbol, default: []].insert(group)
    }
    #expect(kinds.values.allSatisfy { $0.count == 1 })
    #expect(kinds.values.filter { $0 == [1] }.count == 11)
    let order = [0] + sample.groups
    #expect(order.map(String.init).joined().wholeMatch(of: /(?:010?)*/) != nil)
    let number = Dictionary(uniqueKeysWithValues: zip(names.symbols, 0...))
    let eaten = zip(sample.symbols, sample.targetSymbols).filter { $0.0 == number["eat"] }.map(\.1)
    #expect(!eaten.contains(number["book"]!) && eaten.contains(number["bread"]!))
  }

  @Test("streams of a batch go on side by side")
  func streams() throws {
    let whole = try stream(#""source": "letters", "length": 300"#).0
    let set = try open(#"{"source": "letters", "length": 300, "window": 1, "shuffle": false}"#, batch: 5)
      .training
    #expect(set.format.sequence?.isStream == true)
    let each = whole.length / 5
    let samples = try set.samples()
    #expect(samples.count == 5 * each && samples.allSatisfy { $0.length == 1 })
    for stream in 0..<5 {
      let own = stride(from: stream, to: samples.count, by: 5).map { samples[$0] }
      #expect(own.flatMap(\.values) == Array(whole.values[stream * each..<(stream + 1) * each]))
      #expect(own.flatMap(\.groups) == Array(whole.groups[stream * each..<(stream + 1) * each]))
    }
  }
}
