import CKernels

/// What a loss says of a batch: sums, to be divided by the global count once.
public struct LossSums: Hashable, Sendable {
  /// The sum of the examples' losses, added in the order of the batch.
  public var loss: Double
  /// How many examples were predicted wrongly.
  public var errors: Int

  /// Sums of given value.
  public init(loss: Double, errors: Int) {
    self.loss = loss
    self.errors = errors
  }
}

/// Softmax and its losses over [classes, batch], batch contiguous.
///
/// An example's result never depends on its neighbours in the batch. Cost: about one exponential an element.
public enum Softmax {
  /// p[c, b] = e^x[c, b] / sum over c of e^x[c, b]; p may be x.
  public static func forward(
    _ x: UnsafeBufferPointer<Float>, into p: UnsafeMutableBufferPointer<Float>, classes: Int, batch: Int
  ) {
    check(x.count, p.count, classes, batch)
    ck_softmax(p.baseAddress, x.baseAddress, classes, batch)
  }

  /// d[c, b] = p[c, b] (d[c, b] - sum over k of d[k, b] p[k, b]), p the output of `forward`.
  public static func backward(
    _ d: UnsafeMutableBufferPointer<Float>, output p: UnsafeBufferPointer<Float>, classes: Int, batch: Int
  ) {
    check(d.count, p.count, classes, batch)
    ck_softmax_backward(d.baseAddress, p.baseAddress, classes, batch)
  }

  /// y[c, b] = x[c, b] - ln sum over c of e^x[c, b]; y may be x.
  public static func logarithm(
    _ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>, classes: Int, batch: Int
  ) {
    check(x.count, y.count, classes, batch)
    ck_log_softmax(y.baseAddress, x.baseAddress, classes, batch)
  }

  /// E = sum over b of ln (sum over c of e^x[c, b]) - x[labels[b], b], with its gradient in the same pass.
  ///
  /// - Parameters:
  ///   - x: Logits of [classes, batch].
  ///   - labels: One class in 0..<classes for each example; not checked, a label outside makes the
  ///     loss wrong.
  ///   - gradient: Receives dE/dx = softmax(x) - onehot(labels), a sum over examples, not scaled; may be x's
  ///     memory.
  ///   - predictions: Receives argmax over c of x[c, b], the lowest index of equals.
  /// - Returns: E, and how many predictions differ from the labels.
  public static func crossEntropy(
    _ x: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>, classes: Int, batch: Int,
    gradient: UnsafeMutableBufferPointer<Float>? = nil, predictions: UnsafeMutableBufferPointer<Int32>? = nil
  ) -> LossSums {
    check(x.count, gradient?.count ?? x.count, classes, batch)
    precondition(labels.count == batch && predictions?.count ?? batch == batch, "one label for each example")
    var loss = 0.0
    var errors: Int64 = 0
    ck_softmax_cross_entropy(
      &loss, &errors, predictions?.baseAddress, gradient?.baseAddress, x.baseAddress, labels.baseAddress,
      classes,
      batch)
    return LossSums(loss: loss, errors: Int(errors))
  }

  /// best[b] = argmax over c of x[c, b], the lowest index of equals; NaN never wins against a number.
  public static func argmax(
    _ x: UnsafeBufferPointer<Float>, into best: UnsafeMutableBufferPointer<Int32>, classes: Int, batch: Int
  ) {
    check(x.count, x.count, classes, batch)
    precondition(best.count == batch, "one index for each example")
    ck_argmax(best.baseAddress, x.baseAddress, classes, batch, false)
  }

  /// best[b] = argmin over c of x[c, b], the lowest index of equals; NaN never wins against a number.
  public static func argmin(
    _ x: UnsafeBufferPointer<Float>, into best: UnsafeMutableBufferPointer<Int32>, classes: Int, batch: Int
  ) {
    check(x.count, x.count, classes, batch)
    precondition(best.count == batch, "one index for each example")
    ck_argmax(best.baseAddress, x.baseAddress, classes, batch, true)
  }

  private static func check(_ count: Int, _ other: Int, _ classes: Int, _ batch: Int) {
    precondition(classes >= 1 && batch >= 0, "softmax over no class")
    precondition(count == classes * batch && other == count, "arrays are not [classes, batch]")
  }
}
