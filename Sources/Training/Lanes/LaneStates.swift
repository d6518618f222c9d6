import Networks

/// The states of a run's lanes: each rank holds those of its own, the coordinator has room for all.
///
/// `@unchecked Sendable`: a lane's memory is touched by the one thread that works on the lane, and by the caller between
/// two steps.
final class LaneStates: @unchecked Sendable {
  /// All lanes' states `[lanes, count, places]`; valid for own lanes, at the coordinator for all after `collect`.
  let buffer: FlatBuffer
  /// The most examples of a lane.
  let places: Int
  /// The floats of one lane.
  let size: Int
  private let chains: Int?
  private let plan: LanePlan
  private let replicas: any ReplicaGroup

  /// States of `count` floats for each of at most `places` examples of a lane, or for each of its share of `chains`.
  init(count: Int, places: Int, chains: Int? = nil, plan: LanePlan, replicas: any ReplicaGroup) {
    let places = chains.map { ($0 + plan.lanes - 1) / plan.lanes } ?? places
    self.places = places
    self.chains = chains
    self.plan = plan
    self.replicas = replicas
    size = count * places
    buffer = FlatBuffer(count: size * plan.lanes)
  }

  /// The state of a lane, for a batch that begins with the lane's example `first`; nil where nothing is kept.
  ///
  /// - Parameter stepExamples: the examples of the step over all lanes.
  func state(_ lane: Int, first: Int, beginsEpoch: Bool, stepExamples: Int = 0) -> LaneState? {
    guard size > 0 else { return nil }
    var state = LaneState(
      lane: lane, elements: UnsafeMutableBufferPointer(start: buffer.base + lane * size, count: size),
      places: places, first: first, beginsEpoch: beginsEpoch)
    if let chains {
      state.chains = LanePlan.block(lane, of: plan.lanes, from: 0..<chains)
      state.elements = UnsafeMutableBufferPointer(
        rebasing: state.elements[..<(size / places * state.chains.count)])
      state.places = state.chains.count
    }
    state.stepExamples = stepExamples
    return state
  }

  /// Brings all lanes' states to the coordinator. Collective.
  func collect() throws {
    for peer in 1..<max(replicas.count, 1) where size > 0 {
      let lanes = bytes(of: peer)
      guard !lanes.isEmpty else { continue }
      if replicas.rank == peer { try replicas.transfer([.send(to: 0, lanes)], operation: "lane states") }
      if replicas.rank == 0 { try replicas.transfer([.receive(from: peer, lanes)], operation: "lane states") }
    }
  }

  /// Gives every rank the coordinator's states. Collective.
  func distribute() throws {
    guard size > 0 else { return }
    try replicas.broadcast(in: UnsafeMutableRawBufferPointer(buffer.elements), operation: "lane states")
  }

  private func bytes(of rank: Int) -> UnsafeMutableRawBufferPointer {
    let lanes = plan.lanes(of: rank)
    return UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: buffer.base + lanes.lowerBound * size, count: lanes.count * size))
  }
}
