import Foundation

/// How sure a classifier is of each sample, and how evenly the samples are spread over its classes.
///
///     exp(mean over x of KL(p(y|x) ‖ p(y)))
///
/// 1 for samples that all look alike, the number of classes for samples that are all clear and evenly spread. Salimans,
/// Goodfellow, Zaremba, Cheung, Radford & Chen 2016, with a classifier of the data at hand.
public struct ClassifierScore: Sendable {
  private var sums: [Double]
  private var negativeEntropy = 0.0
  private var count = 0

  /// No samples yet.
  public init(classes: Int) {
    sums = Array(repeating: 0, count: classes)
  }

  /// Adds samples by the classifier's outputs before its softmax, rows `[count, classes]`.
  public mutating func add(logits: [Float]) {
    let classes = sums.count
    precondition(logits.count.isMultiple(of: classes), "outputs of another size")
    for first in stride(from: 0, to: logits.count, by: classes) {
      let row = logits[first..<first + classes].map(Double.init)
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exp($1 - largest) }
      for (index, value) in row.enumerated() {
        let probability = exp(value - largest) / total
        sums[index] += probability
        if probability > 0 { negativeEntropy += probability * log(probability) }
      }
      count += 1
    }
  }

  /// The score of all samples so far.
  public var value: Double {
    let mean = sums.map { $0 / Double(max(count, 1)) }
    let marginal = mean.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
    return exp(negativeEntropy / Double(max(count, 1)) - marginal)
  }

  /// The share of the samples in each class, as the classifier sees it.
  public var shares: [Double] { sums.map { $0 / Double(max(count, 1)) } }
}
