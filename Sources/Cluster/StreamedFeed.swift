import Datasets
import Networks
import Training

/// Rows that only the coordinator can read (`data.access: streamed`): it sends each rank its rows, one step ahead.
///
/// Two sets of buffers take turns. While a step is worked on, the rows of the next travel.
public final class StreamedFeed: ExampleFeed {
  /// How rows are stored.
  public let format: RowFormat
  /// The number of training examples.
  public let trainingCount: Int
  private let counts: [EvaluationSplit: Int]
  private let formats: [EvaluationSplit: RowFormat]
  private let splits: DatasetSplits?
  private let group: any ReplicaGroup
  private var slots: [Slot]
  private var turn = 0

  /// What the coordinator tells the others of its data.
  public struct Header: Codable, Sendable {
    /// How training rows are stored.
    public var format: RowFormat
    /// How validation rows are stored: sequences may be longer.
    public var validationFormat: RowFormat?
    /// How test rows are stored.
    public var testFormat: RowFormat
    /// The number of training examples.
    public var training: Int
    /// The number of validation examples.
    public var validation: Int
    /// The number of test examples.
    public var test: Int

    /// What there is to say of `splits`.
    public init(_ splits: DatasetSplits) {
      format = splits.training.format
      validationFormat = splits.validation?.format
      testFormat = splits.test.format
      training = splits.training.count
      validation = splits.validation?.count ?? 0
      test = splits.test.count
    }
  }

  /// One of the two buffers of each peer, with its transfers.
  private final class Slot {
    let rows: [StreamedRows]
    let transfers: any PreparedTransfers
    var request: RowRequest?

    init(rows: [StreamedRows], transfers: any PreparedTransfers) {
      self.rows = rows
      self.transfers = transfers
    }
  }

  /// Prepares the buffers. Collective.
  ///
  /// - Parameters:
  ///   - splits: the data, at the coordinator; nil elsewhere.
  ///   - largestRequest: the most training examples that a rank can need at once.
  public init(_ header: Header, splits: DatasetSplits?, group: any ReplicaGroup, largestRequest: Int) throws {
    precondition((group.rank == 0) == (splits != nil), "the coordinator, and nobody else, holds the data")
    format = header.format
    trainingCount = header.training
    counts = [.validation: header.validation, .test: header.test]
    formats = [.validation: header.validationFormat ?? header.format, .test: header.testFormat]
    self.splits = splits
    self.group = group
    slots = []
    for _ in 0..<2 { slots.append(try makeSlot(format, capacity: max(largestRequest, 1))) }
  }

  /// The number of examples of a split.
  public func count(of split: EvaluationSplit) -> Int { counts[split] ?? 0 }

  /// The rows that the coordinator has sent for this request; those of `next` set out. Collective.
  public func training(_ request: RowRequest, next: RowRequest?) throws -> any ExampleSource {
    let now = slots[turn]
    if now.request != request {
      // Other rows were sent ahead than are wanted: they must arrive before their buffers are used anew.
      if now.request != nil { try now.transfers.wait() }
      try send(request, through: now)
    }
    try now.transfers.wait()
    now.request = nil
    turn = 1 - turn
    if let next { try send(next, through: slots[turn]) }
    return now.rows[group.rank]
  }

  /// The rows of the split that the coordinator sends to this rank. Collective.
  public func evaluation(_ split: EvaluationSplit, ranges: [Range<Int>]) throws -> any ExampleSource {
    let capacity = max(ranges.map(\.count).max()!, 1)
    let slot = try makeSlot(formats[split]!, capacity: capacity)
    for rank in ranges.indices where rank == group.rank || group.rank == 0 {
      let examples = ranges[rank].map { UInt32($0) }
      examples.withUnsafeBufferPointer { fill(slot.rows[rank], with: $0, from: dataset(split)) }
    }
    try slot.transfers.start()
    try slot.transfers.wait()
    return slot.rows[group.rank]
  }

  private func dataset(_ split: EvaluationSplit) -> Dataset? {
    split == .test ? splits?.test : splits?.validation
  }

  private func send(_ request: RowRequest, through slot: Slot) throws {
    for rank in request.positions.indices where rank == group.rank || group.rank == 0 {
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(request.positions[rank].count, 1)) {
        room in
        room.initialize(repeating: 0)
        let examples = request.plan.examples(at: request.positions[rank], into: room)
        fill(slot.rows[rank], with: examples, from: splits?.training)
      }
    }
    slot.request = request
    try slot.transfers.start()
  }

  private func fill(_ rows: StreamedRows, with examples: UnsafeBufferPointer<UInt32>, from dataset: Dataset?)
  {
    if let dataset { rows.fill(examples, from: dataset) } else { rows.announce(examples) }
  }

  /// Buffers for each peer at the coordinator, and for oneself elsewhere; the transfers have a fixed size.
  private func makeSlot(_ format: RowFormat, capacity: Int) throws -> Slot {
    let rows = (0..<group.count).map { rank in
      StreamedRows(format: format, capacity: rank == group.rank || group.rank == 0 ? capacity : 1)
    }
    var transfers: [Transfer] = []
    for rank in 1..<max(group.count, 1) where group.count > 1 && (group.rank == 0 || group.rank == rank) {
      for bytes in [rows[rank].rows, UnsafeMutableRawBufferPointer(rows[rank].labels)] where !bytes.isEmpty {
        transfers.append(group.rank == 0 ? .send(to: rank, bytes) : .receive(from: 0, bytes))
      }
    }
    return Slot(rows: rows, transfers: try group.prepare(transfers, operation: "rows from the coordinator"))
  }
}
