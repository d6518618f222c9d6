import Networks

/// Decodes any `Decodable` type from a configuration, strictly.
///
/// Every key, entry and digit must be used: unknown keys, surplus entries of a list and numbers that do not fit are
/// errors that say file, line, path, what was found and what is allowed. A key counts as known once the type has asked
/// for it (`decode`, `decodeIfPresent`, `contains`, a nested container); `allKeys` only looks.
///
/// Types describe themselves by ordinary `Codable`: synthesized or by hand, enumerations as strings. What a type
/// throws from its `init(from:)` reaches the user with path and line in front.
package struct ConfigurationDecoder: Sendable {
  /// A decoder.
  package init() {}

  /// A `T` out of `tree`.
  ///
  /// - Throws: `ConfigurationError`: file and line, path, what was found, what is allowed.
  package func decode<T: Decodable>(
    _ type: T.Type, from tree: ConfigurationValue
  ) throws(ConfigurationError) -> T {
    do {
      return try NodeDecoder.decode(type, from: tree, at: ConfigurationPath())
    } catch {
      throw ConfigurationError("\(error)")
    }
  }
}

/// The decoder of one value of the tree. It records what its type asks for, and refuses what is left over.
final class NodeDecoder: Decoder {
  let value: ConfigurationValue
  let path: ConfigurationPath
  /// What the type has used of this value so far.
  var use = Use()

  /// What a type has used of a value.
  struct Use {
    /// The keys that it asked for, in order.
    private(set) var asked: [String] = []
    private var askedKeys: Set<String> = []
    /// The keys that its coding keys list, where they are `CaseIterable`.
    var declared: [String] = []
    /// Keys of the map that its coding keys refused.
    var refused: [String] = []
    /// The number of list entries that it took; nil before it asked for a list.
    var entries: Int?
    /// True once it asked for keys.
    var isKeyed = false
    /// True once it took the value as a whole.
    var isTaken = false
    /// Nested containers: checked together with this value.
    var children: [NodeDecoder] = []

    /// Notes that the type asked for `key`.
    mutating func ask(_ key: String) {
      if askedKeys.insert(key).inserted { asked.append(key) }
    }

    /// True where the type asked for `key`.
    func hasAsked(_ key: String) -> Bool { askedKeys.contains(key) }
  }

  init(_ value: ConfigurationValue, at path: ConfigurationPath) {
    self.value = value
    self.path = path
  }

  var codingPath: [any CodingKey] { path.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// A `T` out of `value`, with nothing left over.
  static func decode<T: Decodable>(
    _ type: T.Type, from value: ConfigurationValue, at path: ConfigurationPath
  ) throws(DecodingFailure) -> T {
    let node = NodeDecoder(value, at: path)
    do {
      let result = try T(from: node)
      try node.refuseLeftovers()
      return result
    } catch {
      throw DecodingFailure(wrapping: error, node: node, type: type)
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .map(let entries) = value.content else { throw mismatch(expected: "a map (key: value)") }
    use.isKeyed = true
    return KeyedDecodingContainer(KeyedDecoding(entries: entries, node: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let values) = value.content else { throw mismatch(expected: "a list ([a, b, ...])") }
    use.entries = use.entries ?? 0
    return UnkeyedDecoding(values: values, node: self)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SingleValueDecoding(node: self)
  }

  /// A failure at this value.
  func failure(_ text: String) -> DecodingFailure {
    DecodingFailure(path: path, position: value.position, text: text)
  }

  /// The failure of finding something else than `expected`.
  func mismatch(expected: String, hint: String = "") -> DecodingFailure {
    failure("found \(value.summary), expected \(expected)\(hint)")
  }
}
