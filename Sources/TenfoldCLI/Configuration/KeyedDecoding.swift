/// The map of one node, as `Codable` sees it. Records every key that is asked for.
struct KeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let values: [String: ConfigurationValue]
  private let keys: [String]
  private let node: NodeDecoder

  init(entries: [ConfigurationValue.Entry], node: NodeDecoder) {
    values = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
    keys = entries.map(\.key)
    self.node = node
    if let type = Key.self as? any CaseIterable.Type { node.use.declared += Self.names(of: type) }
  }

  private static func names(of type: (some CaseIterable).Type) -> [String] {
    type.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
  }

  var codingPath: [any CodingKey] { node.codingPath }

  /// The keys that `Key` knows, in the order of the file. Looking is not asking.
  var allKeys: [Key] {
    keys.compactMap { name in
      let key = Key(stringValue: name)
      if key == nil { node.use.refused.append(name) }
      return key
    }
  }

  func contains(_ key: Key) -> Bool {
    node.use.ask(key.stringValue)
    return values[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    try child(key).isNull
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    let child = try child(key)
    return try NodeDecoder.decode(type, from: child.value, at: child.path)
  }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try child(key).bool() }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try child(key).string() }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try child(key).double() }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try child(key).float() }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try child(key).integer(type) }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try child(key).integer(type) }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try child(key).integer(type) }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try child(key).integer(type) }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try child(key).integer(type) }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try child(key).integer(type) }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try child(key).integer(type) }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try child(key).integer(type) }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try child(key).integer(type) }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try child(key).integer(type) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try kept(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try kept(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    let child = try child(named: "super")
    node.use.children.append(child)
    return child
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    try kept(key)
  }

  private func child(_ key: Key) throws -> NodeDecoder {
    try child(named: key.stringValue)
  }

  private func child(named name: String) throws -> NodeDecoder {
    guard let value = values[name] else { throw node.missing(name) }
    node.use.ask(name)
    return NodeDecoder(value, at: node.path.appending(name))
  }

  /// A child whose leftovers are refused together with those of this node.
  private func kept(_ key: Key) throws -> NodeDecoder {
    let child = try child(key)
    node.use.children.append(child)
    return child
  }
}
