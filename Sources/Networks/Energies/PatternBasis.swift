/// Orthonormal vectors that span some patterns: what the pseudo-inverse rule needs.
///
///     q_m = (x_m - Σ_k<m (q_k · x_m) q_k) / |…|
///
/// Σ_m q_m q_mᵀ is the projection onto the space of the patterns x_1, …, x_n: the links that X⁺X gives, but symmetric to the
/// last bit and with no element above 1, however close to each other the patterns are.
public struct PatternBasis: Sendable {
  private let vectors: [Double]
  private let units: Int

  /// The vectors for `count` patterns of `units` values, by Gram and Schmidt, each pattern twice. Cost: 4 units count².
  ///
  /// - Throws: `ConfigurationError` where the patterns are linearly dependent.
  public init(of patterns: UnsafeBufferPointer<Float>, count: Int, units: Int) throws(ConfigurationError) {
    precondition(patterns.count == count * units, "count patterns of so many units")
    self.units = units
    var vectors = patterns.map(Double.init)
    var dependent: Int?
    vectors.withUnsafeMutableBufferPointer { q in
      func product(_ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for unit in 0..<units { sum += q[a * units + unit] * q[b * units + unit] }
        return sum
      }
      for m in 0..<count {
        let before = product(m, m)
        // Once leaves what rounding has left over; twice is enough (Kahan, in Parlett 1980).
        for _ in 0..<2 {
          for k in 0..<m {
            let share = product(k, m)
            for unit in 0..<units { q[m * units + unit] -= share * q[k * units + unit] }
          }
        }
        let after = product(m, m)
        guard after > 1e-8 * before else {
          dependent = m
          break
        }
        let scale = 1 / after.squareRoot()
        for unit in 0..<units { q[m * units + unit] *= scale }
      }
    }
    if let dependent {
      throw ConfigurationError(
        "pattern \(dependent) of \(count), counted from 0, is a sum of multiples of those before it, or equal to one: the "
          + "pseudo-inverse rule needs linearly independent patterns; leave it out, or use the rule hebb")
    }
    self.vectors = vectors
  }

  /// Writes q_m.
  public func write(_ pattern: Int, into vector: UnsafeMutableBufferPointer<Float>) {
    precondition(vector.count == units, "a vector has as many values as a pattern")
    for unit in 0..<units { vector[unit] = Float(vectors[pattern * units + unit]) }
  }
}
