import Networks

/// When a run has reached its goal and ends before its last step: `stop:` of a config.
///
/// Training metrics are summed over windows of `examples` examples, one window after the other; the run ends after the
/// first window in which every named metric is at most its bound. Or the figures of an evaluation are bounded, with the
/// split's name in front: the run ends after the first evaluation that satisfies all of them.
///
/// ```yaml
/// stop: {examples: 2000, at_most: {error: 0, absolute_error: 0.01}}
/// stop: {at_most: {validation_sequence_error: 0, test_sequence_error: 0}}
/// ```
public struct StopRule: Codable, Sendable, Hashable {
  /// The examples of a window, at least 1; a window ends with the step that completes it.
  public var examples: Int
  /// The bound of each metric, by name.
  public var atMost: [String: Double]

  private enum CodingKeys: String, CodingKey {
    case examples
    case atMost = "at_most"
  }

  /// Reads a rule; `examples` is not needed where evaluations are looked at.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    atMost = try values.decode([String: Double].self, forKey: .atMost)
    let isEvaluated = atMost.keys.contains(where: Self.isOfEvaluation)
    examples =
      isEvaluated
      ? try values.decodeIfPresent(Int.self, forKey: .examples) ?? 1
      : try values.decode(Int.self, forKey: .examples)
  }

  /// A rule.
  public init(examples: Int, atMost: [String: Double]) {
    self.examples = examples
    self.atMost = atMost
  }

  /// Checks the rule against what a model measures.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func validate(metrics: [Metric]) throws(ConfigurationError) {
    guard examples >= 1 else {
      throw ConfigurationError("stop.examples is \(examples): a window has at least 1 example")
    }
    let shown = metrics.filter(\.isShown).map(\.name)
    let evaluated = EvaluationSplit.allCases.flatMap { split in shown.map { "\(split.rawValue)_\($0)" } }
    let names = shown + evaluated
    guard !atMost.isEmpty else {
      throw ConfigurationError(
        "stop.at_most is empty: name a metric (\(names.joined(separator: ", "))) and its bound")
    }
    guard !looksAtEvaluations || atMost.keys.allSatisfy(Self.isOfEvaluation) else {
      throw ConfigurationError(
        "stop.at_most bounds \(atMost.keys.sorted().joined(separator: ", ")): either training metrics or those of"
          + " evaluations (validation_… and test_…) can be bounded, not both")
    }
    for (name, bound) in atMost {
      guard names.contains(name) else {
        throw ConfigurationError(
          "stop.at_most: unknown metric «\(name)»: \(Suggestion.clause(for: name, in: names))")
      }
      guard bound.isFinite else {
        throw ConfigurationError("stop.at_most.\(name) is \(bound): a number is needed")
      }
    }
  }

  private static func isOfEvaluation(_ name: String) -> Bool {
    EvaluationSplit.allCases.contains { name.hasPrefix("\($0.rawValue)_") }
  }

  /// Whether the rule looks at evaluations.
  var looksAtEvaluations: Bool { atMost.keys.contains(where: Self.isOfEvaluation) }

  /// Whether the figures of an evaluation satisfy the rule.
  func isMet(_ figures: [String: Double]) -> Bool {
    looksAtEvaluations && atMost.allSatisfy { name, bound in figures[name].map { $0 <= bound } ?? false }
  }

  /// Whether the sums of a window satisfy the rule.
  func isMet(_ metrics: [Metric], sums: [Double]) -> Bool {
    !looksAtEvaluations
      && Metric.figures(metrics, sums: sums).allSatisfy { name, value in
        atMost[name].map { value <= $0 } ?? true
      }
  }
}

/// The sums of the window that a stop rule looks at.
struct StopWindow {
  /// The examples of the window so far, then what the model sums (its count and its metrics).
  var sums: [Double]

  init(metricCount: Int) {
    sums = Array(repeating: 0, count: 2 + metricCount)
  }

  /// Adds the totals of a phase; its examples only where no phase of the step has counted them.
  mutating func add(_ totals: UnsafeMutableBufferPointer<Double>, countsExamples: Bool) {
    for i in totals.indices where i > 0 || countsExamples { sums[1 + i] += totals[i] }
  }

  /// Ends a step of `examples` examples; at the end of a window, whether the rule is met.
  mutating func endStep(examples: Int, rule: StopRule, metrics: [Metric]) -> Bool {
    sums[0] += Double(examples)
    guard sums[0] >= Double(rule.examples) else { return false }
    let isMet = rule.isMet(metrics, sums: Array(sums.dropFirst()))
    for i in sums.indices { sums[i] = 0 }
    return isMet
  }
}
