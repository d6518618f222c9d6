import CKernels

/// `ThresholdUnits` in whole numbers: states of 0 and 1 as bytes, links as bytes, inputs in 16 bits.
///
/// Exact, and four times as many numbers at a time as with floats, where links are whole numbers of -127...127 and no input
/// can leave -32,767...32,767: |h_i| <= Σ_j |U_ji|. Rows of links, states and inputs have `pitch` elements, zeros behind the
/// units. A unit that goes on or off changes the inputs by `change` times its row: 1 where off counts as 0, 2 where as -1.
public enum WholeThresholdUnits {
  /// The elements of a row of `units` units: a multiple of 64.
  public static func pitch(of units: Int) -> Int { (units + 63) / 64 * 64 }

  /// Packs links U `[units, units]` into bytes `[units, pitch]`.
  ///
  /// - Parameter sizes: receives Σ_j |U_ji| `[units]`.
  /// - Returns: whether the links are such numbers and no input can be too large; what is packed is of no use otherwise.
  public static func pack(
    _ links: UnsafeBufferPointer<Float>, into packed: UnsafeMutableBufferPointer<Int8>,
    sizes: UnsafeMutableBufferPointer<Int32>
  ) -> Bool {
    let units = sizes.count
    let pitch = pitch(of: units)
    precondition(links.count == units * units && packed.count == units * pitch, "links are [units, units]")
    // Sums of absolute values do not overflow 32 bits.
    guard units > 0, units < 1 << 24 else { return false }
    var isExact: Int32 = 1
    ck_threshold_pack(packed.baseAddress!, sizes.baseAddress!, &isExact, links.baseAddress!, units, pitch)
    return isExact == 1 && sizes.allSatisfy { $0 <= 32_767 }
  }

  /// Sets the units one after the other in the given order; each sees what the ones before it have become.
  ///
  /// - Returns: the number of changes.
  ///
  /// Cost: units + pitch operations a change, of which 32 are done at a time.
  public static func sweep(
    _ states: UnsafeMutableBufferPointer<Int8>, inputs: UnsafeMutableBufferPointer<Int16>,
    links: UnsafeBufferPointer<Int8>, order: UnsafeBufferPointer<Int32>, change: Int
  ) -> Int {
    let pitch = states.count
    precondition(
      inputs.count == pitch && pitch == Self.pitch(of: order.count), "states and inputs are [pitch]")
    precondition(links.count == order.count * pitch, "links are [units, pitch]")
    guard !order.isEmpty else { return 0 }
    var flips: Int64 = 0
    ck_threshold_whole_sweep(
      states.baseAddress!, inputs.baseAddress!, links.baseAddress!, order.baseAddress!, order.count, pitch,
      change, &flips)
    return Int(flips)
  }

  /// Sets all units at once; their inputs stay those of the states before.
  ///
  /// - Parameter changes: room for `pitch` numbers: receives the units that have gone on at its front, those that have gone
  ///   off at its end.
  /// - Returns: how many have gone on and off.
  public static func setAll(
    _ states: UnsafeMutableBufferPointer<Int8>, inputs: UnsafeBufferPointer<Int16>,
    changes: UnsafeMutableBufferPointer<Int32>
  ) -> (on: Int, off: Int) {
    let pitch = states.count
    precondition(
      inputs.count == pitch && changes.count >= pitch && pitch % 64 == 0, "states and inputs are [pitch]")
    guard pitch > 0 else { return (0, 0) }
    var counts: (Int64, Int64) = (0, 0)
    withUnsafeMutablePointer(to: &counts) {
      $0.withMemoryRebound(to: Int64.self, capacity: 2) {
        ck_threshold_whole_set(states.baseAddress!, inputs.baseAddress!, changes.baseAddress!, $0, pitch)
      }
    }
    return (Int(counts.0), Int(counts.1))
  }

  /// Brings the inputs up to date with changes that `setAll` has listed.
  ///
  /// Cost: pitch operations a change, of which 32 are done at a time.
  public static func send(
    _ changes: UnsafeBufferPointer<Int32>, on: Int, off: Int, to inputs: UnsafeMutableBufferPointer<Int16>,
    links: UnsafeBufferPointer<Int8>, change: Int
  ) {
    let pitch = inputs.count
    precondition(
      changes.count >= pitch && on + off <= pitch && pitch % 64 == 0, "changes and inputs are [pitch]")
    guard on + off > 0 else { return }
    ck_threshold_whole_send(
      inputs.baseAddress!, links.baseAddress!, changes.baseAddress!, on, off, pitch, change)
  }
}
