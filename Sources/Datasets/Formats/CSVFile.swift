import Networks

/// A table of numbers in a text file, one example a line, as in the UCI repository.
///
/// All columns but the label's are features and must be finite numbers. Labels are words or numbers; the distinct ones,
/// sorted (as numbers where all are numbers), are the classes 0, 1, …
public struct CSVFile: Sendable {
  /// Which column holds the label.
  public enum LabelColumn: Sendable, Hashable {
    /// The first.
    case first
    /// The last.
    case last
    /// The one that the header calls so.
    case named(String)
    /// There are no labels.
    case none
  }

  /// The file.
  public let path: String
  /// The names of the features; empty without a header.
  public let featureNames: [String]
  /// The number of features.
  public let features: Int
  /// The labels as written, one an example; empty where there are none.
  public let labelTexts: [String]
  private let values: [Float]

  /// Reads the file at `path`.
  ///
  /// - Parameters:
  ///   - labels: which column holds the label.
  ///   - hasHeader: whether the first line names the columns; nil: it does where a feature in it is no number.
  ///   - delimiter: what stands between fields.
  /// - Throws: `DataError` with file and line: unreadable, empty, ragged, not a number, not finite.
  public init(path: String, labels: LabelColumn = .last, hasHeader: Bool? = nil, delimiter: Character = ",")
    throws
  {
    let text = try Self.text(of: path)
    var reader = CSVReader(path: path, labels: labels, delimiter: delimiter)
    var isFirst = true
    var lineNumber = 0
    // Lines end with \n or \r\n; files of old systems that have no \n at all, with \r.
    let end = text.utf8.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
    for line in text.utf8.split(separator: end, omittingEmptySubsequences: false) {
      lineNumber += 1
      guard !line.allSatisfy(CSVLine.isSpace) else { continue }
      try reader.read(Substring(line), number: lineNumber, isFirst: isFirst, hasHeader: hasHeader)
      isFirst = false
    }
    guard reader.examples > 0 else {
      throw DataError(
        .malformed, "\(path): holds no examples; lines of numbers separated by '\(delimiter)' were expected")
    }
    self.path = path
    featureNames = reader.featureNames
    features = reader.features
    labelTexts = reader.labelTexts
    values = reader.values
  }

  /// The number of examples.
  public var count: Int { values.count / features }

  /// The distinct labels in the order of their class numbers.
  public var classNames: [String] {
    let distinct = Set(labelTexts)
    let numbers = distinct.compactMap(Double.init)
    return numbers.count == distinct.count
      ? distinct.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) } : distinct.sorted()
  }

  /// The table as a set of vectors `[features]`.
  ///
  /// - Parameter classNames: the classes in order, from the training file for a test file; nil: those of this file.
  /// - Throws: `DataError` where a label is not among `classNames`.
  public func dataset(name: String, classNames: [String]? = nil) throws -> Dataset {
    guard !labelTexts.isEmpty else {
      return try Dataset(name: name, shape: [features], floats: values, labels: nil, classes: 0)
    }
    let names = classNames ?? self.classNames
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices.map(Int32.init)))
    let labels = try labelTexts.enumerated().map { example, text in
      guard let number = numbers[text] else {
        throw DataError(
          .inconsistent,
          "\(path): the label '\(text)' of example \(example) does not occur in the training set, whose labels are"
            + " \(names.prefix(12).joined(separator: ", ")); correct the label or the training file")
      }
      return number
    }
    return try Dataset(name: name, shape: [features], floats: values, labels: labels, classes: names.count)
  }

  private static func text(of path: String) throws -> Substring {
    let remedy = "check the path, or set data.directory (--set data.directory=PATH)"
    let mapping = try FileMapping(path: path, remedy: remedy)
    guard mapping.bytes.count <= 1 << 32 else {
      throw DataError(
        .malformed,
        "\(path): \(mapping.bytes.count) bytes of text; at most 4 GiB are read, convert the file to IDX")
    }
    guard !mapping.bytes.contains(0) else {
      throw DataError(.malformed, "\(path): holds zero bytes, so it is no text; a CSV file was expected")
    }
    let text = withExtendedLifetime(mapping) { String(decoding: mapping.bytes, as: UTF8.self) }
    return text.first == "\u{FEFF}" ? text.dropFirst() : text[...]
  }
}
