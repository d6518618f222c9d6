import CKernels

/// Losses against targets of the output's own shape, over [features, batch]; sums over examples, not scaled.
public enum Losses {
  /// E = sum over b and f of (x[f, b] - t[f, b])^2 / 2, with dE/dx = x - t; `gradient` may be x's memory.
  public static func squaredError(
    _ x: UnsafeBufferPointer<Float>, targets t: UnsafeBufferPointer<Float>, features: Int, batch: Int,
    gradient: UnsafeMutableBufferPointer<Float>? = nil
  ) -> Double {
    check(x, t, features, batch, gradient)
    var loss = 0.0
    ck_squared_error(&loss, gradient?.baseAddress, x.baseAddress, t.baseAddress, features, batch)
    return loss
  }

  /// E = sum over b and f of ln(1 + e^x) - t x, t in 0...1, with dE/dx = 1 / (1 + e^-x) - t.
  ///
  /// x are the logits, not the probabilities, so nothing overflows and no probability is 0; `gradient` may be
  /// x's memory.
  public static func binaryCrossEntropy(
    _ x: UnsafeBufferPointer<Float>, targets t: UnsafeBufferPointer<Float>, features: Int, batch: Int,
    gradient: UnsafeMutableBufferPointer<Float>? = nil
  ) -> Double {
    check(x, t, features, batch, gradient)
    var loss = 0.0
    ck_binary_cross_entropy(&loss, gradient?.baseAddress, x.baseAddress, t.baseAddress, features, batch)
    return loss
  }

  private static func check(
    _ x: UnsafeBufferPointer<Float>, _ t: UnsafeBufferPointer<Float>, _ features: Int, _ batch: Int,
    _ gradient: UnsafeMutableBufferPointer<Float>?
  ) {
    precondition(
      x.count == features * batch && t.count == x.count && gradient?.count ?? x.count == x.count,
      "arrays are not [features, batch]")
  }
}
