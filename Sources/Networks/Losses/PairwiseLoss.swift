import Kernels

/// One unit for each pair of classes, trained on the examples of its two classes alone.
///
/// Unit (i, j), i < j, has the target t = +1 for class i and -1 for class j. The score of class i is the sum of its
/// units (i, j) less that of its units (h, i), and the highest wins. Two rules:
///
///     squared error   E = ½ Σ (s - t)²,       dE/ds = s - t
///     mistakes        E = Σ max(0, -t s),     dE/ds = -t where t s ≤ 0
///
/// over the units of the example's class. Under the rule of mistakes a unit's scale means nothing: the class with most
/// votes wins, and scores only decide between equals. The metric `mistakes` sums the units with t s ≤ 0. LeCun, Bottou,
/// Bengio & Haffner 1998, section III.C.2.
public struct PairwiseLoss: Loss {
  /// How a unit learns.
  public enum Rule: Hashable, Sendable {
    case mistakes, squaredError
  }

  /// How a unit learns.
  public let rule: Rule
  /// The number of classes.
  public let classes: Int

  /// The loss of `classes` (`classes` - 1) / 2 units.
  public init(rule: Rule, classes: Int) {
    self.rule = rule
    self.classes = classes
  }

  /// The number of pairs.
  public var units: Int { classes * (classes - 1) / 2 }

  /// The name in configs.
  public var name: String { "pairwise" }
  /// Figures beyond `loss` and `error`.
  public var additionalMetrics: [Metric] { [Metric("mistakes")] }

  /// Refuses outputs that do not fit, with the remedy.
  public func check(outputs: Shape, data: DataDescription) throws(ConfigurationError) {
    guard data.classes >= 2, data.classes == classes else {
      throw ConfigurationError(
        "units for pairs of classes need data of at least 2 classes, not \(data.classes)")
    }
    guard outputs.count == units else {
      throw ConfigurationError("\(outputs.count) outputs for the \(units) pairs of \(classes) classes")
    }
  }

  /// Scores and votes of one example.
  public func scratchCount(outputs: Shape, batch: Int) -> Int { 2 * classes }

  /// The sums over the batch; writes the gradient where it is wanted.
  public func evaluate(
    _ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace
  ) -> LossSums {
    var sums = LossSums(loss: 0, errors: 0)
    workspace.additionalSums[0] = 0
    // The outputs are read before the gradient is written, as both may be in the same memory.
    for example in 0..<outputs.batch {
      let choice = choose(outputs, example, workspace)
      workspace.choices[example] = Int32(choice)
      if choice != Int(batch.labels[example]) { sums.errors += 1 }
    }
    for example in 0..<outputs.batch {
      learn(outputs, example, label: Int(batch.labels[example]), gradient, &sums, workspace)
    }
    return sums
  }

  /// Writes d²E/doutputs², h of the equations above.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    var unit = 0
    for first in 0..<classes {
      for second in first + 1..<classes {
        for example in 0..<outputs.batch {
          let label = Int(batch.labels[example])
          let learns = rule == .squaredError && (label == first || label == second)
          hy.base[unit * outputs.batch + example] = learns ? 1 : 0
        }
        unit += 1
      }
    }
  }

  /// The class with the highest score, or most votes; the lowest of equals.
  private func choose(_ outputs: Tensor, _ example: Int, _ workspace: LossWorkspace) -> Int {
    let scores = workspace.scratch(classes)
    let votes = workspace.scratch(classes, at: classes)
    scores.update(repeating: 0)
    votes.update(repeating: 0)
    var unit = 0
    for first in 0..<classes {
      for second in first + 1..<classes {
        let score = outputs.base[unit * outputs.batch + example]
        scores[first] += score
        scores[second] -= score
        if rule == .mistakes { votes[score > 0 ? first : second] += 1 }
        unit += 1
      }
    }
    var best = 0
    for index in 1..<classes where (votes[index], scores[index]) > (votes[best], scores[best]) {
      best = index
    }
    return best
  }

  private func learn(
    _ outputs: Tensor, _ example: Int, label: Int, _ gradient: Tensor?, _ sums: inout LossSums,
    _ workspace: LossWorkspace
  ) {
    var unit = 0
    for first in 0..<classes {
      for second in first + 1..<classes {
        let place = unit * outputs.batch + example
        unit += 1
        guard label == first || label == second else {
          gradient?.base[place] = 0
          continue
        }
        let target: Float = label == first ? 1 : -1
        let score = outputs.base[place]
        let isMistake = target * score <= 0
        if isMistake { workspace.additionalSums[0] += 1 }
        switch rule {
        case .mistakes:
          if isMistake { sums.loss -= Double(target * score) }
          gradient?.base[place] = isMistake ? -target : 0
        case .squaredError:
          sums.loss += 0.5 * Double(score - target) * Double(score - target)
          gradient?.base[place] = score - target
        }
      }
    }
  }
}
