import Kernels

/// Another optimizer that also keeps a mean of the parameters, in the state vector `average`.
///
///     a ← a + r (w - a),  r = 1 / (t - start) or 1 - decay
///
/// after each step of the wrapped rule. Training goes on from w; evaluation may use a. Polyak & Juditsky 1992.
public struct AveragedOptimizer<Rule: Optimizer>: Optimizer {
  /// The name in configs.
  public static var name: String { Rule.name }
  /// The rule that moves the parameters.
  public var rule: Rule
  /// What kind of mean.
  public var averaging: Averaging

  /// `rule`, with a mean.
  public init(_ rule: Rule, averaging: Averaging) {
    self.rule = rule
    self.averaging = averaging
  }

  /// The state vectors, in their order.
  public var stateNames: [String] { rule.stateNames + [Self.averageName] }
  /// The examples whose curvature is measured before each epoch.
  public var curvatureExamples: Int { rule.curvatureExamples }

  private static var averageName: String { "average" }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    rule.apply(update)
    Elementwise.moveAverage(
      update.states[update.states.count - 1], towards: UnsafeBufferPointer(update.parameters),
      rate: averaging.rate(at: update.step))
  }

  /// Takes a measured curvature into the state.
  public func observe(curvature update: borrowing ParameterUpdate) {
    rule.observe(curvature: update)
  }
}

extension Optimizer {
  /// The same rule with a mean of the parameters beside it.
  public func averaged(_ averaging: Averaging) -> any Optimizer {
    AveragedOptimizer(self, averaging: averaging)
  }

  /// The number of the state vector that holds the mean of the parameters; nil where none is kept.
  public var averageState: Int? { stateNames.firstIndex(of: "average") }
}
