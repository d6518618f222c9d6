import CKernels

/// Units with two values that follow the sign of what the others send them: the dynamics of Hopfield networks.
///
/// One state s `[units]`, each value 1 or `low` (0 or -1), its inputs h `[units]`, and links U `[units, units]` whose row j
/// is what unit j sends (U_ji = T_ij, diagonal 0):
///
///     h_i = Σ_j U_ji s_j,    s_i ← 1 where h_i > 0, low where h_i < 0, unchanged where h_i = 0
///
/// Inputs are kept up to date by adding the row of each unit that changes. With whole numbers below 2^24 that is exact.
public enum ThresholdUnits {
  /// Sets the units one after the other in the given order; each sees what the ones before it have become.
  ///
  /// - Parameters:
  ///   - states: s.
  ///   - inputs: h of these states, before and after.
  ///   - links: U.
  ///   - order: the numbers of all units.
  /// - Returns: the number of changes.
  ///
  /// Cost: units + 2 units · changes operations.
  public static func sweep(
    _ states: UnsafeMutableBufferPointer<Float>, inputs: UnsafeMutableBufferPointer<Float>,
    links: UnsafeBufferPointer<Float>, order: UnsafeBufferPointer<Int32>, low: Float
  ) -> Int {
    let units = states.count
    precondition(inputs.count == units && order.count == units, "states, inputs and order are [units]")
    precondition(links.count == units * units, "links are [units, units]")
    guard units > 0 else { return 0 }
    var flips: Int64 = 0
    ck_threshold_sweep(
      states.baseAddress!, inputs.baseAddress!, links.baseAddress!, order.baseAddress!, units, low, &flips)
    return Int(flips)
  }

  /// Sets all units at once; their inputs stay those of the states before.
  ///
  /// - Parameter changes: room for `units` numbers: receives i + 1 for each unit i that has gone on, -(i + 1) for each that
  ///   has gone off.
  /// - Returns: how many have changed.
  public static func setAll(
    _ states: UnsafeMutableBufferPointer<Float>, inputs: UnsafeBufferPointer<Float>,
    changes: UnsafeMutableBufferPointer<Int32>, low: Float
  ) -> Int {
    precondition(
      states.count == inputs.count && changes.count >= states.count, "states and inputs are [units]")
    guard !states.isEmpty else { return 0 }
    var count: Int64 = 0
    ck_threshold_set(
      states.baseAddress!, inputs.baseAddress!, changes.baseAddress!, &count, states.count, low)
    return Int(count)
  }

  /// Brings the inputs up to date with changes that `setAll` has listed.
  ///
  /// Cost: 2 units operations a change.
  public static func send(
    _ changes: UnsafeBufferPointer<Int32>, to inputs: UnsafeMutableBufferPointer<Float>,
    links: UnsafeBufferPointer<Float>, low: Float
  ) {
    precondition(links.count == inputs.count * inputs.count, "links are [units, units]")
    guard !changes.isEmpty, !inputs.isEmpty else { return }
    ck_threshold_send(
      inputs.baseAddress!, links.baseAddress!, changes.baseAddress!, changes.count, inputs.count, 1 - low)
  }
}
