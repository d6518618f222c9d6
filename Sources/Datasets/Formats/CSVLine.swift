/// Splits one line of a CSV file into fields.
enum CSVLine {
  /// The fields of `line`, without surrounding spaces and without quotes around a whole field.
  ///
  /// In a field that begins with `"`, delimiters are text and `""` stands for one quote (RFC 4180); a field may not run
  /// over several lines.
  ///
  /// - Returns: nil where a quote is not closed.
  static func fields(of line: Substring, delimiter: Character) -> [String]? {
    guard line.utf8.contains(UInt8(ascii: "\"")) else {
      guard let byte = delimiter.asciiValue else {
        return line.split(separator: delimiter, omittingEmptySubsequences: false).map {
          unquoted(trimmed($0))
        }
      }
      return line.utf8.split(separator: byte, omittingEmptySubsequences: false).map {
        unquoted(trimmed(Substring($0)))
      }
    }
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var rest = line[...]
    while let character = rest.popFirst() {
      switch (character, isQuoted) {
      case ("\"", true) where rest.first == "\"":
        field.append("\"")
        rest.removeFirst()
      case ("\"", _):
        isQuoted.toggle()
      case (delimiter, false):
        fields.append(unquoted(trimmed(field[...])))
        field = ""
      default:
        field.append(character)
      }
    }
    guard !isQuoted else { return nil }
    return fields + [unquoted(trimmed(field[...]))]
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var bytes = text.utf8
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return Substring(bytes)
  }

  /// Whether a byte is a space, a tab or the carriage return that some systems put before the end of a line.
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  // Some files put class names into single quotes.
  private static func unquoted(_ text: Substring) -> String {
    let quote = UInt8(ascii: "'")
    guard text.utf8.count >= 2, text.utf8.first == quote, text.utf8.last == quote else { return String(text) }
    return String(text.dropFirst().dropLast())
  }
}
