import Foundation

/// How the learning rate changes over a run: a factor on `learning_rate`, a function of the progress alone.
///
/// Codable as a word (`schedule: cosine`) or as a mapping with the key `kind`:
///
/// | kind | factor at step t of T, epoch e | keys |
/// |---|---|---|
/// | `constant` | 1 | |
/// | `step` | factor^(milestones ≤ e) | `milestones`, `factor` (0.1) |
/// | `table` | the rate of the row that e falls into; the last row goes on | `table`: rows `{epochs, rate}` |
/// | `cosine` | final + (1 - final)(1 + cos πt/T) / 2 | `final` (0) |
/// | `linear` | 1 - (1 - final) t/T | `final` (0) |
/// | `inverse` | 1 / (1 + decay · e), e with its fraction | `decay` |
/// | `exponential` | factor^e, e with its fraction | `factor` |
///
/// Each begins with `warmup_steps` steps on which the factor rises linearly: (t + 1) / (warmup_steps + 1) of its value.
public struct Schedule: Codable, Hashable, Sendable {
  /// The shape of the schedule.
  public enum Kind: String, Keyword {
    case constant, step, table, cosine, linear, inverse, exponential

    /// What the choice is, for errors.
    public static var title: String { "schedule" }
  }

  /// A row of a table: the rate for some epochs.
  public struct Row: Codable, Hashable, Sendable {
    /// The number of epochs that the row lasts.
    public var epochs: Int
    /// The factor during them: the rate itself, as `learning_rate` is 1 where a table is given without it.
    public var rate: Double

    /// A row.
    public init(epochs: Int, rate: Double) {
      self.epochs = epochs
      self.rate = rate
    }
  }

  /// The shape.
  public var kind: Kind
  /// The epochs at which `step` multiplies with `factor`.
  public var milestones: [Int]?
  /// What `step` multiplies with at each milestone (0.1 where not given), `exponential` at each epoch.
  public var factor: Double?
  /// The rows of `table`.
  public var table: [Row]?
  /// The fraction at which `cosine` and `linear` end.
  public var final: Double?
  /// The decay per epoch of `inverse`.
  public var decay: Double?
  /// The steps of the linear rise at the beginning.
  public var warmupSteps: Int?

  private enum CodingKeys: String, CodingKey {
    case kind, milestones, factor, table, final, decay
    case warmupSteps = "warmup_steps"
  }

  /// A schedule; what a kind does not use stays nil.
  public init(
    _ kind: Kind, milestones: [Int]? = nil, factor: Double? = nil, table: [Row]? = nil, final: Double? = nil,
    decay: Double? = nil, warmupSteps: Int? = nil
  ) {
    self.kind = kind
    self.milestones = milestones
    self.factor = factor
    self.table = table
    self.final = final
    self.decay = decay
    self.warmupSteps = warmupSteps
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      self.init(try Kind(from: decoder))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let table = try container.decodeIfPresent([Row].self, forKey: .table)
    self.init(
      try container.decodeIfPresent(Kind.self, forKey: .kind) ?? (table == nil ? .constant : .table),
      milestones: try container.decodeIfPresent([Int].self, forKey: .milestones),
      factor: try container.decodeIfPresent(Double.self, forKey: .factor),
      table: table,
      final: try container.decodeIfPresent(Double.self, forKey: .final),
      decay: try container.decodeIfPresent(Double.self, forKey: .decay),
      warmupSteps: try container.decodeIfPresent(Int.self, forKey: .warmupSteps))
  }

  /// The factor on the learning rate for the step after `progress`.
  public func factor(at progress: Progress) -> Double {
    var value = shapeFactor(at: progress)
    if let warmupSteps, progress.step < warmupSteps {
      value *= Double(progress.step + 1) / Double(warmupSteps + 1)
    }
    return value
  }

  private func shapeFactor(at progress: Progress) -> Double {
    let epochs = Double(progress.step) / Double(max(progress.stepsPerEpoch, 1))
    let done = min(1, Double(progress.step) / Double(max(progress.totalSteps, 1)))
    switch kind {
    case .constant: return 1
    case .step: return pow(factor ?? 0.1, Double((milestones ?? []).count { $0 <= progress.epoch }))
    case .table: return tableRate(at: progress.epoch)
    case .cosine: return (final ?? 0) + (1 - (final ?? 0)) * (1 + cos(.pi * done)) / 2
    case .linear: return 1 - (1 - (final ?? 0)) * done
    case .inverse: return 1 / (1 + (decay ?? 0) * epochs)
    case .exponential: return pow(factor ?? 1, epochs)
    }
  }

  private func tableRate(at epoch: Int) -> Double {
    var end = 0
    for row in table ?? [] {
      end += row.epochs
      if epoch < end { return row.rate }
    }
    return table?.last?.rate ?? 1
  }
}

extension Schedule {
  /// Checks that the values make sense and that the keys belong to the kind.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func validate() throws(ConfigurationError) {
    try check("factor", factor, belongsTo: [.step, .exponential], "greater than 0 and at most 1") {
      $0 > 0 && $0 <= 1
    }
    try check("final", final, belongsTo: [.cosine, .linear], "between 0 and 1") { $0 >= 0 && $0 <= 1 }
    try check("decay", decay, belongsTo: [.inverse], "at least 0") { $0 >= 0 && $0.isFinite }
    try check("warmup_steps", warmupSteps, belongsTo: Set(Kind.allCases), "at least 0") { $0 >= 0 }
    try check("milestones", milestones, belongsTo: [.step], "a rising list of epochs of at least 1") {
      $0.allSatisfy { $0 >= 1 } && zip($0, $0.dropFirst()).allSatisfy { $0 < $1 }
    }
    try check("table", table, belongsTo: [.table], "rows of at least 1 epoch and a rate of at least 0") {
      !$0.isEmpty
        && $0.allSatisfy { $0.epochs >= 1 && $0.epochs < 1_000_000 && $0.rate >= 0 && $0.rate.isFinite }
    }
    let missing: [(Kind, Bool, String)] = [
      (.step, milestones == nil, "milestones: [5, 8]"), (.exponential, factor == nil, "factor: 0.9"),
      (.inverse, decay == nil, "decay: 0.1"), (.table, table == nil, "table: [{epochs: 2, rate: 0.0005}]"),
    ]
    for (needing, isMissing, example) in missing where kind == needing && isMissing {
      throw ConfigurationError("schedule: the kind «\(kind.rawValue)» needs «\(example)»")
    }
  }

  private func check<Value>(
    _ key: String, _ value: Value?, belongsTo kinds: Set<Kind>, _ allowed: String, _ isValid: (Value) -> Bool
  ) throws(ConfigurationError) {
    guard let value else { return }
    guard kinds.contains(kind) else {
      let names = kinds.map(\.rawValue).sorted().joined(separator: ", ")
      throw ConfigurationError(
        "schedule.\(key): the kind «\(kind.rawValue)» has no such key (it belongs to \(names)); leave it out")
    }
    guard isValid(value) else {
      throw ConfigurationError("schedule.\(key) is \(value): it must be \(allowed)")
    }
  }
}
