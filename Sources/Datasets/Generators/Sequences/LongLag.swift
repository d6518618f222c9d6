import Networks

/// A symbol at the beginning that must be known at the end: experiments 2a, 2b and 2c.
///
/// - 2a: (y, a1, …, a(p-1), y) or (x, a1, …, a(p-1), x), each with probability 1/2, over p + 1 symbols. At every step the next
///   symbol is to be said; success is an error of every output below 0.25.
/// - 2b: the same with p - 1 random symbols of a1 … a(p-1) in the middle, and the last symbol alone is asked for. (As all
///   sequences have the same length, a network that has to predict the random ones, too, would have to count to p to know
///   when the end comes; one cell cannot do both.)
/// - 2c: (b, y, …, e, y) or (b, x, …, e, x) with q + k distractors of a1 … ap between, over p + 4 symbols; k is drawn anew, each
///   further distractor with probability 9/10 (at most 200 of them). After the trigger e, which of x and y is to be said,
///   nothing at other steps; success is an error of both outputs below 0.2.
///
/// Hochreiter and Schmidhuber, Long short-term memory, 1997.
struct LongLag: SequenceGenerator {
  /// Which experiment.
  enum Experiment: String, Codable, Sendable, Hashable, CaseIterable {
    case fixed = "2a"
    case random = "2b"
    case triggered = "2c"
  }

  let experiment: Experiment
  /// The lag: the minimal one q in 2c; p otherwise.
  let lag: Int
  /// The number of distractor symbols p, in 2c only.
  let distractors: Int
  let layout: SequenceLayout
  let contentHash: UInt64
  private let address: RandomAddress
  private static let mostExtra = 200

  /// The sequences of part `part`.
  init(_ experiment: Experiment, lag: Int, distractors: Int, part: Int, seed: UInt64) {
    precondition(lag >= 2 && distractors >= 1, "a lag of two steps and a distractor")
    self.experiment = experiment
    self.lag = lag
    self.distractors = distractors
    if experiment == .triggered {
      layout = SequenceLayout(
        SequenceFormat(
          steps: lag + Self.mostExtra + 3, input: .symbols(distractors + 4), target: .symbols(2),
          symbols: (1...distractors).map { "a\($0)" } + ["e", "b", "x", "y"]),
        targets: .last, scoring: .last)
    } else {
      let step = SequenceFormat.Step.symbols(lag + 1)
      let isRandom = experiment == .random
      layout = SequenceLayout(
        SequenceFormat(
          steps: lag, input: step, target: step, symbols: (1..<lag).map { "a\($0)" } + ["x", "y"]),
        targets: .next, scoring: isRandom ? .last : .all)
    }
    address = RandomAddress(seed: seed, step: 0, stream: .generator(148 + part))
    var hash = ContentHash()
    for word in [seed, UInt64(part), UInt64(lag), UInt64(distractors)] { hash.combine(word) }
    hash.combine(experiment.rawValue)
    contentHash = hash.finished()
  }

  func write(_ example: Int, into row: SequenceRow) {
    var draws = RandomSequence(address, example: UInt32(example))
    let isY = draws.integer(below: 2)
    if experiment == .triggered {
      writeTriggered(isY, &draws, row)
    } else {
      row.length = lag
      row.setSymbol(lag - 1 + isY, at: 0)
      for step in 1..<lag {
        row.setSymbol(experiment == .fixed ? step - 1 : draws.integer(below: lag - 1), at: step)
      }
      row.setSymbol(lag - 1 + isY, at: lag)
    }
  }

  private func writeTriggered(_ isY: Int, _ draws: inout RandomSequence, _ row: SequenceRow) {
    let (trigger, begin, x) = (distractors, distractors + 1, distractors + 2)
    row.setSymbol(begin, at: 0)
    row.setSymbol(x + isY, at: 1)
    var step = 2
    var extra = 0
    while true {
      if step >= lag + 2 {
        if extra == Self.mostExtra || draws.integer(below: 10) == 0 { break }
        extra += 1
      }
      row.setSymbol(draws.integer(below: distractors), at: step)
      step += 1
    }
    row.setSymbol(trigger, at: step)
    row.length = step + 1
    row.setTargetSymbol(isY, at: step)
  }
}
