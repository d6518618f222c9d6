import CKernels

/// Losses over one time slice of outputs `[rows, pitch]`: sums over the scored columns, added to what is there.
///
/// Columns that are not scored give no loss and a gradient of zero; the gradient may take the outputs' memory.
public enum SequenceLosses {
  /// A mutable array of one time step.
  public typealias Slice = UnsafeMutablePointer<Float>

  /// E = -ln softmax(x)[target] where target >= 0, d = softmax(x) - onehot; best = argmax of each column.
  public static func softmax(
    _ x: Slice, targets: UnsafePointer<Int32>, classes: Int, pitch: Int, loss: inout Double,
    best: UnsafeMutablePointer<Int32>, gradient d: Slice
  ) {
    ck_sequence_softmax(&loss, best, d, x, targets, classes, pitch)
  }

  /// E = -Σ t ln softmax(x), d = softmax(x) Σt - t.
  public static func softmax(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, classes: Int, pitch: Int,
    loss: inout Double, gradient d: Slice
  ) {
    ck_sequence_softmax_values(&loss, d, x, targets, scored, classes, pitch)
  }

  /// E = Σ ln(1 + e^x) - t x, d = σ(x) - t.
  public static func logistic(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, rows: Int, pitch: Int,
    loss: inout Double, gradient d: Slice
  ) {
    ck_sequence_logistic(&loss, d, x, targets, scored, rows, pitch)
  }

  /// E = Σ (y - t)² / 2, y = x or σ(x); also Σ |y - t|, and the largest |y - t| of each column.
  public static func squared(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, rows: Int, pitch: Int,
    isSquashed: Bool, loss: inout Double, absolute: inout Double, largest: Slice, gradient d: Slice
  ) {
    ck_sequence_squared(&loss, &absolute, largest, d, x, targets, scored, rows, pitch, isSquashed)
  }
}
