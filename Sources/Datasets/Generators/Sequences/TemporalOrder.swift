import Networks

/// Two or three relevant symbols X or Y among distractors; at the last step their order is to be said.
///
/// A sequence begins with E, ends with the trigger B, and has 100 to 110 symbols; the others are drawn from a, b, c, d, but
/// for those at the positions t1 and t2 (two relevant symbols: 10...20 and 50...60) or t1, t2 and t3 (three: 10...20, 33...43,
/// 66...76), which are X or Y. Classes are the 4 orders XX, XY, YX and YY, or the 8 of three symbols. An answer is right
/// where every output is within 0.3.
///
/// Hochreiter and Schmidhuber, Long short-term memory, 1997, experiments 6a and 6b. No sequence comes twice.
struct TemporalOrder: SequenceGenerator {
  /// The symbols in the order of their numbers.
  static let symbols = ["a", "b", "c", "d", "X", "Y", "E", "B"]
  /// The first position of each relevant symbol, counted from 1; each may be up to 10 later.
  private let positions: [Int]
  let layout: SequenceLayout
  let contentHash: UInt64
  private let address: RandomAddress

  /// The sequences of part `part` with 2 or 3 relevant symbols.
  init(relevant: Int, part: Int, seed: UInt64) {
    precondition(relevant == 2 || relevant == 3, "2 or 3 relevant symbols")
    positions = relevant == 2 ? [10, 50] : [10, 33, 66]
    layout = SequenceLayout(
      SequenceFormat(
        steps: 110, input: .symbols(Self.symbols.count), target: .symbols(1 << relevant),
        symbols: Self.symbols),
      targets: .last, scoring: .last)
    address = RandomAddress(seed: seed, step: 0, stream: .generator((relevant == 2 ? 140 : 144) + part))
    contentHash = seed &* 31 &+ UInt64(part)
  }

  func write(_ example: Int, into row: SequenceRow) {
    var draws = RandomSequence(address, example: UInt32(example))
    let length = 100 + draws.integer(below: 11)
    row.length = length
    row.setSymbol(6, at: 0)
    for step in 1..<length - 1 { row.setSymbol(draws.integer(below: 4), at: step) }
    row.setSymbol(7, at: length - 1)
    var order = 0
    for first in positions {
      let (step, isY) = (first - 1 + draws.integer(below: 11), draws.integer(below: 2))
      row.setSymbol(4 + isY, at: step)
      order = 2 * order + isY
    }
    row.setTargetSymbol(order, at: length - 1)
  }
}
