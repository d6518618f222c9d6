import Networks

/// N examples in memory or in a mapped file: rows `[N, features]` of bytes or floats, with or without labels.
///
/// Immutable; threads share it and copies are cheap (the rows are held by reference).
public struct Dataset: Sendable {
  /// What the set is called in progress lines and errors: `mnist training`.
  public let name: String
  /// The number of examples N.
  public let count: Int
  /// How a row is stored, its shape, and the number of classes.
  public let format: RowFormat
  private let storage: RowStorage
  private let labelStorage: RowStorage?
  private let firstRow: Int

  /// A set over rows that are already there.
  ///
  /// - Parameter labels: one class per row in `0..<format.classes`, or nil where `format.classes` is 0.
  /// - Throws: `DataError` where sizes do not fit or a label is out of range.
  package init(name: String, format: RowFormat, count: Int, rows: RowStorage, labels: [Int32]?) throws {
    guard count <= Int(UInt32.max) else {
      throw DataError(
        .inconsistent, "\(name): \(count) examples; at most \(UInt32.max) can be addressed, split the set")
    }
    precondition(rows.byteCount == count * format.rowBytes, "\(name): rows of the wrong size")
    precondition((labels != nil) == format.hasLabels, "\(name): labels and class count do not go together")
    if let labels {
      guard labels.count == count else {
        throw DataError(
          .inconsistent,
          "\(name): \(labels.count) labels for \(count) examples; exactly one label an example is needed")
      }
      if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= format.classes }) {
        throw DataError(
          .inconsistent,
          "\(name): label \(labels[wrong]) of example \(wrong) is outside 0...\(format.classes - 1);"
            + " correct the file or set data.classes")
      }
      labelStorage = RowStorage(byteCount: count * 4) { memory in
        labels.withUnsafeBytes { if count > 0 { memory.copyMemory(from: $0) } }
      }
    } else {
      labelStorage = nil
    }
    self.name = name
    self.count = count
    self.format = format
    storage = rows
    firstRow = 0
  }

  /// A set of rows of bytes, one after the other.
  public init(name: String, shape: Shape, bytes: [UInt8], labels: [Int32]?, classes: Int) throws {
    try self.init(
      name: name, format: RowFormat(element: .uint8, shape: shape, classes: labels == nil ? 0 : classes),
      values: bytes, labels: labels)
  }

  /// A set of rows of floats, one after the other.
  public init(name: String, shape: Shape, floats: [Float], labels: [Int32]?, classes: Int) throws {
    try self.init(
      name: name, format: RowFormat(element: .float, shape: shape, classes: labels == nil ? 0 : classes),
      values: floats, labels: labels)
  }

  private init<Value>(name: String, format: RowFormat, values: [Value], labels: [Int32]?) throws {
    guard values.count.isMultiple(of: format.shape.count) else {
      throw DataError(
        .inconsistent,
        "\(name): \(values.count) values are no whole number of examples of shape \(format.shape)"
          + " (\(format.shape.count) values each)")
    }
    let storage = RowStorage(byteCount: values.count * format.element.size) { memory in
      values.withUnsafeBytes { if !$0.isEmpty { memory.copyMemory(from: $0) } }
    }
    try self.init(
      name: name, format: format, count: values.count / format.shape.count, rows: storage, labels: labels)
  }

  private init(name: String, slice range: Range<Int>, of whole: Dataset) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= whole.count, "\(range) of \(whole.count) examples")
    self.name = name
    count = range.count
    format = whole.format
    storage = whole.storage
    labelStorage = whole.labelStorage
    firstRow = whole.firstRow + range.lowerBound
  }

  /// The examples of `range` as a set of their own, numbered from 0; shares the memory.
  public func slice(_ range: Range<Int>, name: String) -> Dataset {
    Dataset(name: name, slice: range, of: self)
  }

  /// The shape of one example as stored.
  public var shape: Shape { format.shape }
  /// The number of classes; 0 where examples carry no label.
  public var classes: Int { format.classes }
  /// What a model must know of the set where nothing pads its rows.
  public var description: DataDescription { DataDescription(input: format.shape, classes: format.classes) }
  /// Whether the rows are a mapped file.
  public var isMapped: Bool { storage.isMapped }

  /// All rows, `[N, features]`, as raw bytes. Valid while this value or a copy of it lives.
  package var rows: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: storage.base + firstRow * format.rowBytes, count: count * format.rowBytes)
  }

  /// All labels; empty where there are none. Valid while this value or a copy of it lives.
  package var labels: UnsafeBufferPointer<Int32> {
    guard let labelStorage else { return UnsafeBufferPointer(start: nil, count: 0) }
    let labels = labelStorage.base.assumingMemoryBound(to: Int32.self) + firstRow
    return UnsafeBufferPointer(start: labels, count: count)
  }

  /// The label of example `index`, or nil where there are none.
  public func label(_ index: Int) -> Int? {
    precondition(index >= 0 && index < count, "example \(index) of \(count)")
    return format.hasLabels ? Int(labels[index]) : nil
  }

  /// Calls `body` with the raw bytes of example `index`.
  public func withRow<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    precondition(index >= 0 && index < count, "example \(index) of \(count)")
    return try withExtendedLifetime(storage) {
      try body(
        UnsafeRawBufferPointer(rebasing: rows[index * format.rowBytes..<(index + 1) * format.rowBytes]))
    }
  }

  /// The values of example `index` as they are stored, as floats. Allocates; meant for looking, not for training.
  public func values(_ index: Int) -> [Float] {
    withRow(index) { row in
      switch format.element {
      case .uint8: row.map(Float.init)
      case .float: Array(row.bindMemory(to: Float.self))
      }
    }
  }

  /// Asks the system to read the row of example `index` ahead of use, where the set is a large mapped file.
  package func readAhead(_ index: Int) {
    storage.readAhead(offset: (firstRow + index) * format.rowBytes, count: format.rowBytes)
  }
}
