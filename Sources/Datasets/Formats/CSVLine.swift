/// Splits one line of a CSV file into fields.
enum CSVLine {
  /// The fields of `line`, without surrounding spaces and without quotes around a whole field.
  ///
  /// In a field that begins with `"`, delimiters are text and `""` stands for one quote (RFC 4180); a field may not run
  /// over several lines.
  ///
  /// - Returns: nil where a quote is not closed.
  static func fields(of line: Substring, delimiter: Character) -> [String]? {
    guard line.contains("\"") else {
      return line.split(separator: delimiter, omittingEmptySubsequences: false).map { unquoted(trimmed($0)) }
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
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  // Some files put class names into single quotes.
  private static func unquoted(_ text: Substring) -> String {
    guard text.count >= 2, text.first == "'", text.last == "'" else { return String(text) }
    return String(text.dropFirst().dropLast())
  }
}
