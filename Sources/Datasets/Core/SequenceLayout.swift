import Networks

/// How one sequence lies in a row of a data set: its length, its steps, and what is to be said at them.
///
///     length | steps | targets | scored steps | alternatives | groups
///
/// The length is 4 bytes; each part begins at a multiple of 4 and has room for the steps of the longest sequence of the
/// set. Where the target is the next step, one step more is stored and no targets.
public struct SequenceLayout: Sendable, Hashable, Codable {
  /// How one step is stored.
  public enum Cell: String, Sendable, Hashable, Codable {
    /// A symbol in one byte.
    case byte
    /// A symbol in two bytes.
    case word
    /// Values 0 and 1, one bit each.
    case bits
    /// Values in single precision.
    case float
  }

  /// Which targets are stored.
  public enum Targets: String, Sendable, Hashable, Codable {
    /// None: the target of a step is the next step.
    case next
    /// One for each step.
    case each
    /// One, for the last step.
    case last
  }

  /// Which steps are scored.
  public enum Scoring: String, Sendable, Hashable, Codable {
    /// All.
    case all
    /// The last.
    case last
    /// Those that the row marks.
    case marked
  }

  /// What the steps are; `steps` is the number of the longest sequence of the set.
  public let format: SequenceFormat
  /// How a step is stored.
  public let input: Cell
  /// How a target is stored; as a step where it is the next step.
  public let target: Cell
  /// Which targets are stored.
  public let targets: Targets
  /// Which steps are scored.
  public let scoring: Scoring

  /// The layout of sequences of `format`.
  ///
  /// - Parameter binary: whether all values are 0 or 1, so that a bit is enough.
  public init(
    _ format: SequenceFormat, targets: Targets, scoring: Scoring = .all, binary: Bool = false
  ) {
    precondition(
      targets != .next || format.target == format.input, "the next step is of the kind of all steps")
    self.format = format
    self.targets = targets
    self.scoring = scoring
    input = Self.cell(for: format.input, binary: binary)
    target = Self.cell(for: format.target, binary: binary)
  }

  private static func cell(for step: SequenceFormat.Step, binary: Bool) -> Cell {
    switch step {
    case .symbols(let count): count <= 256 ? .byte : .word
    case .values: binary ? .bits : .float
    }
  }

  /// The same layout for sequences of up to `steps` steps.
  public func with(steps: Int) -> SequenceLayout {
    var format = format
    format.steps = steps
    return SequenceLayout(
      format, targets: targets, scoring: scoring, binary: input == .bits || target == .bits)
  }

  /// Whether rows of both differ in nothing but the most steps that fit.
  public func matches(_ other: SequenceLayout) -> Bool {
    format.input == other.format.input && format.target == other.format.target
      && format.hasAlternatives == other.format.hasAlternatives && format.isStream == other.format.isStream
      && format.symbols == other.format.symbols && format.groups == other.format.groups
      && input == other.input && target == other.target && targets == other.targets
      && scoring == other.scoring
  }

  /// The most symbols that can be told apart.
  public static let largestAlphabet = 65_536

  // Where the parts of a row begin, in bytes.

  /// The steps that are stored: one more than there are, where the last is a target only.
  var storedSteps: Int { format.steps + (targets == .next ? 1 : 0) }
  /// The bytes of a step.
  var inputBytes: Int { Self.bytes(of: input, count: format.input.count) }
  /// The bytes of a target.
  var targetBytes: Int { Self.bytes(of: target, count: format.target.count) }
  /// The bytes of a step's alternatives.
  var alternativeBytes: Int { (format.target.count + 7) / 8 }

  var inputStart: Int { 4 }
  var targetStart: Int { inputStart + Self.padded(storedSteps * inputBytes) }
  var scoringStart: Int {
    switch targets {
    case .next: targetStart
    case .each: targetStart + Self.padded(format.steps * targetBytes)
    case .last: targetStart + Self.padded(targetBytes)
    }
  }
  var alternativesStart: Int {
    scoringStart + (scoring == .marked ? Self.padded((format.steps + 7) / 8) : 0)
  }
  var groupsStart: Int {
    alternativesStart + (format.hasAlternatives ? Self.padded(format.steps * alternativeBytes) : 0)
  }
  /// The bytes of a row.
  public var rowBytes: Int {
    groupsStart + (format.groups.isEmpty ? 0 : Self.padded(format.steps))
  }

  private static func bytes(of cell: Cell, count: Int) -> Int {
    switch cell {
    case .byte: 1
    case .word: 2
    case .bits: (count + 7) / 8
    case .float: 4 * count
    }
  }

  private static func padded(_ bytes: Int) -> Int { (bytes + 3) & ~3 }
}
