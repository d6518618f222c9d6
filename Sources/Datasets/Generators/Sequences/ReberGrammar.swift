import Networks

/// Strings of the embedded Reber grammar: `B`, `T` or `P`, a string of Reber's grammar, the same `T` or `P`, `E`.
///
/// Reber's grammar as states and the symbols that lead on from them:
///
///     0: B 1      1: T 2, P 3      2: S 2, X 4      3: T 3, V 5      4: X 3, S 6      5: P 4, V 6      6: E, the end
///
/// Where two symbols are possible, each comes with probability 1/2. At every step the next symbol is to be said; the
/// alternatives are all symbols that the grammar allows there. To be right at the last but one the first must be
/// remembered over at least 6 steps.
///
/// Smith and Zipser 1989; Hochreiter and Schmidhuber, Long short-term memory, 1997, experiment 1: 256 random strings to
/// train on, short ones many times among them, and 256 random ones that are not among those to test on. All of both must be
/// predicted right.
struct ReberGrammar: SequenceGenerator {
  /// The symbols in the order of their numbers.
  static let symbols = ["B", "T", "P", "S", "X", "V", "E"]
  let layout: SequenceLayout
  let contentHash: UInt64
  private let strings: [[UInt8]]

  // state -> (symbol, next state) and a second choice; state 6 is the end.
  private static let edges: [[(symbol: UInt8, state: Int)]] = [
    [(0, 1)],
    [(1, 2), (2, 3)],
    [(3, 2), (4, 4)],
    [(1, 3), (5, 5)],
    [(4, 3), (3, 6)],
    [(2, 4), (5, 6)],
    [(6, 7)],
  ]

  private init(_ strings: [[UInt8]]) {
    self.strings = strings
    let step = SequenceFormat.Step.symbols(Self.symbols.count)
    layout = SequenceLayout(
      SequenceFormat(
        steps: strings.map(\.count).max()! - 1, input: step, target: step, hasAlternatives: true,
        symbols: Self.symbols), targets: .next)
    var hash = ContentHash()
    for string in strings { string.withUnsafeBytes { hash.combine(bytes: $0) } }
    contentHash = hash.finished()
  }

  /// Training strings, and test strings that are none of them.
  static func splits(training: Int, test: Int, seed: UInt64) throws -> DatasetSplits {
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(136))
    guard training <= 1 << 20, test <= 1 << 20 else {
      throw DataError(
        .configuration,
        "data.training_count is \(training) and data.test_count \(test); up to \(1 << 20) strings of the embedded Reber"
          + " grammar are allowed")
    }
    var strings = (0..<training).map { string(address, UInt32($0)) }
    let known = Set(strings)
    var example = UInt32(training)
    while strings.count < training + test {
      let string = string(address, example)
      if !known.contains(string) { strings.append(string) }
      example += 1
    }
    func set(_ strings: ArraySlice<[UInt8]>, _ name: String) throws -> Dataset {
      let grammar = ReberGrammar(Array(strings))
      return try Dataset(
        name: name, format: RowFormat(grammar.layout), count: strings.count, generator: grammar)
    }
    // The paper's criterion asks for the training strings, too: as they are the validation set, they are evaluated.
    return try DatasetSplits(
      training: set(strings[..<training], "embedded Reber strings to train on"),
      test: set(strings[training...], "embedded Reber strings to test on"),
      validation: set(strings[..<training], "the training strings, evaluated"))
  }

  private static func string(_ address: RandomAddress, _ example: UInt32) -> [UInt8] {
    var draws = RandomSequence(address, example: example)
    let frame: UInt8 = draws.integer(below: 2) == 0 ? 1 : 2
    var string: [UInt8] = [0, frame]
    var state = 0
    while state < 7 {
      let edge = edges[state][edges[state].count == 1 ? 0 : draws.integer(below: 2)]
      string.append(edge.symbol)
      state = edge.state
    }
    return string + [frame, 6]
  }

  func write(_ example: Int, into row: SequenceRow) {
    let string = strings[example]
    row.length = string.count - 1
    for (step, symbol) in string.enumerated() { row.setSymbol(Int(symbol), at: step) }
    // The frame: T or P first, its twin and E last.
    row.setAllowed(1, at: 0)
    row.setAllowed(2, at: 0)
    row.setAllowed(Int(string[1]), at: string.count - 3)
    row.setAllowed(6, at: string.count - 2)
    var state = 0
    for step in 1..<string.count - 3 {
      for edge in Self.edges[state] { row.setAllowed(Int(edge.symbol), at: step) }
      state = Self.edges[state].first { $0.symbol == string[step + 1] }!.state
    }
  }
}
