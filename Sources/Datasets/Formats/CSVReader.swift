/// Reads the lines of a CSV file one after the other and checks each against the first.
struct CSVReader {
  let path: String
  let labels: CSVFile.LabelColumn
  let delimiter: Character
  private(set) var featureNames: [String] = []
  private(set) var features = 0
  private(set) var labelTexts: [String] = []
  private(set) var values: [Float] = []
  private(set) var examples = 0
  private var columns = 0
  private var labelIndex: Int?

  init(path: String, labels: CSVFile.LabelColumn, delimiter: Character) {
    self.path = path
    self.labels = labels
    self.delimiter = delimiter
  }

  /// Takes one line.
  mutating func read(_ line: Substring, number: Int, isFirst: Bool, hasHeader: Bool?) throws {
    guard let fields = CSVLine.fields(of: line, delimiter: delimiter) else {
      throw DataError(
        .malformed, "\(path):\(number): a quote is opened and not closed on this line; close it")
    }
    if isFirst {
      try begin(fields, number: number)
      let isHeader =
        hasHeader ?? fields.enumerated().contains { $0.offset != labelIndex && Float($0.element) == nil }
      if isHeader {
        try name(fields, number: number)
        return
      }
      try requireUnnamed(number: number)
    }
    try append(fields, number: number)
  }

  private mutating func begin(_ fields: [String], number: Int) throws {
    columns = fields.count
    switch labels {
    case .first: labelIndex = 0
    case .last: labelIndex = columns - 1
    case .none: labelIndex = nil
    case .named(let name): labelIndex = fields.firstIndex(of: name)
    }
    features = columns - (labels == .none ? 0 : 1)
    guard features > 0 else {
      throw DataError(
        .malformed,
        "\(path):\(number): has \(columns) column; at least one feature beside the label is needed, fields are separated"
          + " by '\(delimiter)' (data.delimiter)")
    }
  }

  private mutating func name(_ fields: [String], number: Int) throws {
    if case .named(let wanted) = labels, labelIndex == nil {
      throw DataError(
        .configuration,
        "\(path):\(number): no column is called '\(wanted)' (data.label_column); there are \(fields.joined(separator: ", "))"
      )
    }
    featureNames = fields.enumerated().filter { $0.offset != labelIndex }.map(\.element)
  }

  private func requireUnnamed(number: Int) throws {
    guard case .named(let wanted) = labels else { return }
    throw DataError(
      .configuration,
      "\(path):\(number): data.label_column is '\(wanted)', but the file has no line of column names; say first, last or"
        + " none")
  }

  private mutating func append(_ fields: [String], number: Int) throws {
    guard fields.count == columns else {
      throw DataError(
        .malformed,
        "\(path):\(number): has \(fields.count) fields, the lines before it \(columns); every line must have the same"
      )
    }
    for (column, field) in fields.enumerated() where column != labelIndex {
      guard let value = Float(field), value.isFinite else {
        throw DataError(.malformed, "\(path):\(number): column \(column + 1) is \(Self.complaint(field))")
      }
      values.append(value)
    }
    if let labelIndex {
      guard !fields[labelIndex].isEmpty else {
        throw DataError(
          .malformed,
          "\(path):\(number): the label in column \(labelIndex + 1) is empty; fill it in or remove the line")
      }
      labelTexts.append(fields[labelIndex])
    }
    examples += 1
  }

  private static func complaint(_ field: String) -> String {
    if field.isEmpty || field == "?" {
      return "\(field.isEmpty ? "empty" : "'?'"); every value must be given, fill it in or remove the line"
    }
    if let value = Float(field) { return "\(value); values must be finite numbers within ±3.4e38" }
    return "'\(field.prefix(40))', no number; features must be numbers (is the label in another column?"
      + " see data.label_column)"
  }
}
