/// Raw rows and labels of some examples on their way from the coordinator to a worker: what travels is
/// `[count, rowBytes]` bytes and `[count]` labels. The examples' indices need not travel, both sides have the plan.
///
/// `@unchecked Sendable`: the object is handed from the thread that fills it to the threads that read it and back; it
/// is never filled while it is read. The owner keeps two of them to receive one step while another is worked on.
public final class StreamedRows: ExampleSource, @unchecked Sendable {
  /// How a row is stored.
  public let format: RowFormat
  /// The most examples that fit.
  public let capacity: Int
  /// The rows to fill or to send: `[capacity, rowBytes]`.
  public let rows: UnsafeMutableRawBufferPointer
  /// The labels to fill or to send: `[capacity]`; empty where there are none.
  public let labels: UnsafeMutableBufferPointer<Int32>
  private let examples: UnsafeMutableBufferPointer<UInt32>
  private let numbers: UnsafeMutableBufferPointer<UInt32>
  /// The number of examples inside.
  public private(set) var count = 0

  /// Room for `capacity` examples.
  public init(format: RowFormat, capacity: Int) {
    precondition(capacity > 0, "room for at least one example")
    self.format = format
    self.capacity = capacity
    rows = .allocate(byteCount: capacity * format.rowBytes, alignment: 64)
    rows.initializeMemory(as: UInt8.self, repeating: 0)
    labels = .zeros(format.hasLabels ? capacity : 0)
    examples = .zeros(capacity)
    numbers = .allocate(capacity: capacity)
    for index in numbers.indices { numbers.initializeElement(at: index, to: UInt32(index)) }
  }

  deinit {
    rows.deallocate()
    labels.deallocate()
    examples.deallocate()
    numbers.deallocate()
  }

  /// Says which examples the rows are, in their order; called before or after the rows are filled.
  public func announce(_ announced: UnsafeBufferPointer<UInt32>) {
    precondition(announced.count <= capacity, "\(announced.count) examples, room for \(capacity)")
    count = announced.count
    for index in announced.indices { examples[index] = announced[index] }
  }

  /// Copies the rows and labels of `announced` from `dataset`: the sending side.
  public func fill(_ announced: UnsafeBufferPointer<UInt32>, from dataset: Dataset) {
    precondition(dataset.format == format, "\(dataset.name) has another row format")
    announce(announced)
    let size = format.rowBytes
    for (index, example) in announced.enumerated() {
      let row = UnsafeMutableRawBufferPointer(rebasing: rows[index * size..<(index + 1) * size])
      dataset.writeRow(Int(example), into: row)
      if format.hasLabels { labels[index] = dataset.labels[Int(example)] }
    }
  }

  /// The rows of consecutive examples among those announced.
  ///
  /// That they are there is the plan's duty: anything else is a fault of the program.
  public func block(for wanted: UnsafeBufferPointer<UInt32>) -> RowBlock {
    var first = 0
    if let example = wanted.first {
      while first < count, examples[first] != example { first += 1 }
    }
    precondition(first + wanted.count <= count, "\(wanted.count) examples were not received")
    for index in wanted.indices {
      precondition(
        examples[first + index] == wanted[index], "example \(wanted[index]) was not received in order")
    }
    return RowBlock(
      base: UnsafeRawPointer(rows.baseAddress!), rows: count,
      rowNumbers: UnsafeBufferPointer(rebasing: numbers[first..<first + wanted.count]), examples: wanted,
      labels: labels.baseAddress.map { UnsafePointer($0) })
  }
}
