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
  private let plan: LanePlan
  private let replicas: any ReplicaGroup

  /// States of `count` floats for each of at most `places` examples of a lane.
  init(count: Int, places: Int, plan: LanePlan, replicas: any ReplicaGroup) {
    self.places = places
    self.plan = plan
    self.replicas = replicas
    size = count * places
    buffer = FlatBuffer(count: size * plan.lanes)
  }

  /// The state of a lane, for a batch that begins with the lane's example `first`; nil where nothing is kept.
  func state(_ lane: Int, first: Int, beginsEpoch: Bool) -> LaneState? {
    guard size > 0 else { return nil }
    return LaneState(
      lane: lane, elements: UnsafeMutableBufferPointer(start: buffer.base + lane * size, count: size),
      places: places, first: first, beginsEpoch: beginsEpoch)
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
