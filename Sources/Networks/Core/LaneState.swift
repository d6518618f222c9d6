/// What a lane keeps from step to step: hidden states that are carried on, persistent chains.
///
/// It belongs to the lane, whoever works on it, and is saved with the checkpoint by lane. A model says how many floats
/// it keeps for each example of a lane (`Model.laneStateCount`); the state is `[laneStateCount, places]`, places
/// innermost, where place i belongs to the i-th example of the lane.
///
/// A model that keeps chains (`Model.chainCount`) has `[laneStateCount, chains.count]` in place of it, whatever the
/// examples: the run's chains are divided among the lanes in blocks, and chain `chains.lowerBound + i` stands at place i.
/// A lane with chains is worked on in every step, also where it has no examples.
public struct LaneState {
  /// The number of the lane.
  public var lane: Int
  /// All of the lane's state, `[laneStateCount, places]`.
  public var elements: UnsafeMutableBufferPointer<Float>
  /// The most examples that the lane has in a step, or the number of its chains.
  public var places: Int
  /// The place of the batch's first example: 0, unless the lane is worked on in several goes.
  public var first: Int
  /// Whether this is the first step of an epoch: streams begin anew.
  public var beginsEpoch: Bool
  /// The numbers of the lane's chains among all of the run; empty where the state belongs to examples.
  public var chains: Range<Int> = 0..<0
  /// The examples of the step over all lanes, by which the optimizer divides: a sum over the run's C chains that is
  /// multiplied with `stepExamples / C` so becomes their mean.
  public var stepExamples = 0

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

  /// Refuses a number of persistent chains that no run can have.
  package static func check(chains: Int?) throws(ConfigurationError) {
    guard let chains, !(1...1 << 24).contains(chains) else { return }
    throw ConfigurationError("model.chains is \(chains): 1 to \(1 << 24) chains are possible")
  }
}
