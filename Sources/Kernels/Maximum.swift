import CKernels

/// The largest of several values for each unit: the loops of maxout.
public enum Maximum {
  /// y[u, b] = max over p of z[u, p, b] + bias[u, p], and choice[u, b] = the first p that reaches it.
  ///
  /// - Parameter bias: [units, pieces], or nil for none.
  public static func ofPieces(
    _ z: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>?, units: Int, pieces: Int, batch: Int,
    into y: UnsafeMutableBufferPointer<Float>, choices: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(
      z.count == units * pieces * batch && y.count == units * batch && choices.count == y.count
        && bias?.count ?? (units * pieces) == units * pieces, "pieces of another shape")
    guard let p = y.baseAddress else { return }
    ck_maxout(p, choices.baseAddress, z.baseAddress, bias?.baseAddress, units, pieces, batch)
  }

  /// dz[u, p, b] = dy[u, b] for the chosen piece p, 0 for the others.
  public static func backward(
    _ dy: UnsafeBufferPointer<Float>, choices: UnsafeBufferPointer<Int32>, units: Int, pieces: Int,
    batch: Int, into dz: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(
      dz.count == units * pieces * batch && dy.count == units * batch && choices.count == dy.count,
      "pieces of another shape")
    guard let p = dz.baseAddress else { return }
    ck_maxout_backward(p, dy.baseAddress, choices.baseAddress, units, pieces, batch)
  }
}
