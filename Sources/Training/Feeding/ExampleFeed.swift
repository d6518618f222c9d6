import Datasets
import Networks

/// The parts of a data set that a run evaluates on.
public enum EvaluationSplit: String, Sendable, CaseIterable {
  /// The examples held back for choices.
  case validation
  /// The examples that the final figures are taken from.
  case test
}

/// Where a rank's rows come from: files that it maps itself, or the coordinator.
///
/// Every rank makes the same calls in the same order.
public protocol ExampleFeed: AnyObject {
  /// How rows are stored.
  var format: RowFormat { get }
  /// The number of training examples.
  var trainingCount: Int { get }
  /// The number of examples of a split; 0 where there is none.
  func count(of split: EvaluationSplit) -> Int

  /// The training rows that this rank needs now.
  ///
  /// - Parameters:
  ///   - request: what each rank needs now.
  ///   - next: what each rank will need in the next call, as far as known: read or sent ahead.
  func training(_ request: RowRequest, next: RowRequest?) throws -> any ExampleSource

  /// The rows of `ranges[rank]` of a split, as they lie in the set.
  func evaluation(_ split: EvaluationSplit, ranges: [Range<Int>]) throws -> any ExampleSource
}

/// Positions of an epoch, by rank.
public struct RowRequest: Hashable {
  /// The epoch's plan.
  public var plan: ShardPlan
  /// The positions that each rank needs.
  public var positions: [Range<Int>]

  /// A request.
  public init(plan: ShardPlan, positions: [Range<Int>]) {
    self.plan = plan
    self.positions = positions
  }
}

/// Rows that every rank reads itself (`data.access: shared`): from memory, or from a mapped file.
public final class SharedFeed: ExampleFeed {
  private let splits: DatasetSplits
  private let rank: Int
  private let ahead: UnsafeMutableBufferPointer<UInt32>

  /// The rows of `splits` for `rank`.
  public init(_ splits: DatasetSplits, rank: Int, largestRequest: Int) {
    self.splits = splits
    self.rank = rank
    ahead = .zeros(max(largestRequest, 1))
  }

  deinit {
    ahead.deallocate()
  }

  /// How rows are stored.
  public var format: RowFormat { splits.training.format }
  /// The number of training examples.
  public var trainingCount: Int { splits.training.count }

  /// The number of examples of a split.
  public func count(of split: EvaluationSplit) -> Int {
    dataset(split)?.count ?? 0
  }

  /// The training set; rows of a mapped file that are needed next are read ahead.
  public func training(_ request: RowRequest, next: RowRequest?) -> any ExampleSource {
    if splits.training.isMapped, let next {
      let positions = next.positions[rank].prefix(ahead.count)
      splits.training.readAhead(next.plan.examples(at: positions, into: ahead))
    }
    return splits.training
  }

  /// The whole split: every rank can read it.
  public func evaluation(_ split: EvaluationSplit, ranges: [Range<Int>]) -> any ExampleSource {
    dataset(split)!
  }

  private func dataset(_ split: EvaluationSplit) -> Dataset? {
    switch split {
    case .validation: splits.validation
    case .test: splits.test
    }
  }
}
