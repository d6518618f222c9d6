import CKernels

/// Losses over one time slice of outputs `[rows, pitch]`, one for each column.
///
/// Columns that are not scored have a loss and a gradient of zero; the gradient may take the outputs' memory.
public enum SequenceLosses {
  /// A mutable array of one time step.
  public typealias Slice = UnsafeMutablePointer<Float>

  /// E = -ln softmax(x)[target] where target >= 0, d = softmax(x) - onehot; best = argmax of each column.
  public static func softmax(
    _ x: Slice, targets: UnsafePointer<Int32>, classes: Int, pitch: Int, losses: Slice,
    best: UnsafeMutablePointer<Int32>, gradient d: Slice
  ) {
    ck_sequence_softmax(losses, best, d, x, targets, classes, pitch)
  }

  /// E = -Σ t ln softmax(x), d = softmax(x) Σt - t.
  public static func softmax(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, classes: Int, pitch: Int,
    losses: Slice, gradient d: Slice
  ) {
    ck_sequence_softmax_values(losses, d, x, targets, scored, classes, pitch)
  }

  /// E = Σ ln(1 + e^x) - t x, d = σ(x) - t.
  public static func logistic(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, rows: Int, pitch: Int,
    losses: Slice, gradient d: Slice
  ) {
    ck_sequence_logistic(losses, d, x, targets, scored, rows, pitch)
  }

  /// E = Σ (y - t)² / 2, y = x or σ(x); also Σ |y - t| and the largest |y - t| of each column.
  public static func squared(
    _ x: Slice, targets: UnsafePointer<Float>, scored: UnsafePointer<Float>, rows: Int, pitch: Int,
    isSquashed: Bool, losses: Slice, sizes: Slice, largest: Slice, gradient d: Slice
  ) {
    ck_sequence_squared(losses, sizes, largest, d, x, targets, scored, rows, pitch, isSquashed)
  }
}
