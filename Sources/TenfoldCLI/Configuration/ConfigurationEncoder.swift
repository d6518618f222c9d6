import Networks

/// Encodes any `Encodable` type as a configuration; keys stand in the order in which the type encodes them.
///
/// What it encodes, `ConfigurationDecoder` decodes to an equal value. A type that encodes nothing becomes an empty map.
package struct ConfigurationEncoder: Sendable {
  /// An encoder.
  package init() {}

  /// `value` as a tree.
  ///
  /// - Throws: `ConfigurationError` with the path where a type refuses to be encoded.
  package func encode(_ value: some Encodable) throws(ConfigurationError) -> ConfigurationValue {
    let node = NodeEncoder(at: ConfigurationPath())
    do {
      try value.encode(to: node)
    } catch {
      throw ConfigurationError("cannot write the configuration: \(error)")
    }
    return node.value
  }
}

/// The encoder of one value of the tree: it holds what has been encoded so far.
final class NodeEncoder: Encoder {
  /// What has been encoded.
  enum Content {
    case nothing
    case scalar(ConfigurationValue.Content)
    case list([NodeEncoder])
    case map([(key: String, value: NodeEncoder)])
  }

  let path: ConfigurationPath
  var content = Content.nothing

  init(at path: ConfigurationPath) {
    self.path = path
  }

  var codingPath: [any CodingKey] { path.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The tree below this node.
  var value: ConfigurationValue {
    switch content {
    case .nothing: ConfigurationValue(.map([]))
    case .scalar(let scalar): ConfigurationValue(scalar)
    case .list(let nodes): ConfigurationValue(.list(nodes.map(\.value)))
    case .map(let entries): ConfigurationValue(.map(entries.map { .init($0.key, $0.value.value) }))
    }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .map = content {} else { content = .map([]) }
    return KeyedEncodingContainer(KeyedEncoding(node: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .list = content {} else { content = .list([]) }
    return UnkeyedEncoding(node: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleValueEncoding(node: self)
  }

  /// The child under `key`: a new one, in the place of an older one of that key.
  func child(_ key: String) -> NodeEncoder {
    let child = NodeEncoder(at: path.appending(key))
    guard case .map(var entries) = content else { preconditionFailure("a keyed container belongs to a map") }
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value = child
    } else {
      entries.append((key, child))
    }
    content = .map(entries)
    return child
  }

  /// A new child at the end of the list.
  func child() -> NodeEncoder {
    guard case .list(let nodes) = content else {
      preconditionFailure("an unkeyed container belongs to a list")
    }
    let child = NodeEncoder(at: path.appending(nodes.count))
    content = .list(nodes + [child])
    return child
  }

  /// Stores a whole number.
  func store(_ value: some FixedWidthInteger) {
    content = .scalar(Int(exactly: value).map { .int($0) } ?? .unsigned(UInt64(value)))
  }

  /// Stores a number in single precision by its shortest text: 0.1, not 0.10000000149.
  func store(_ value: Float) {
    content = .scalar(.double(Double(value.description) ?? Double(value)))
  }
}
