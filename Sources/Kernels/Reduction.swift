import CKernels

/// Sums and extremes over whole arrays, each in one fixed order.
public enum Reduction {
  /// Elements in one block of the blockwise sums.
  public static let blockLength = 1024

  /// How many blocks an array of `count` elements has: ceil(count / 1024).
  public static func blockCount(_ count: Int) -> Int { (count + blockLength - 1) / blockLength }

  /// partial[k] = sum of x[i]^2 over block k, in double precision.
  ///
  /// Ranks that own whole blocks of a buffer get the same partial sums as one rank that owns all; added in
  /// block order they give `sumOfSquares` of the whole, bit for bit.
  public static func squareSums(
    _ x: UnsafeBufferPointer<Float>, into partial: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(partial.count == blockCount(x.count), "one partial sum for each block of 1024")
    guard let p = partial.baseAddress, let q = x.baseAddress else { return }
    ck_square_sums(p, q, x.count)
  }

  /// Sum of x[i]^2: the partial sums of the blocks of 1024, added in order.
  public static func sumOfSquares(_ x: UnsafeBufferPointer<Float>) -> Double { total(x, ck_square_sums) }

  /// Sum of x[i], added as in `sumOfSquares`.
  public static func sum(_ x: UnsafeBufferPointer<Float>) -> Double { total(x, ck_block_sums) }

  /// Sum of a[i] b[i], added as in `sumOfSquares`.
  public static func dot(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    precondition(a.count == b.count, "dot product of arrays of different lengths")
    guard let p = a.baseAddress, let q = b.baseAddress else { return 0 }
    var result = 0.0
    ck_dot(&result, p, q, a.count)
    return result
  }

  /// Whether any x[i] is NaN or infinite.
  public static func hasNonfinite(_ x: UnsafeBufferPointer<Float>) -> Bool {
    guard let p = x.baseAddress else { return false }
    var result = false
    ck_any_nonfinite(&result, p, x.count)
    return result
  }

  /// The largest |x[i]|: 0 for no elements, NaN if any is NaN.
  public static func maximumMagnitude(_ x: UnsafeBufferPointer<Float>) -> Float {
    guard let p = x.baseAddress else { return 0 }
    var result: Float = 0
    ck_max_abs(&result, p, x.count)
    return result
  }

  /// sums[r] = sum over b of x[r, b], or += with `accumulate`, for x of [rows, batch]: the gradient of a
  /// bias.
  public static func rowSums(
    _ x: UnsafeBufferPointer<Float>, into sums: UnsafeMutableBufferPointer<Float>, rows: Int, batch: Int,
    accumulate: Bool = false
  ) {
    precondition(x.count == rows * batch && sums.count == rows, "row sums of another shape")
    guard let p = sums.baseAddress else { return }
    ck_row_sums(p, x.baseAddress, rows, batch, accumulate)
  }

  private static func total(
    _ x: UnsafeBufferPointer<Float>,
    _ kernel: (UnsafeMutablePointer<Double>?, UnsafePointer<Float>?, Int) -> Void
  ) -> Double {
    guard var p = x.baseAddress else { return 0 }
    var remaining = x.count
    var sum = 0.0
    while remaining > 0 {
      var partial = 0.0
      kernel(&partial, p, min(remaining, blockLength))
      sum += partial
      p += min(remaining, blockLength)
      remaining -= blockLength
    }
    return sum
  }
}
