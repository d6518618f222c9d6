/// What a lane keeps from step to step: hidden states that are carried on, persistent chains.
///
/// It belongs to the lane, whoever works on it, and is saved with the checkpoint by lane. A model says how many floats
/// it keeps for each example of a lane (`Model.laneStateCount`); the state is `[laneStateCount, places]`, places
/// innermost, where place i belongs to the i-th example of the lane (or to its i-th chain).
public struct LaneState {
  /// The number of the lane.
  public var lane: Int
  /// All of the lane's state, `[laneStateCount, places]`.
  public var elements: UnsafeMutableBufferPointer<Float>
  /// The most examples that the lane has in a step.
  public var places: Int
  /// The place of the batch's first example: 0, unless the lane is worked on in several goes.
  public var first: Int
  /// Whether this is the first step of an epoch: streams begin anew.
  public var beginsEpoch: Bool

  /// A view of memory that the caller keeps.
  public init(
    lane: Int, elements: UnsafeMutableBufferPointer<Float>, places: Int, first: Int, beginsEpoch: Bool
  ) {
    self.lane = lane
    self.elements = elements
    self.places = places
    self.first = first
    self.beginsEpoch = beginsEpoch
  }
}
