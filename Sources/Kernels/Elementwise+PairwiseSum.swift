import CKernels

extension Elementwise {
  /// y = the sum of `count` vectors in one fixed binary tree over their numbers, whatever the variant and the
  /// length.
  ///
  /// sum(a ..< b) = sum(a ..< a + h) + sum(a + h ..< b), h the largest power of two below b - a: the tree
  /// that adds neighbours first, then pairs of neighbours. Works in blocks that stay in the cache: each
  /// vector is read once.
  ///
  /// - Parameters:
  ///   - count: How many vectors, 1 to a million.
  ///   - y: Receives the sum; overlaps none of the vectors, or is the first of them.
  ///   - part: Vector i, of y's length.
  public static func pairwiseSum(
    of count: Int, into y: UnsafeMutableBufferPointer<Float>, part: (Int) -> UnsafeBufferPointer<Float>
  ) {
    precondition(count >= 1 && count < 1 << 20, "a sum of no vectors, or of too many")
    guard let out = y.baseAddress else { return }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: count) { vectors in
      for i in 0..<count {
        let vector = part(i)
        precondition(vector.count == y.count, "a vector of another length than the sum")
        vectors.initializeElement(at: i, to: vector.baseAddress)
      }
      ck_pairwise_sum(out, vectors.baseAddress, count, y.count)
    }
  }
}
