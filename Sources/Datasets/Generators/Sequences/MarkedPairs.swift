import Networks

/// The adding and the multiplication problem: sequences of pairs (value, marker), of which two are marked; at the last
/// step their sum or product is to be said.
///
/// The length n is drawn from T...T + T/10. Values are uniform in [-1, 1] (adding) or [0, 1] (multiplication). One of the
/// first 10 pairs is marked by 1, then one of the first T/2 - 1 still unmarked ones; the first and the last pair have the
/// marker -1, all others 0. Where a mark falls on the first pair, its value counts as 0 (adding) or 1 (multiplication).
/// The target is 0.5 + (X1 + X2) / 4, or X1 · X2. An answer is right within 0.04.
///
/// Hochreiter and Schmidhuber, Long short-term memory, 1997, experiments 4 and 5. No sequence comes twice.
struct MarkedPairs: SequenceGenerator {
  /// What is asked for.
  enum Operation: Sendable, Hashable {
    case adding
    case multiplication
  }

  let operation: Operation
  /// The shortest length T, at least 20.
  let minimum: Int
  let layout: SequenceLayout
  let contentHash: UInt64
  private let address: RandomAddress

  /// The sequences of part `part` under `seed`.
  init(_ operation: Operation, minimum: Int, part: Int, seed: UInt64) {
    precondition(minimum >= 20, "at least 20 steps")
    self.operation = operation
    self.minimum = minimum
    layout = SequenceLayout(
      SequenceFormat(steps: minimum + minimum / 10, input: .values(2), target: .values(1)), targets: .last,
      scoring: .last)
    address = RandomAddress(
      seed: seed, step: 0, stream: .generator((operation == .adding ? 128 : 132) + part))
    contentHash = seed &* 31 &+ UInt64(part)
  }

  func write(_ example: Int, into row: SequenceRow) {
    var draws = RandomSequence(address, example: UInt32(example))
    let length = minimum + draws.integer(below: minimum / 10 + 1)
    let first = draws.integer(below: 10)
    let free = draws.integer(below: minimum / 2 - 1)
    let second = free < first ? free : free + 1
    row.length = length
    var marked: (Float, Float) = (0, 0)
    for step in 0..<length {
      let value = operation == .adding ? draws.uniform(-1, 1) : draws.uniform()
      row.setValue(value, 0, at: step)
      let isEnd = step == 0 || step == length - 1
      row.setValue(isEnd ? -1 : step == first || step == second ? 1 : 0, 1, at: step)
      let counted = step > 0 ? value : operation == .adding ? 0 : 1
      if step == first { marked.0 = counted }
      if step == second { marked.1 = counted }
    }
    row.setTargetValue(
      operation == .adding ? 0.5 + (marked.0 + marked.1) / 4 : marked.0 * marked.1, 0, at: length - 1)
  }
}
