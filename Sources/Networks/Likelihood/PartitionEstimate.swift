import Foundation

/// ln Z as annealed importance sampling estimates it, with its error.
///
///     Z ≈ Z_A · mean of w,   σ = standard deviation of Z_A w / √runs
///
/// The estimate of Z is unbiased; ln Z is underestimated on average, the more the fewer the runs.
public struct PartitionEstimate: Hashable, Sendable {
  /// ln Z.
  public let logPartition: Double
  /// ln (Z - 3 σ); nil where 3 σ is more than Z, so that nothing can be said.
  public let lower: Double?
  /// ln (Z + 3 σ).
  public let upper: Double

  /// The estimate from ln w of each run.
  ///
  /// - Parameter base: ln Z_A.
  public init(logWeights: [Double], base: Double) {
    precondition(logWeights.count >= 2, "the spread of a single run is unknown")
    let largest = logWeights.max()!
    let weights = logWeights.map { exp($0 - largest) }
    let count = Double(weights.count)
    let mean = weights.reduce(0, +) / count
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let error = 3 * (variance / count).squareRoot()
    logPartition = base + largest + log(mean)
    upper = base + largest + log(mean + error)
    lower = error < mean ? base + largest + log(mean - error) : nil
  }
}
