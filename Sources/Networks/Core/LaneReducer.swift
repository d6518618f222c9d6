/// What lets a lane add up numbers with all other lanes in the middle of a pass.
///
/// Most models need it not: their lanes meet at the end of a phase. Batch normalisation over all lanes does. Each lane
/// is then worked on by a thread of its own, and all lanes, those without examples too, call `addUp` equally often
/// and with as many numbers.
public protocol LaneReducer: AnyObject {
  /// Memory for `count` numbers of this lane, valid until the next call.
  func room(for count: Int) -> UnsafeMutableBufferPointer<Double>
  /// Replaces `values` by their sums over all lanes, added in the order of the lanes: the same bits on any number of
  /// ranks. Waits for all lanes.
  func addUp(_ values: UnsafeMutableBufferPointer<Double>)
}
