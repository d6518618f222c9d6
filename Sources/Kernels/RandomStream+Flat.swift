import CKernels

// Whole arrays of draws at the stream's position: initial weights, noise that belongs to no example.
extension RandomStream {
  /// x[i] = low + (high - low) u, u in 0..<1 with 24 bits; one word an element, about 1 ns.
  public mutating func fillUniform(_ x: UnsafeMutableBufferPointer<Float>, low: Float = 0, high: Float = 1) {
    ck_random_uniform(x.baseAddress, position, x.count, low, high, seed, stream, step)
    position &+= UInt64(x.count)
  }

  /// x[i] of the normal distribution, by Box and Muller from pairs of words; about 1.7 ns an element.
  ///
  /// Starts at an even position and leaves one, so that pairs are never torn. |x - mean| <= 6.8 deviations.
  public mutating func fillNormal(
    _ x: UnsafeMutableBufferPointer<Float>, mean: Float = 0, deviation: Float = 1
  ) {
    position = (position + 1) & ~1
    ck_random_normal(x.baseAddress, position, x.count, mean, deviation, seed, stream, step)
    position = (position + UInt64(x.count) + 1) & ~1
  }

  /// The next x.count words.
  public mutating func fillWords(_ x: UnsafeMutableBufferPointer<UInt32>) {
    ck_random_words(x.baseAddress, position, x.count, seed, stream, step)
    position &+= UInt64(x.count)
  }
}
