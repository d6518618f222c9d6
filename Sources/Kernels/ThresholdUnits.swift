import CKernels

/// Units with two values that follow the sign of what the others send them: the dynamics of Hopfield networks.
///
/// For a batch of states s [units, batch], each value 1 or `low` (0 or -1), and weights T [units, units]:
///
///     h_i = Σ_j T_ij s_j,    s_i ← 1 where h_i > 0, low where h_i < 0, unchanged where h_i = 0
public enum ThresholdUnits {
  /// Sets the units one after the other in the given order; each sees what the ones before it have become.
  ///
  /// - Parameters:
  ///   - states: s `[units, pitch]`, of which the first `batch` columns are used.
  ///   - flips: grows by the number of changes of each column `[batch]`.
  ///   - weights: T `[units, units]` with a diagonal of 0.
  ///   - order: the numbers of all units.
  ///
  /// Cost: 2 units² · batch operations.
  public static func sweep(
    _ states: UnsafeMutableBufferPointer<Float>, flips: UnsafeMutableBufferPointer<Float>,
    weights: UnsafeBufferPointer<Float>, order: UnsafeBufferPointer<Int32>, batch: Int, pitch: Int, low: Float
  ) {
    let units = order.count
    precondition(weights.count == units * units, "weights are [units, units]")
    precondition(batch <= pitch && flips.count >= batch, "columns beyond the states")
    guard units > 0, batch > 0 else { return }
    precondition(states.count >= (units - 1) * pitch + batch, "states are [units, pitch]")
    ck_threshold_sweep(
      states.baseAddress!, flips.baseAddress!, weights.baseAddress!, order.baseAddress!, units, batch, pitch, low)
  }

  /// Sets all units at once by h `[units, batch]`, which was computed from the old states.
  public static func setAll(
    _ states: UnsafeMutableBufferPointer<Float>, flips: UnsafeMutableBufferPointer<Float>,
    inputs h: UnsafeBufferPointer<Float>, batch: Int, low: Float
  ) {
    precondition(states.count == h.count && flips.count >= batch, "states and inputs are [units, batch]")
    guard batch > 0, !h.isEmpty else { return }
    ck_threshold_all(states.baseAddress!, flips.baseAddress!, h.baseAddress!, h.count / batch, batch, low)
  }
}
