import CKernels

/// Draws and sums of the units of Boltzmann machines, over [units, batch], batch contiguous.
///
/// The input of unit f in column b is a = scale · x[f, b] + bias[f]. A draw belongs to `examples[b]`, an example of the
/// data or a chain, to the seed, the step and the stream: how columns are grouped changes nothing. The same call gives
/// the same numbers, so each use needs a stream of its own.
public enum StochasticUnits {
  /// s = 1 with probability σ(a) = 1 / (1 + e^-a), else 0. About 0.4 ns an element with AVX-512.
  ///
  /// The chance of a 1 is σ(a), rounded down to a multiple of 2^-24. NaN stays NaN.
  ///
  /// - Parameters:
  ///   - s: Receives the states; may be x's memory.
  ///   - probabilities: Receives σ(a); nil where nobody asks.
  public static func sampleLogistic(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, into s: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>? = nil, units: Int, examples: UnsafeBufferPointer<UInt32>,
    scale: Float = 1, random: RandomStream
  ) {
    guard let numbers = examples.baseAddress else { return }
    ck_logistic_sample(
      s, probabilities, x, bias, numbers, units, examples.count, scale, random.seed, random.stream,
      random.step)
  }

  /// Each `size` neighbouring units are one choice among them: s = 1 at one drawn with p = softmax(a), 0 elsewhere.
  ///
  /// - Parameters:
  ///   - s: Receives the states; may be x's memory.
  ///   - probabilities: Receives p; nil where nobody asks; not the memory of s.
  public static func sampleSoftmax(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, into s: UnsafeMutablePointer<Float>,
    probabilities: UnsafeMutablePointer<Float>? = nil, groups: Int, size: Int,
    examples: UnsafeBufferPointer<UInt32>, scale: Float = 1, random: RandomStream
  ) {
    guard let numbers = examples.baseAddress else { return }
    ck_softmax_sample(
      s, probabilities, x, bias, numbers, groups, size, examples.count, scale, random.seed, random.stream,
      random.step)
  }

  /// y = a + deviation · z, z of the normal distribution; with deviation 0 nothing is drawn. y may be x's memory.
  public static func sampleNormal(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, units: Int,
    examples: UnsafeBufferPointer<UInt32>, deviation: Float, scale: Float = 1, random: RandomStream
  ) {
    guard let numbers = examples.baseAddress else { return }
    ck_normal_sample(
      y, x, bias, numbers, units, examples.count, scale, deviation, random.seed, random.stream, random.step)
  }

  /// sums[b] += Σ_f ln(1 + e^a), in double precision. About 0.6 ns an element with AVX-512.
  public static func addSoftplus(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, units: Int, scale: Float = 1,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    guard let p = sums.baseAddress else { return }
    ck_softplus_sums(p, x, bias, units, sums.count, scale)
  }

  /// sums[b] += Σ_f weights[f] x[f, b], in double precision.
  public static func addWeighted(
    _ x: UnsafePointer<Float>, by weights: UnsafePointer<Float>, units: Int,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    guard let p = sums.baseAddress else { return }
    ck_weighted_sums(p, x, weights, units, sums.count)
  }

  /// y[j, b] = x[j, b] + change[b] W[j, unit[b]]: inputs after one unit of each column has changed. y may be x's memory.
  ///
  /// - Parameter weights: W, [rows, columns].
  public static func changeUnits(
    _ x: UnsafePointer<Float>, weights: UnsafePointer<Float>, units: UnsafeBufferPointer<Int32>,
    changes: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    guard let p = units.baseAddress else { return }
    precondition(units.allSatisfy { $0 >= 0 && $0 < columns }, "a unit beyond the matrix")
    ck_change_units(y, x, weights, p, changes, rows, columns, units.count)
  }

  /// Whether an element lies outside of `range` or is NaN.
  public static func any(_ x: UnsafeBufferPointer<Float>, outside range: ClosedRange<Float>) -> Bool {
    guard let p = x.baseAddress else { return false }
    var result = false
    ck_any_outside(&result, p, range.lowerBound, range.upperBound, x.count)
    return result
  }
}
