import CKernels

// Draws that belong to examples: over [features, batch], batch contiguous, examples[b] the example in column
// b.
//
// The draw for (feature f, column b) is word f mod 4 of Philox at the counter (f div 4, examples[b], step,
// stream): a function of the seed, the stream, the step, the example and the feature. How examples are
// grouped into batches, lanes or ranks changes nothing. The stream's position is not used and does not move:
// the same call gives the same numbers, and a use of its own needs a stream number of its own, apart from
// those used by position.
extension RandomStream {
  /// x[f, b] = low + (high - low) u, u in 0..<1 with 24 bits. About 0.8 ns an element.
  public func drawUniform(
    _ x: UnsafeMutableBufferPointer<Float>, features: Int, examples: UnsafeBufferPointer<UInt32>,
    low: Float = 0,
    high: Float = 1
  ) {
    check(x.count, x.count, features, examples)
    ck_random_uniform_tensor(
      x.baseAddress, examples.baseAddress, features, examples.count, low, high, seed, stream, step)
  }

  /// x[f, b] of the normal distribution. About 1.3 ns an element.
  public func drawNormal(
    _ x: UnsafeMutableBufferPointer<Float>, features: Int, examples: UnsafeBufferPointer<UInt32>,
    mean: Float = 0,
    deviation: Float = 1
  ) {
    check(x.count, x.count, features, examples)
    ck_random_normal_tensor(
      x.baseAddress, examples.baseAddress, features, examples.count, mean, deviation, seed, stream, step)
  }

  /// s[f, b] = 1 with probability p[f, b], else 0; NaN where p is NaN; s may be p's memory. About 0.5 ns an
  /// element.
  public func drawBernoulli(
    _ p: UnsafeBufferPointer<Float>, into s: UnsafeMutableBufferPointer<Float>, features: Int,
    examples: UnsafeBufferPointer<UInt32>
  ) {
    check(p.count, s.count, features, examples)
    ck_random_bernoulli_tensor(
      s.baseAddress, p.baseAddress, examples.baseAddress, features, examples.count, seed, stream, step)
  }

  /// Dropout: y[f, b] = x[f, b] / keep with probability keep, else 0; y may be x's memory. About 0.5 ns an
  /// element.
  ///
  /// The mask is not stored: the backward pass is the same call on dy, which draws the same mask again. That
  /// costs less than reading a stored mask from main memory, and needs none.
  public func dropout(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, features: Int,
    examples: UnsafeBufferPointer<UInt32>, keep: Float
  ) {
    precondition(keep > 0 && keep <= 1, "dropout keeps a share in (0, 1]")
    check(x.count, y.count, features, examples)
    ck_random_mask_tensor(
      y.baseAddress, x.baseAddress, examples.baseAddress, features, examples.count,
      UInt64((Double(keep) * 0x1p32).rounded()), 1 / keep, seed, stream, step)
  }

  private func check(_ count: Int, _ other: Int, _ features: Int, _ examples: UnsafeBufferPointer<UInt32>) {
    precondition(count == features * examples.count && other == count, "arrays are not [features, batch]")
  }
}
