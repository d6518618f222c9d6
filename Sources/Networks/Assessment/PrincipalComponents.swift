import Foundation
import Kernels

/// The principal components of a set of examples: the best that any linear code of a given size can do.
///
/// With the mean m and the covariance C = 1/N Σ (x - m)(x - m)ᵀ = V Λ Vᵀ, the code of p components is Vₚᵀ (x - m), and the
/// mean squared error of its reconstruction is what the remaining directions hold. On the examples themselves that is
/// Σ_{k > p} λₖ, the truncated singular value decomposition (Eckart & Young 1936; Bourlard & Kamp 1988).
public struct PrincipalComponents: Sendable {
  /// The largest number of values of an example: the covariance is a matrix of that order.
  public static let maximumFeatures = 8192

  /// The mean of the examples.
  public let mean: [Double]
  /// The directions `[components, features]`, orthonormal, the strongest first.
  public let directions: [Double]
  /// All eigenvalues of the covariance, the largest first.
  public let variances: [Double]
  /// The number of directions that are kept p.
  public let components: Int

  /// The first `components` principal components of `examples`.
  ///
  /// Cost: N features² operations in double precision, and about 9 features³.
  /// - Throws: `ConfigurationError` where there are no examples, too many features or values that are not finite.
  public init(of examples: any ExampleMatrix, components: Int) throws {
    let features = examples.features
    guard examples.count > 0, features <= Self.maximumFeatures, (1...features).contains(components) else {
      throw ConfigurationError(
        "principal components need examples of at most \(Self.maximumFeatures) values and at most as many components as "
          + "values; there are \(examples.count) examples of \(features) values and \(components) components")
    }
    var mean = [Double](repeating: 0, count: features)
    try Self.forEachBlock(of: examples) { rows, _ in
      for row in stride(from: 0, to: rows.count, by: features) {
        for i in 0..<features { mean[i] += Double(rows[row + i]) }
      }
    }
    for i in 0..<features { mean[i] /= Double(examples.count) }
    var covariance = [Double](repeating: 0, count: features * features)
    try Self.forEachBlock(of: examples) { rows, count in
      SymmetricMatrix.addGram(
        Self.centred(rows, mean), rows: count, to: &covariance, order: features)
    }
    for i in covariance.indices { covariance[i] /= Double(examples.count) }
    guard let (values, vectors) = SymmetricMatrix.eigenvectors(covariance, order: features) else {
      throw ConfigurationError(
        "the covariance of the examples has no eigenvectors: are all values finite?")
    }
    self.mean = mean
    self.components = components
    variances = values.reversed().map { max($0, 0) }
    directions = (0..<components).flatMap { component in
      let row = (features - 1 - component) * features
      return vectors[row..<row + features]
    }
  }

  /// The squared error of the reconstructions of `examples`, summed over an example's values, mean over examples.
  public func reconstructionError(on examples: any ExampleMatrix) throws -> Double {
    precondition(examples.features == mean.count, "examples of another size")
    var total = 0.0
    try Self.forEachBlock(of: examples) { rows, count in
      let centred = Self.centred(rows, mean)
      let codes = SymmetricMatrix.product(
        centred, directions, rows: count, columns: components, inner: mean.count, transposeB: true)
      total += centred.reduce(0) { $0 + $1 * $1 } - codes.reduce(0) { $0 + $1 * $1 }
    }
    return total / Double(max(examples.count, 1))
  }

  /// The largest principal angle between the space of these directions and that of the columns of `basis`, in degrees.
  ///
  /// sin θ is the largest singular value of what the directions leave of an orthonormal basis: accurate for small angles.
  /// 90 where `basis` has fewer dimensions than columns.
  ///
  /// - Parameter basis: `[features, components]`.
  public func largestAngle(to basis: [Double]) -> Double {
    let (features, count) = (mean.count, components)
    precondition(basis.count == features * count, "a basis of another shape")
    guard let frame = Self.orthonormal(basis, features: features, columns: count) else { return 90 }
    // Rows are directions: what is left of each is r = q - V Vᵀ q.
    let shares = SymmetricMatrix.product(
      frame, directions, rows: count, columns: count, inner: features, transposeB: true)
    let inside = SymmetricMatrix.product(shares, directions, rows: count, columns: features, inner: count)
    let outside = zip(frame, inside).map { $0 - $1 }
    let gram = SymmetricMatrix.product(
      outside, outside, rows: count, columns: count, inner: features, transposeB: true)
    guard let largest = SymmetricMatrix.eigenvectors(gram, order: count)?.values.last else { return 90 }
    return asin(min(max(largest, 0).squareRoot(), 1)) * 180 / .pi
  }

  /// Orthonormal rows `[columns, features]` that span the columns of `basis` (Gram & Schmidt, twice); nil where they are
  /// not independent.
  private static func orthonormal(_ basis: [Double], features: Int, columns: Int) -> [Double]? {
    var rows: [[Double]] = []
    for column in 0..<columns {
      var row = (0..<features).map { basis[$0 * columns + column] }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for _ in 0..<2 {
        for other in rows {
          let share = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for i in row.indices { row[i] -= share * other[i] }
        }
      }
      let rest = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard rest > 1e-10 * length, rest.isFinite else { return nil }
      rows.append(row.map { $0 / rest })
    }
    return rows.flatMap { $0 }
  }

  private static func centred(_ rows: [Float], _ mean: [Double]) -> [Double] {
    [Double](unsafeUninitializedCapacity: rows.count) { result, initialized in
      for row in stride(from: 0, to: rows.count, by: mean.count) {
        for i in mean.indices { result[row + i] = Double(rows[row + i]) - mean[i] }
      }
      initialized = rows.count
    }
  }

  private static func forEachBlock(
    of examples: any ExampleMatrix, _ body: ([Float], Int) throws -> Void
  ) throws {
    for first in stride(from: 0, to: examples.count, by: 1000) {
      let range = first..<min(first + 1000, examples.count)
      try body(examples.rows(range), range.count)
    }
  }
}
