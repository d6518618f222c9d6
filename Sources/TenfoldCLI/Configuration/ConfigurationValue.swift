/// A configuration as a tree that remembers where each of its values was written.
///
/// Maps keep their keys in the order of the file. Two values are equal where their contents are, wherever they stand.
package struct ConfigurationValue: Sendable {
  /// What a value is.
  package indirect enum Content: Sendable, Equatable {
    /// Nothing: `null`, `~`, or an empty place.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case int(Int)
    /// A whole number above `Int.max`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent, or an infinity.
    case double(Double)
    /// Text.
    case string(String)
    /// Values in order.
    case list([ConfigurationValue])
    /// Values by key, in the order of the file; keys are unique.
    case map([Entry])
  }

  /// One key of a map with its value.
  package struct Entry: Sendable, Equatable {
    /// The key.
    package let key: String
    /// Where the key stands.
    package let position: SourcePosition?
    /// The value.
    package var value: ConfigurationValue

    /// An entry.
    package init(_ key: String, _ value: ConfigurationValue, position: SourcePosition? = nil) {
      self.key = key
      self.value = value
      self.position = position ?? value.position
    }

    package static func == (left: Entry, right: Entry) -> Bool {
      left.key == right.key && left.value == right.value
    }
  }

  /// What the value is.
  package var content: Content
  /// Where it stands; nil where it was made by the program.
  package var position: SourcePosition?
  /// A scalar's text as it was written without quotes; nil for everything else.
  package var literal: String?

  /// A value.
  package init(_ content: Content, position: SourcePosition? = nil, literal: String? = nil) {
    self.content = content
    self.position = position
    self.literal = literal
  }

  /// The value under `key`; nil where this is no map, or the key is missing.
  package subscript(key: String) -> ConfigurationValue? {
    guard case .map(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The value at `index`; nil where this is no list, or the list is shorter.
  package subscript(index: Int) -> ConfigurationValue? {
    guard case .list(let values) = content, values.indices.contains(index) else { return nil }
    return values[index]
  }

  /// The value at the end of `path`; nil where a step of it is missing.
  package subscript(path: ConfigurationPath) -> ConfigurationValue? {
    var value = self
    for component in path.components {
      let next =
        switch component {
        case .key(let key): value[key]
        case .index(let index): value[index]
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  /// The keys of a map in order; empty for everything else.
  package var keys: [String] {
    guard case .map(let entries) = content else { return [] }
    return entries.map(\.key)
  }

  /// What was found, in words: `the text «abc»`, `a list of 3`.
  package var summary: String {
    switch content {
    case .null: "nothing (null)"
    case .bool(let value): "\(value)"
    case .int(let value): "the integer \(value)"
    case .unsigned(let value): "the integer \(value)"
    case .double(let value): "the number \(ConfigurationScalar.text(of: value))"
    case .string(let text): "the text \(text.quoted)"
    case .list(let values): values.isEmpty ? "an empty list" : "a list of \(values.count)"
    case .map(let entries):
      entries.isEmpty
        ? "an empty map"
        : "a map with the keys " + entries.prefix(6).map(\.key.printable).joined(separator: ", ")
          + (entries.count > 6 ? ", ..." : "")
    }
  }
}

extension ConfigurationValue: Equatable {
  /// Equal contents; positions do not count.
  package static func == (left: ConfigurationValue, right: ConfigurationValue) -> Bool {
    left.content == right.content
  }
}
