import CKernels

/// `ThresholdUnits` in whole numbers: states of 0 and 1 as bytes, links as bytes, inputs in 16 bits.
///
/// Exact, and many more numbers at a time than with floats, where links are whole numbers of -127...127 and no input can
/// leave -32,767...32,767: |h_i| <= Σ_j |U_ji|. Rows of links, states and inputs have `pitch` elements, zeros behind the
/// units. A unit that goes on or off changes the inputs by `change` times its row: 1 where off counts as 0, 2 where as -1.
public enum WholeThresholdUnits {
  /// Packed links.
  public struct Links {
    /// U / unit `[units, pitch]`.
    public let bytes: UnsafeBufferPointer<Int8>
    /// 2 where all links are even, as Hebb's sums of an even number of patterns of ±1 are; else 1.
    public let unit: Int
    /// So many rows can be summed in bytes: 127 over the largest of them.
    public let depth: Int

    /// Links that `pack` has packed.
    public init(bytes: UnsafeBufferPointer<Int8>, unit: Int, depth: Int) {
      (self.bytes, self.unit, self.depth) = (bytes, unit, depth)
    }
  }

  /// The elements of a row of `units` units: a multiple of 64.
  public static func pitch(of units: Int) -> Int { (units + 63) / 64 * 64 }

  /// Packs links U `[units, units]` into bytes `[units, pitch]`.
  ///
  /// - Parameter sizes: receives Σ_j |U_ji| `[units]`.
  /// - Returns: the links in this memory, or nil where they are no such numbers or an input could be too large.
  public static func pack(
    _ links: UnsafeBufferPointer<Float>, into packed: UnsafeMutableBufferPointer<Int8>,
    sizes: UnsafeMutableBufferPointer<Int32>
  ) -> Links? {
    let units = sizes.count
    let pitch = pitch(of: units)
    precondition(links.count == units * units && packed.count == units * pitch, "links are [units, units]")
    // Sums of absolute values do not overflow 32 bits.
    guard units > 0, units < 1 << 24 else { return nil }
    var found: (exact: Int32, unit: Int32, largest: Int32) = (0, 1, 0)
    withUnsafeMutablePointer(to: &found) {
      $0.withMemoryRebound(to: Int32.self, capacity: 3) {
        ck_threshold_pack(packed.baseAddress!, sizes.baseAddress!, $0, links.baseAddress!, units, pitch)
      }
    }
    guard found.exact == 1, sizes.allSatisfy({ $0 <= 32_767 }) else { return nil }
    return Links(
      bytes: .init(packed), unit: Int(found.unit), depth: 127 / max(Int(found.largest), 1))
  }

  /// Sets the units one after the other in the given order; each sees what the ones before it have become.
  ///
  /// - Returns: the number of changes.
  ///
  /// Cost: units + pitch operations a change, of which 32 are done at a time.
  public static func sweep(
    _ states: UnsafeMutableBufferPointer<Int8>, inputs: UnsafeMutableBufferPointer<Int16>,
    links: Links, order: UnsafeBufferPointer<Int32>, change: Int
  ) -> Int {
    let pitch = states.count
    precondition(
      inputs.count == pitch && pitch == Self.pitch(of: order.count), "states and inputs are [pitch]")
    precondition(links.bytes.count == order.count * pitch, "links are [units, pitch]")
    guard !order.isEmpty else { return 0 }
    var flips: Int64 = 0
    ck_threshold_whole_sweep(
      states.baseAddress!, inputs.baseAddress!, links.bytes.baseAddress!, order.baseAddress!, order.count,
      pitch,
      change * links.unit, &flips)
    return Int(flips)
  }

  /// Sets all units at once; their inputs stay those of the states before.
  ///
  /// - Parameter changes: room for 2 `pitch` numbers: receives the units that have gone on from its start, those that have
  ///   gone off from its middle.
  /// - Returns: how many have gone on and off.
  public static func setAll(
    _ states: UnsafeMutableBufferPointer<Int8>, inputs: UnsafeBufferPointer<Int16>,
    changes: UnsafeMutableBufferPointer<Int32>
  ) -> (on: Int, off: Int) {
    let pitch = states.count
    precondition(
      inputs.count == pitch && changes.count == 2 * pitch && pitch % 64 == 0,
      "states and inputs are [pitch], changes [2, pitch]")
    guard pitch > 0 else { return (0, 0) }
    var counts: (Int64, Int64) = (0, 0)
    withUnsafeMutablePointer(to: &counts) {
      $0.withMemoryRebound(to: Int64.self, capacity: 2) {
        ck_threshold_whole_set(states.baseAddress!, inputs.baseAddress!, changes.baseAddress!, $0, pitch)
      }
    }
    return (Int(counts.0), Int(counts.1))
  }

  /// h_i += change Σ U_ji over the units j of a list `[at most pitch]`, each of which is below the number of units.
  ///
  /// Cost: pitch operations a unit, of which 32 are done at a time, or 64 where rows can be summed in bytes.
  public static func send(
    _ units: UnsafeBufferPointer<Int32>, to inputs: UnsafeMutableBufferPointer<Int16>, links: Links,
    change: Int
  ) {
    let pitch = inputs.count
    precondition(pitch % 64 == 0 && links.bytes.count % max(pitch, 1) == 0, "inputs are [pitch]")
    guard !units.isEmpty else { return }
    ck_threshold_whole_send(
      inputs.baseAddress!, links.bytes.baseAddress!, units.baseAddress!, units.count, pitch,
      change * links.unit, links.depth)
  }
}
