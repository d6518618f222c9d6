/// The inverse of the matrix of overlaps of some patterns: what the pseudo-inverse rule needs.
///
/// For patterns x_1, …, x_n in the rows of X [n, units]: G = X Xᵀ, and the dual of pattern m is d_m = Xᵀ G⁻¹ e_m, so that
/// d_m · x_k is 1 for k = m and 0 otherwise. Σ_m d_m x_mᵀ is the projection onto the space of the patterns.
public struct GramInverse: Sendable {
  private let inverse: [Double]
  private let count: Int
  private let units: Int

  /// The inverse for `count` patterns of `units` values, by Gauss and Jordan with pivots. Cost: 2 count³ + units count².
  ///
  /// - Throws: `ConfigurationError` where the patterns are linearly dependent.
  public init(of patterns: UnsafeBufferPointer<Float>, count: Int, units: Int) throws(ConfigurationError) {
    self.count = count
    self.units = units
    let width = 2 * count
    var rows = [Double](repeating: 0, count: count * width)
    for a in 0..<count {
      for b in 0..<count {
        rows[a * width + b] = (0..<units).reduce(0.0) {
          $0 + Double(patterns[a * units + $1]) * Double(patterns[b * units + $1])
        }
      }
      rows[a * width + count + a] = 1
    }
    for column in 0..<count {
      let pivot = (column..<count).max { abs(rows[$0 * width + column]) < abs(rows[$1 * width + column]) }!
      guard abs(rows[pivot * width + column]) > 1e-8 * Double(units) else {
        throw ConfigurationError(
          "the \(count) patterns are linearly dependent (two of them may be equal): the pseudo-inverse rule needs "
            + "independent ones; leave some out, or use the rule hebb")
      }
      for k in 0..<width { rows.swapAt(pivot * width + k, column * width + k) }
      let scale = 1 / rows[column * width + column]
      for k in 0..<width { rows[column * width + k] *= scale }
      for row in 0..<count where row != column {
        let factor = rows[row * width + column]
        guard factor != 0 else { continue }
        for k in 0..<width { rows[row * width + k] -= factor * rows[column * width + k] }
      }
    }
    inverse = (0..<count * count).map { rows[$0 / count * width + count + $0 % count] }
  }

  /// Writes d_m for the same patterns. Cost: 2 units · count operations.
  public func writeDual(
    of pattern: Int, _ patterns: UnsafeBufferPointer<Float>, into dual: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(patterns.count == count * units && dual.count == units, "the patterns of the inverse")
    for unit in 0..<units {
      var sum = 0.0
      for other in 0..<count {
        sum += inverse[other * count + pattern] * Double(patterns[other * units + unit])
      }
      dual[unit] = Float(sum)
    }
  }
}
