import CKernels

/// Moments of the rows of [rows, columns] and normalisation by them: the loops of batch normalisation.
///
/// A row holds one feature of all examples (and, of an image, one channel at all positions). Cost: memory speed, two
/// passes forward and two backward.
public enum RowNormalization {
  /// mean[r] = Σ x[r, j] / columns, variance[r] = Σ (x[r, j] - mean[r])² / columns.
  public static func moments(
    _ x: UnsafeBufferPointer<Float>, columns: Int, mean: UnsafeMutableBufferPointer<Float>,
    variance: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == mean.count * columns && variance.count == mean.count, "moments of another shape")
    guard let p = x.baseAddress else { return }
    ck_row_moments(mean.baseAddress, variance.baseAddress, p, mean.count, columns)
  }

  /// y[r, j] = (x[r, j] - mean[r]) scale[r] + shift[r]; y may be x.
  public static func normalize(
    _ x: UnsafeBufferPointer<Float>, columns: Int, mean: UnsafeBufferPointer<Float>,
    scale: UnsafeBufferPointer<Float>, shift: UnsafeBufferPointer<Float>,
    into y: UnsafeMutableBufferPointer<Float>
  ) {
    let rows = mean.count
    precondition(
      x.count == rows * columns && y.count == x.count && scale.count == rows && shift.count == rows,
      "normalisation of another shape")
    guard let p = y.baseAddress else { return }
    ck_normalize_rows(p, x.baseAddress, mean.baseAddress, scale.baseAddress, shift.baseAddress, rows, columns)
  }

  /// sums[r] = Σ d[r, j], products[r] = Σ d[r, j] (x[r, j] - mean[r]) inverse[r].
  public static func gradientSums(
    _ d: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, columns: Int,
    mean: UnsafeBufferPointer<Float>, inverse: UnsafeBufferPointer<Float>,
    sums: UnsafeMutableBufferPointer<Float>, products: UnsafeMutableBufferPointer<Float>
  ) {
    let rows = mean.count
    precondition(
      d.count == rows * columns && x.count == d.count && inverse.count == rows && sums.count == rows
        && products.count == rows, "gradient of another shape")
    guard let p = d.baseAddress else { return }
    ck_normalize_rows_sums(
      sums.baseAddress, products.baseAddress, p, x.baseAddress, mean.baseAddress, inverse.baseAddress, rows,
      columns)
  }

  /// dx[r, j] = scale[r] (d[r, j] - sums[r] - (x[r, j] - mean[r]) inverse[r] products[r]); dx may be d.
  public static func gradient(
    _ d: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>, columns: Int,
    mean: UnsafeBufferPointer<Float>, inverse: UnsafeBufferPointer<Float>, scale: UnsafeBufferPointer<Float>,
    sums: UnsafeBufferPointer<Float>, products: UnsafeBufferPointer<Float>,
    into dx: UnsafeMutableBufferPointer<Float>
  ) {
    let rows = mean.count
    precondition(
      d.count == rows * columns && x.count == d.count && dx.count == d.count && inverse.count == rows
        && scale.count == rows && sums.count == rows && products.count == rows, "gradient of another shape")
    guard let p = dx.baseAddress else { return }
    ck_normalize_rows_backward(
      p, d.baseAddress, x.baseAddress, mean.baseAddress, inverse.baseAddress, scale.baseAddress,
      sums.baseAddress, products.baseAddress, rows, columns)
  }
}
