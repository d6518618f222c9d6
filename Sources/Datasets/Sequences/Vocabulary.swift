/// The symbols of a text: its distinct code points in their order, numbered from 0.
struct Vocabulary {
  /// The symbols.
  let symbols: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int]
  // Most text is ASCII.
  private let asciiNumbers: [Int]

  /// The symbols that occur in `text`.
  init(_ text: some Sequence<Unicode.Scalar>) {
    let symbols = Set(text).sorted()
    self.symbols = symbols
    let numbers = Dictionary(uniqueKeysWithValues: zip(symbols, symbols.indices))
    self.numbers = numbers
    asciiNumbers = (0..<128).map { numbers[Unicode.Scalar(UInt8($0))] ?? -1 }
  }

  /// The number of symbols.
  var count: Int { symbols.count }
  /// The symbols as strings.
  var names: [String] { symbols.map { String(Character($0)) } }

  /// The number of `symbol`, or nil where it is none of them.
  func number(of symbol: Unicode.Scalar) -> Int? {
    guard symbol.isASCII else { return numbers[symbol] }
    let number = asciiNumbers[Int(symbol.value)]
    return number >= 0 ? number : nil
  }
}
