import Foundation
import Kernels

/// Mean and covariance of features of many examples, added up in double precision.
public struct FeatureStatistics: Sendable {
  /// The number of examples so far.
  public private(set) var count = 0
  /// The number of features of an example.
  public let features: Int
  private var sum: [Double]
  private var products: [Double]

  /// No examples yet.
  public init(features: Int) {
    self.features = features
    sum = Array(repeating: 0, count: features)
    products = Array(repeating: 0, count: features * features)
  }

  /// Adds examples, rows `[count, features]`. Cost: features² operations each.
  public mutating func add(_ rows: [Float]) {
    let values = rows.map(Double.init)
    let examples = values.count / features
    precondition(values.count == examples * features, "features of another size")
    for row in 0..<examples {
      for i in 0..<features { sum[i] += values[row * features + i] }
    }
    SymmetricMatrix.addGram(values, rows: examples, to: &products, order: features)
    count += examples
  }

  /// The mean.
  public var mean: [Double] { sum.map { $0 / Double(max(count, 1)) } }

  /// The covariance, row-major, as of a sample: divided by count - 1.
  public var covariance: [Double] {
    let mean = mean
    let divisor = Double(max(count - 1, 1))
    return (0..<features * features).map {
      (products[$0] - Double(count) * mean[$0 / features] * mean[$0 % features]) / divisor
    }
  }

  /// The Fréchet distance of two normal distributions with these means and covariances.
  ///
  ///     |m - m'|² + tr(C + C' - 2 (C^½ C' C^½)^½)
  ///
  /// Heusel, Ramsauer, Unterthiner, Nessler & Hochreiter 2017, who take the features of a network that was trained to
  /// classify. nil where an eigenproblem has no finite solution. Cost: about 30 features³ operations.
  public func frechetDistance(to other: FeatureStatistics) -> Double? {
    precondition(features == other.features, "features of another size")
    let n = features
    let (c, d) = (covariance, other.covariance)
    guard let root = Self.squareRoot(c, n) else { return nil }
    let left = SymmetricMatrix.product(root, d, rows: n, columns: n, inner: n)
    let product = SymmetricMatrix.product(left, root, rows: n, columns: n, inner: n)
    guard let eigen = SymmetricMatrix.eigenvectors(Self.symmetric(product, n), order: n) else { return nil }
    let means = zip(mean, other.mean).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let traces = (0..<n).reduce(0.0) { $0 + c[$1 * n + $1] + d[$1 * n + $1] }
    return max(means + traces - 2 * eigen.values.reduce(0) { $0 + max($1, 0).squareRoot() }, 0)
  }

  /// The symmetric root of a positive semidefinite matrix: V √Λ Vᵀ.
  private static func squareRoot(_ matrix: [Double], _ n: Int) -> [Double]? {
    guard let eigen = SymmetricMatrix.eigenvectors(symmetric(matrix, n), order: n) else { return nil }
    var scaled = eigen.vectors
    for row in 0..<n {
      let root = max(eigen.values[row], 0).squareRoot()
      for column in 0..<n { scaled[row * n + column] *= root }
    }
    return SymmetricMatrix.product(
      scaled, eigen.vectors, rows: n, columns: n, inner: n, transposeA: true)
  }

  private static func symmetric(_ matrix: [Double], _ n: Int) -> [Double] {
    (0..<n * n).map { (matrix[$0] + matrix[$0 % n * n + $0 / n]) / 2 }
  }
}
