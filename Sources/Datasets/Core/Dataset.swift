import Networks

/// N examples in memory or in a mapped file: rows `[N, features]` of bytes or floats, with or without labels. Or N
/// examples that are computed when they are asked for.
///
/// Immutable; threads share it and copies are cheap (the rows are held by reference).
public struct Dataset: Sendable {
  /// What the set is called in progress lines and errors: `mnist training`.
  public let name: String
  /// The number of examples N.
  public let count: Int
  /// How a row is stored, its shape, and the number of classes.
  public let format: RowFormat
  private let content: Content
  private let labelStorage: RowStorage?
  private let firstRow: Int

  /// Where the rows are.
  private enum Content: Sendable {
    case stored(RowStorage)
    case computed(any RowGenerator)
  }

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
    content = .stored(rows)
    firstRow = 0
  }

  /// A set whose rows are computed when they are asked for; it has no labels.
  package init(name: String, format: RowFormat, count: Int, generator: any RowGenerator) throws {
    guard count <= Int(UInt32.max) else {
      throw DataError(
        .inconsistent, "\(name): \(count) examples; at most \(UInt32.max) can be addressed, ask for fewer")
    }
    precondition(!format.hasLabels, "\(name): computed rows carry no labels")
    self.name = name
    self.format = format
    self.count = count
    content = .computed(generator)
    labelStorage = nil
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
    content = whole.content
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
  public var description: DataDescription {
    DataDescription(input: format.shape, classes: format.classes, sequence: format.sequence)
  }
  /// Whether the rows are a mapped file.
  public var isMapped: Bool {
    if case .stored(let storage) = content { storage.isMapped } else { false }
  }
  /// Whether the rows are computed when they are asked for.
  public var isComputed: Bool {
    if case .computed = content { true } else { false }
  }

  /// What computed rows are made from, in 64 bits, and which of them is the first; nil for stored rows.
  var computedHash: (content: UInt64, first: Int)? {
    if case .computed(let generator) = content { (generator.contentHash, firstRow) } else { nil }
  }

  /// All rows, `[N, features]`, as raw bytes; not for computed ones. Valid while this value or a copy of it lives.
  package var rows: UnsafeRawBufferPointer {
    guard case .stored(let storage) = content else {
      preconditionFailure("\(name): computed rows lie nowhere, ask for them one by one")
    }
    return UnsafeRawBufferPointer(
      start: storage.base + firstRow * format.rowBytes, count: count * format.rowBytes)
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
    guard !isComputed else {
      return try withUnsafeTemporaryAllocation(byteCount: format.rowBytes, alignment: 64) { row in
        writeRow(index, into: row)
        return try body(UnsafeRawBufferPointer(row))
      }
    }
    return try withExtendedLifetime(self) {
      try body(
        UnsafeRawBufferPointer(rebasing: rows[index * format.rowBytes..<(index + 1) * format.rowBytes]))
    }
  }

  /// Copies or computes the raw bytes of example `index`.
  func writeRow(_ index: Int, into row: UnsafeMutableRawBufferPointer) {
    precondition(index >= 0 && index < count, "example \(index) of \(count)")
    switch content {
    case .stored:
      row.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: rows[index * format.rowBytes..<(index + 1) * format.rowBytes]))
    case .computed(let generator):
      row.initializeMemory(as: UInt8.self, repeating: 0)
      generator.write(firstRow + index, into: row)
    }
  }

  /// Computes the rows of `examples` one after the other into zeroed memory.
  func compute(_ examples: UnsafeBufferPointer<UInt32>, into rows: UnsafeMutableRawBufferPointer) {
    guard case .computed(let generator) = content else { preconditionFailure("\(name): rows are stored") }
    let size = format.rowBytes
    for (index, example) in examples.enumerated() {
      precondition(example < count, "example \(example) of \(count)")
      generator.write(
        firstRow + Int(example),
        into: UnsafeMutableRawBufferPointer(rebasing: rows[index * size..<(index + 1) * size]))
    }
  }

  /// The values of example `index` as they are stored, as floats; of a sequence, the values or symbols of its steps.
  /// Allocates; meant for looking, not for training.
  public func values(_ index: Int) -> [Float] {
    withRow(index) { row in
      if let layout = format.layout {
        return SequenceRow(reading: row.baseAddress!, layout: layout).stepValues
      }
      return switch format.element {
      case .uint8: row.map(Float.init)
      case .float: Array(row.bindMemory(to: Float.self))
      }
    }
  }

  /// Asks the system to read the row of example `index` ahead of use, where the set is a large mapped file.
  package func readAhead(_ index: Int) {
    guard case .stored(let storage) = content else { return }
    storage.readAhead(offset: (firstRow + index) * format.rowBytes, count: format.rowBytes)
  }
}
