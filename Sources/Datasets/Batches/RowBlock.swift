/// A view of the raw rows of some examples, in the order of the batch that they are for. It owns nothing.
public struct RowBlock {
  /// Row 0 of the memory that the rows lie in.
  public let base: UnsafeRawPointer
  /// The number of rows in that memory.
  public let rows: Int
  /// Which row of that memory each example's is.
  public let rowNumbers: UnsafeBufferPointer<UInt32>
  /// What identifies each example to the random streams: its index in the data set.
  public let examples: UnsafeBufferPointer<UInt32>
  /// The label of each row of the memory (not of each example); nil where there are none.
  public let labels: UnsafePointer<Int32>?

  /// A view of memory that the caller keeps.
  public init(
    base: UnsafeRawPointer, rows: Int, rowNumbers: UnsafeBufferPointer<UInt32>,
    examples: UnsafeBufferPointer<UInt32>, labels: UnsafePointer<Int32>?
  ) {
    precondition(rowNumbers.count == examples.count, "one row an example")
    self.base = base
    self.rows = rows
    self.rowNumbers = rowNumbers
    self.examples = examples
    self.labels = labels
  }

  /// The number of examples.
  public var count: Int { examples.count }

  /// The raw values of the example at `index` of the batch, where a row is `bytes` long.
  func row(_ index: Int, bytes: Int) -> UnsafeRawPointer {
    let number = Int(rowNumbers[index])
    precondition(number < rows, "row \(number) of \(rows)")
    return base + number * bytes
  }
}

/// Where the rows of examples come from: a data set at hand, or rows that the coordinator sent.
public protocol ExampleSource: Sendable {
  /// How a row is stored.
  var format: RowFormat { get }

  /// The rows of `examples`, valid while the source and `examples` live and, for received rows, until the next ones
  /// are received.
  func block(for examples: UnsafeBufferPointer<UInt32>) -> RowBlock

  /// The same rows, in `room` where the source does not keep them; valid until the room is used anew.
  func block(for examples: UnsafeBufferPointer<UInt32>, in room: RowRoom) -> RowBlock

  /// Says that `examples` will be asked for soon.
  func readAhead(_ examples: UnsafeBufferPointer<UInt32>)
}

extension ExampleSource {
  /// The rows where they lie: the room is not needed.
  public func block(for examples: UnsafeBufferPointer<UInt32>, in room: RowRoom) -> RowBlock {
    block(for: examples)
  }

  /// Does nothing: the rows are already in memory.
  public func readAhead(_ examples: UnsafeBufferPointer<UInt32>) {}
}

extension Dataset: ExampleSource {
  /// The rows of `examples` where they lie; nothing is copied.
  public func block(for examples: UnsafeBufferPointer<UInt32>) -> RowBlock {
    RowBlock(
      base: rows.baseAddress!, rows: count, rowNumbers: examples, examples: examples,
      labels: labels.baseAddress)
  }

  /// The rows of `examples` where they lie, or computed into `room`.
  public func block(for examples: UnsafeBufferPointer<UInt32>, in room: RowRoom) -> RowBlock {
    guard isComputed else { return block(for: examples) }
    let (rows, numbers) = room.rows(examples.count, bytes: format.rowBytes)
    compute(examples, into: rows)
    return RowBlock(
      base: UnsafeRawPointer(rows.baseAddress!), rows: examples.count, rowNumbers: numbers,
      examples: examples,
      labels: nil)
  }

  /// Asks the system to read the rows of `examples` from the mapped file; does nothing where the whole file was asked
  /// for when it was opened, or where the set is in memory.
  public func readAhead(_ examples: UnsafeBufferPointer<UInt32>) {
    guard isMapped else { return }
    for example in examples { readAhead(Int(example)) }
  }
}
