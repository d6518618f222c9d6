/// The values of a config in block-style YAML, by their paths.
struct ConfigurationText {
  /// The paths in the order of the text.
  private(set) var paths: [String] = []
  /// The value of each path.
  private(set) var values: [String: String] = [:]
  /// What the current line lies in: the column, twice, plus one for an item of a list; and the path.
  private var levels: [(depth: Int, path: String)] = []
  private var itemCounts: [String: Int] = [:]

  init(_ text: String) {
    for line in text.split(whereSeparator: { $0.isNewline }) {
      let content = Self.withoutComment(line)
      let indentation = content.prefix { $0 == " " }.count
      let rest = content.dropFirst(indentation)
      if !rest.isEmpty && rest != "---" { add(rest, column: indentation) }
    }
  }

  private mutating func add(_ content: Substring, column: Int) {
    if content == "-" || content.hasPrefix("- ") {
      leave(depth: column * 2 + 1)
      let list = levels.last?.path ?? ""
      let number = itemCounts[list, default: 0]
      itemCounts[list] = number + 1
      let path = "\(list)[\(number)]"
      values[list] = nil
      paths.removeAll { $0 == list }
      levels.append((column * 2 + 1, path))
      let rest = content.dropFirst().drop { $0 == " " }
      set(path, "")
      if !rest.isEmpty { add(rest, column: column + content.count - rest.count) }
    } else if let colon = Self.colon(in: content) {
      leave(depth: column * 2)
      let parent = levels.last?.path
      if let parent {
        values[parent] = nil
        paths.removeAll { $0 == parent }
      }
      let key = Self.unquoted(content[..<colon])
      let path = parent.map { "\($0).\(key)" } ?? key
      levels.append((column * 2, path))
      set(path, String(content[content.index(after: colon)...].drop { $0 == " " }))
    } else {
      let path = levels.last?.path ?? ""
      let before = values[path] ?? ""
      set(path, before.isEmpty ? String(content) : "\(before) \(content)")
    }
  }

  private mutating func leave(depth: Int) {
    while let last = levels.last, last.depth >= depth { levels.removeLast() }
  }

  private mutating func set(_ path: String, _ value: String) {
    if values.updateValue(value, forKey: path) == nil { paths.append(path) }
  }

  /// The colon that ends a key: outside of quotation marks, before a blank or at the end.
  private static func colon(in text: Substring) -> Substring.Index? {
    firstIndex(in: text) { index in
      let next = text.index(after: index)
      return text[index] == ":" && (next == text.endIndex || text[next] == " ")
    }
  }

  /// The text before a `#` that begins a comment, without blanks at its end.
  private static func withoutComment(_ line: Substring) -> Substring {
    let end = firstIndex(in: line) { index in
      line[index] == "#" && (index == line.startIndex || line[line.index(before: index)] == " ")
    }
    var content = line[..<(end ?? line.endIndex)]
    while content.last == " " { content.removeLast() }
    return content
  }

  /// The first place outside of quotation marks where `condition` holds.
  private static func firstIndex(
    in text: Substring, where condition: (Substring.Index) -> Bool
  ) -> Substring.Index? {
    var quotation: Character?
    for index in text.indices {
      let character = text[index]
      if let mark = quotation {
        if character == mark { quotation = nil }
      } else if condition(index) {
        return index
      } else if character == "\"" || character == "'" {
        quotation = character
      }
    }
    return nil
  }

  private static func unquoted(_ key: Substring) -> String {
    guard key.count >= 2, let mark = key.first, mark == key.last, mark == "\"" || mark == "'" else {
      return String(key)
    }
    return String(key.dropFirst().dropLast())
  }
}
