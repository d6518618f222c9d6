/// Which rank executes which lanes: a pure value.
///
/// The global batch is split into `lanes` logical replicas. What a run computes depends on the number of lanes, never
/// on the ranks: ranks merely execute lanes, each one contiguous block of them.
public struct LanePlan: Sendable, Hashable {
  /// The number of lanes.
  public let lanes: Int
  /// The number of ranks.
  public let ranks: Int
  /// Whether rank 0 executes no lane, so that it is free to read data and to report.
  public let dedicatedCoordinator: Bool

  /// A plan.
  ///
  /// - Throws: `LanePlanError` where a rank would have no lane.
  public init(lanes: Int, ranks: Int, dedicatedCoordinator: Bool = false) throws(LanePlanError) {
    let workers = ranks - (dedicatedCoordinator ? 1 : 0)
    guard lanes >= 1 else {
      throw LanePlanError("lanes: \(lanes) is not possible: a run has at least 1 lane")
    }
    guard workers >= 1 else {
      throw LanePlanError(
        "a dedicated coordinator leaves no rank to work: start at least 2 ranks, or leave out --dedicated-coordinator"
      )
    }
    guard workers <= lanes else {
      throw LanePlanError(
        "\(workers) working ranks cannot share \(lanes) lanes: start at most \(lanes) of them, "
          + "or set lanes: \(workers) or more (another number of lanes gives other bits)")
    }
    self.lanes = lanes
    self.ranks = ranks
    self.dedicatedCoordinator = dedicatedCoordinator
  }

  /// The lanes of `rank`.
  public func lanes(of rank: Int) -> Range<Int> {
    let first = dedicatedCoordinator ? 1 : 0
    guard rank >= first else { return 0..<0 }
    return LanePlan.block(rank - first, of: ranks - first, from: 0..<lanes)
  }

  /// The lanes of thread `thread` of `threads` within a rank.
  public func lanes(of rank: Int, thread: Int, threads: Int) -> Range<Int> {
    LanePlan.block(thread, of: threads, from: lanes(of: rank))
  }

  /// Part `index` of `count` nearly equal contiguous parts of `range`.
  package static func block(_ index: Int, of count: Int, from range: Range<Int>) -> Range<Int> {
    let n = range.count
    return (range.lowerBound + n * index / count)..<(range.lowerBound + n * (index + 1) / count)
  }
}

/// Lanes and ranks that do not fit together.
public struct LanePlanError: Error, Sendable, CustomStringConvertible {
  /// What was wrong, what is allowed and what to do.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
