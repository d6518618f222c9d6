import CKernels

/// Arithmetic on whole arrays of `Float`, one pass each, O(n) and bound by memory.
///
/// An element's result depends on that element alone, so an array may be worked on in any pieces with the
/// same bits.
public enum Elementwise {
  /// y = value.
  public static func fill(_ y: UnsafeMutableBufferPointer<Float>, with value: Float) {
    guard let p = y.baseAddress else { return }
    ck_fill(p, value, y.count)
  }

  /// y = x; both have the same count and do not overlap.
  public static func copy(_ x: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>) {
    precondition(x.count == y.count, "copy of arrays of different lengths")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    p.update(from: q, count: x.count)
  }

  /// y += x.
  public static func add(_ x: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>) {
    precondition(x.count == y.count, "sum of arrays of different lengths")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_add(p, q, x.count)
  }

  /// y = a + b; y may be a or b.
  public static func sum(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>,
    into y: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(a.count == y.count && b.count == y.count, "sum of arrays of different lengths")
    guard let p = y.baseAddress, let q = a.baseAddress, let r = b.baseAddress else { return }
    ck_sum(p, q, r, y.count)
  }

  /// y += alpha x.
  public static func axpy(
    _ alpha: Float, _ x: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == y.count, "sum of arrays of different lengths")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_axpy(p, alpha, q, x.count)
  }

  /// y = alpha y.
  public static func scale(_ y: UnsafeMutableBufferPointer<Float>, by alpha: Float) {
    guard let p = y.baseAddress else { return }
    ck_scale(p, alpha, y.count)
  }

  /// y = y x, element by element.
  public static func multiply(_ y: UnsafeMutableBufferPointer<Float>, by x: UnsafeBufferPointer<Float>) {
    precondition(x.count == y.count, "product of arrays of different lengths")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_multiply(p, q, x.count)
  }

  /// y = x^2, element by element; y may be x.
  public static func square(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    precondition(x.count == y.count, "square into an array of another length")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_square(p, q, x.count)
  }

  /// y = min(max(x, low), high); NaN stays NaN; y may be x.
  public static func clamp(
    _ x: UnsafeBufferPointer<Float>, to range: ClosedRange<Float>, into y: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == y.count, "clamp into an array of another length")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_clamp(p, q, range.lowerBound, range.upperBound, x.count)
  }

  /// y = y + rate (x - y): the exponential running average of parameters, rate in 0...1.
  public static func moveAverage(
    _ y: UnsafeMutableBufferPointer<Float>, towards x: UnsafeBufferPointer<Float>, rate: Float
  ) {
    precondition(x.count == y.count, "average of arrays of different lengths")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    ck_running_average(p, rate, q, x.count)
  }

  /// y[r, b] += bias[r] for y of [rows, batch].
  public static func addBias(
    _ bias: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>, rows: Int, batch: Int
  ) {
    precondition(bias.count == rows && y.count == rows * batch, "bias of another shape")
    guard let p = y.baseAddress, let q = bias.baseAddress else { return }
    ck_add_bias(p, q, rows, batch)
  }
}
