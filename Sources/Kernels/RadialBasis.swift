import CKernels

/// The output layer of LeCun, Bottou, Bengio and Haffner 1998: Euclidean distances to fixed codes, and its
/// loss.
public enum RadialBasis {
  /// y[i, b] = sum over j of (x[j, b] - w[i, j])^2, x of [inputs, batch], w of [units, inputs], y of [units,
  /// batch].
  ///
  /// Cost: 3 units * inputs * batch operations.
  public static func forward(
    _ x: UnsafeBufferPointer<Float>, centers w: UnsafeBufferPointer<Float>,
    into y: UnsafeMutableBufferPointer<Float>, units: Int, inputs: Int, batch: Int
  ) {
    precondition(
      x.count == inputs * batch && w.count == units * inputs && y.count == units * batch,
      "arrays of another shape")
    ck_rbf(y.baseAddress, x.baseAddress, w.baseAddress, units, inputs, batch)
  }

  /// dx[j, b] = sum over i of 2 dy[i, b] (x[j, b] - w[i, j]), or += with `accumulate`. The centers are fixed.
  public static func backward(
    _ dy: UnsafeBufferPointer<Float>, input x: UnsafeBufferPointer<Float>,
    centers w: UnsafeBufferPointer<Float>,
    into dx: UnsafeMutableBufferPointer<Float>, units: Int, inputs: Int, batch: Int, accumulate: Bool = false
  ) {
    precondition(
      x.count == inputs * batch && w.count == units * inputs && dy.count == units * batch
        && dx.count == x.count,
      "arrays of another shape")
    ck_rbf_backward(
      dx.baseAddress, dy.baseAddress, x.baseAddress, w.baseAddress, units, inputs, batch, accumulate)
  }

  /// E = sum over b of y[label, b] + ln(e^-j + sum over i of e^-y[i, b]): the loss with competing wrong
  /// classes.
  ///
  /// - Parameters:
  ///   - y: Distances of [classes, batch]: the smallest wins.
  ///   - margin: j > 0: a wrong class further away than about j is no longer pushed.
  ///   - gradient: Receives dE/dy[i, b] = (i == label) - e^-y[i, b] / (e^-j + sum of e^-y); may be y's
  ///     memory.
  ///   - predictions: Receives argmin over i of y[i, b], the lowest index of equals.
  /// - Returns: E, and how many predictions differ from the labels.
  public static func maximumPosteriorLoss(
    _ y: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, margin: Float, classes: Int,
    batch: Int,
    gradient: UnsafeMutableBufferPointer<Float>? = nil, predictions: UnsafeMutableBufferPointer<Int32>? = nil
  ) -> LossSums {
    precondition(
      classes >= 1 && y.count == classes * batch && gradient?.count ?? y.count == y.count
        && labels.count == batch
        && predictions?.count ?? batch == batch, "arrays of another shape")
    var loss = 0.0
    var errors: Int64 = 0
    ck_map_loss(
      &loss, &errors, predictions?.baseAddress, gradient?.baseAddress, y.baseAddress, labels.baseAddress,
      margin,
      classes, batch)
    return LossSums(loss: loss, errors: Int(errors))
  }
}
