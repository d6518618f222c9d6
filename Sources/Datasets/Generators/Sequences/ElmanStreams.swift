import Networks

/// The streams of Elman, Finding structure in time, 1990: sequences without an end, whose next element is to be said.
///
/// A stream is a pure function of (seed, part, length).
enum ElmanStreams {
  /// A stream as it is stored: one byte a step, and the group of each step as a target.
  struct Stream {
    let format: SequenceFormat
    let isBinary: Bool
    var steps: [UInt8] = []
    var groups: [UInt8] = []

    fileprivate init(_ format: SequenceFormat, isBinary: Bool) {
      self.format = format
      self.isBinary = isBinary
    }
  }

  private static func draws(_ stream: Int, _ part: Int, _ seed: UInt64) -> RandomSequence {
    RandomSequence(RandomAddress(seed: seed, step: 0, stream: .generator(stream + part)), example: 0)
  }

  private static func values(_ count: Int, groups: [String]) -> SequenceFormat {
    let step = SequenceFormat.Step.values(count)
    return SequenceFormat(steps: 1, input: step, target: step, groups: groups)
  }

  /// Temporal exclusive or: two random bits, then 1 where they differ, and again. Only every third bit can be known.
  ///
  /// - Parameter count: the number of bits; 3,000 in the paper.
  static func temporalXOR(count: Int, part: Int, seed: UInt64) -> Stream {
    var draws = draws(164, part, seed)
    var stream = Stream(values(1, groups: ["first", "second", "xor"]), isBinary: true)
    for index in 0..<count {
      let bit =
        index % 3 < 2
        ? UInt8(draws.integer(below: 2)) : stream.steps[index - 2] ^ stream.steps[index - 1]
      stream.steps.append(bit)
      stream.groups.append(UInt8(index % 3))
    }
    return stream
  }

  /// Letters as six features: random consonants b, d, g, which become ba, dii, guuu. The features are consonant, vowel,
  /// interrupted, high, back, voiced.
  ///
  /// - Parameter count: the number of consonants; 1,000 in the paper.
  static func letters(count: Int, part: Int, seed: UInt64) -> Stream {
    // b 101001, d 101101, g 101011, a 010011, i 010101, u 010111: bit 0 is the first feature.
    func code(_ text: String) -> UInt8 {
      text.enumerated().reduce(0) { $0 | ($1.element == "1" ? 1 << UInt8($1.offset) : 0) }
    }
    let codes = ["101001", "101101", "101011", "010011", "010101", "010111"].map(code)
    let syllables: [[Int]] = [[0, 3], [1, 4, 4], [2, 5, 5, 5]]
    var draws = draws(168, part, seed)
    var stream = Stream(values(6, groups: ["consonant", "vowel"]), isBinary: true)
    for _ in 0..<count {
      for letter in syllables[draws.integer(below: 3)] {
        stream.steps.append(codes[letter])
        stream.groups.append(letter < 3 ? 0 : 1)
      }
    }
    return stream
  }

  /// The 15 words of the word-boundary stream. The paper shows 14 of them; «there» is a guess that fits the number of
  /// letters.
  static let words = [
    "many", "years", "ago", "a", "boy", "and", "girl", "lived", "by", "the", "sea", "they", "played",
    "happily",
    "there",
  ]

  /// Sentences of 4 to 9 random words, letter by letter, with nothing in between; each letter is a random code of five
  /// bits.
  ///
  /// - Parameter count: the number of sentences; 200 in the paper.
  static func wordBoundaries(count: Int, part: Int, seed: UInt64) -> Stream {
    let codes = letterCodes(seed)
    var draws = draws(172, part, seed)
    var stream = Stream(values(5, groups: ["onset", "inside"]), isBinary: true)
    for _ in 0..<count {
      for _ in 0..<4 + draws.integer(below: 6) {
        for (index, letter) in words[draws.integer(below: words.count)].utf8.enumerated() {
          stream.steps.append(codes[Int(letter - UInt8(ascii: "a"))])
          stream.groups.append(index == 0 ? 0 : 1)
        }
      }
    }
    return stream
  }

  /// A distinct code of five bits for each letter, the same in all parts.
  private static func letterCodes(_ seed: UInt64) -> [UInt8] {
    var draws = draws(176, 0, seed)
    var codes = (0..<32).map { UInt8($0) }
    for last in (1..<32).reversed() { codes.swapAt(last, draws.integer(below: last + 1)) }
    return Array(codes[..<26])
  }

  /// Sentences of two or three words from the templates of `LexicalClasses`.
  ///
  /// - Parameter count: the number of sentences; 10,000 in the paper.
  static func lexicalClasses(count: Int, part: Int, seed: UInt64) -> Stream {
    var draws = draws(180, part, seed)
    let words = LexicalClasses.words
    let step = SequenceFormat.Step.symbols(LexicalClasses.codes)
    var stream = Stream(
      SequenceFormat(
        steps: 1, input: step, target: step, symbols: LexicalClasses.symbols, groups: ["noun", "verb"]),
      isBinary: false)
    let numbers = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
    for _ in 0..<count {
      for name in LexicalClasses.templates[draws.integer(below: LexicalClasses.templates.count)] {
        let members = LexicalClasses.members[name]!
        stream.steps.append(UInt8(numbers[members[draws.integer(below: members.count)]]!))
        stream.groups.append(name.isVerb ? 1 : 0)
      }
    }
    return stream
  }
}
