/// What the steps of a sequence are, and what is to be said at each of them.
///
/// A batch of sequences of lengths T_1, …, T_b is worked on as T = max T_i steps; what lies beyond a sequence's own
/// length is masked and counts nowhere.
public struct SequenceFormat: Sendable, Hashable, Codable {
  /// What a step is, or what is said at it.
  public enum Step: Sendable, Hashable, Codable {
    /// One of `count` symbols: a letter, a word. As an input it is a one-hot vector, or the row of an embedding.
    case symbols(Int)
    /// A vector of `count` values.
    case values(Int)

    /// The number of symbols or of values.
    public var count: Int {
      switch self {
      case .symbols(let count), .values(let count): count
      }
    }
  }

  /// The steps of the longest training sequence.
  public var steps: Int
  /// What a step is.
  public var input: Step
  /// What is to be said at a step.
  public var target: Step
  /// Whether the targets come with a second plane: what else would be right there (the other symbols that a grammar
  /// allows).
  public var hasAlternatives: Bool
  /// Whether the training sequences are consecutive pieces of parallel streams, so that hidden states can be carried
  /// from a step of the run to the next.
  public var isStream: Bool
  /// What the symbols are called, in the order of their numbers; empty where nobody names them.
  public var symbols: [String]
  /// The kinds of targets that are looked at one by one (consonants and vowels, first letters and others), in the order
  /// of their numbers; empty where all are alike.
  public var groups: [String]

  /// A format.
  public init(
    steps: Int, input: Step, target: Step, hasAlternatives: Bool = false, isStream: Bool = false,
    symbols: [String] = [], groups: [String] = []
  ) {
    self.steps = steps
    self.input = input
    self.target = target
    self.hasAlternatives = hasAlternatives
    self.isStream = isStream
    self.symbols = symbols
    self.groups = groups
  }
}

/// The sequences of a batch: time outermost, the batch innermost.
public struct SequenceBatch {
  /// The steps T of the longest sequence of the batch; at least 1 where the batch has examples.
  public var steps: Int
  /// The length of each sequence `[batch]`, 1 to T.
  public var lengths: UnsafeBufferPointer<Int32>
  /// The symbol at each step `[T, batch]`, 0 beyond the length; empty where steps are values.
  public var symbols: UnsafeBufferPointer<Int32>
  /// The values at each step `[T, features, batch]`, 0 beyond the length; empty where steps are symbols.
  public var values: UnsafeBufferPointer<Float>
  /// What is to be said, as symbols `[T, batch]`, -1 where nothing is; empty where targets are values.
  public var targetSymbols: UnsafeBufferPointer<Int32>
  /// What is to be said, as values `[T, features, batch]`; empty where targets are symbols.
  public var targetValues: UnsafeBufferPointer<Float>
  /// What else would be right, 1 or 0 `[T, target count, batch]`, the target itself included; empty where nothing would.
  public var alternatives: UnsafeBufferPointer<Float>
  /// 1 where the step is scored, 0 where it is not (also beyond the length) `[T, batch]`.
  public var scored: UnsafeBufferPointer<Float>
  /// The group of the target at each step `[T, batch]`, -1 where nothing is scored; empty where there are no groups.
  public var groups: UnsafeBufferPointer<Int32>

  /// A view of memory that the caller keeps.
  public init(
    steps: Int, lengths: UnsafeBufferPointer<Int32>, symbols: UnsafeBufferPointer<Int32>,
    values: UnsafeBufferPointer<Float>, targetSymbols: UnsafeBufferPointer<Int32>,
    targetValues: UnsafeBufferPointer<Float>, alternatives: UnsafeBufferPointer<Float>,
    scored: UnsafeBufferPointer<Float>,
    groups: UnsafeBufferPointer<Int32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    self.steps = steps
    self.lengths = lengths
    self.symbols = symbols
    self.values = values
    self.targetSymbols = targetSymbols
    self.targetValues = targetValues
    self.alternatives = alternatives
    self.scored = scored
    self.groups = groups
  }
}
