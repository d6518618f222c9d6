/// Who works on which example at which step of an epoch: a pure value, the same on every rank.
///
/// The epoch's order is a permutation of the N examples. Step s covers the positions `[s B, min((s + 1) B, N))`; of a
/// step with n positions, lane l of L has the positions `[n l / L, n (l + 1) / L)` (whole-number division). Every
/// example comes exactly once, the last step may be smaller, and a lane may have none. Ranks do not occur.
public struct ShardPlan: Sendable, Hashable {
  /// The number of examples N.
  public let examples: Int
  /// The examples of one step over all lanes B.
  public let batch: Int
  /// The number of lanes L.
  public let lanes: Int
  /// The run's seed.
  public let seed: UInt64
  /// The epoch, from 0.
  public let epoch: Int
  /// Whether the order is shuffled; otherwise position and example are the same number.
  public let shuffle: Bool
  private let permutation: Permutation

  /// The plan of epoch `epoch`.
  public init(examples: Int, batch: Int, lanes: Int, seed: UInt64, epoch: Int = 0, shuffle: Bool = true) {
    precondition(
      examples >= 0 && batch > 0 && lanes > 0 && epoch >= 0, "a plan needs a batch, lanes and an epoch")
    self.examples = examples
    self.batch = batch
    self.lanes = lanes
    self.seed = seed
    self.epoch = epoch
    self.shuffle = shuffle
    permutation = Permutation(count: examples, seed: seed, epoch: epoch)
  }

  /// The plan of another epoch of the same run.
  public func epoch(_ epoch: Int) -> ShardPlan {
    ShardPlan(examples: examples, batch: batch, lanes: lanes, seed: seed, epoch: epoch, shuffle: shuffle)
  }

  /// The steps of one epoch: ⌈N / B⌉.
  public var steps: Int { (examples + batch - 1) / batch }

  /// The most examples that a lane can have in a step: ⌈min(B, N) / L⌉.
  public var largestLane: Int { (min(batch, examples) + lanes - 1) / lanes }

  /// The positions of step `step`.
  public func positions(step: Int) -> Range<Int> {
    precondition(step >= 0 && step < steps, "step \(step) of \(steps)")
    return step * batch..<min((step + 1) * batch, examples)
  }

  /// The positions of lane `lane` in step `step`; possibly none.
  public func positions(step: Int, lane: Int) -> Range<Int> {
    positions(step: step, lanes: lane..<lane + 1)
  }

  /// The positions of consecutive lanes in step `step`: one range, since lanes lie side by side.
  public func positions(step: Int, lanes block: Range<Int>) -> Range<Int> {
    precondition(block.lowerBound >= 0 && block.upperBound <= lanes, "lanes \(block) of \(lanes)")
    let whole = positions(step: step)
    let first = whole.lowerBound
    return first + whole.count * block.lowerBound / lanes..<first + whole.count * block.upperBound / lanes
  }

  /// The example at a position of this epoch.
  public func example(at position: Int) -> Int {
    shuffle ? permutation(position) : position
  }

  /// Writes the examples at `positions` to the front of `examples`.
  ///
  /// - Returns: the filled part of `examples`.
  @discardableResult
  public func examples(
    at positions: Range<Int>, into examples: UnsafeMutableBufferPointer<UInt32>
  ) -> UnsafeBufferPointer<UInt32> {
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= self.examples && examples.count >= positions.count,
      "positions \(positions) of \(self.examples), room for \(examples.count)")
    if shuffle {
      permutation.examples(at: positions, into: examples)
    } else {
      for (index, position) in positions.enumerated() { examples[index] = UInt32(position) }
    }
    return UnsafeBufferPointer(rebasing: examples[..<positions.count])
  }
}
