/// A map under construction, as `Codable` sees it.
struct KeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: NodeEncoder

  var codingPath: [any CodingKey] { node.codingPath }

  func encodeNil(forKey key: Key) { child(key).content = .scalar(.null) }
  func encode(_ value: some Encodable, forKey key: Key) throws { try value.encode(to: child(key)) }
  func encode(_ value: Bool, forKey key: Key) { child(key).content = .scalar(.bool(value)) }
  func encode(_ value: String, forKey key: Key) { child(key).content = .scalar(.string(value)) }
  func encode(_ value: Double, forKey key: Key) { child(key).content = .scalar(.double(value)) }
  func encode(_ value: Float, forKey key: Key) { child(key).store(value) }
  func encode(_ value: Int, forKey key: Key) { child(key).store(value) }
  func encode(_ value: Int8, forKey key: Key) { child(key).store(value) }
  func encode(_ value: Int16, forKey key: Key) { child(key).store(value) }
  func encode(_ value: Int32, forKey key: Key) { child(key).store(value) }
  func encode(_ value: Int64, forKey key: Key) { child(key).store(value) }
  func encode(_ value: UInt, forKey key: Key) { child(key).store(value) }
  func encode(_ value: UInt8, forKey key: Key) { child(key).store(value) }
  func encode(_ value: UInt16, forKey key: Key) { child(key).store(value) }
  func encode(_ value: UInt32, forKey key: Key) { child(key).store(value) }
  func encode(_ value: UInt64, forKey key: Key) { child(key).store(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    child(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    child(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { node.child("super") }
  func superEncoder(forKey key: Key) -> any Encoder { child(key) }

  private func child(_ key: Key) -> NodeEncoder { node.child(key.stringValue) }
}

/// A list under construction, as `Codable` sees it.
struct UnkeyedEncoding: UnkeyedEncodingContainer {
  let node: NodeEncoder

  var codingPath: [any CodingKey] { node.codingPath }

  var count: Int {
    guard case .list(let nodes) = node.content else { return 0 }
    return nodes.count
  }

  func encodeNil() { node.child().content = .scalar(.null) }
  func encode(_ value: some Encodable) throws { try value.encode(to: node.child()) }
  func encode(_ value: Bool) { node.child().content = .scalar(.bool(value)) }
  func encode(_ value: String) { node.child().content = .scalar(.string(value)) }
  func encode(_ value: Double) { node.child().content = .scalar(.double(value)) }
  func encode(_ value: Float) { node.child().store(value) }
  func encode(_ value: Int) { node.child().store(value) }
  func encode(_ value: Int8) { node.child().store(value) }
  func encode(_ value: Int16) { node.child().store(value) }
  func encode(_ value: Int32) { node.child().store(value) }
  func encode(_ value: Int64) { node.child().store(value) }
  func encode(_ value: UInt) { node.child().store(value) }
  func encode(_ value: UInt8) { node.child().store(value) }
  func encode(_ value: UInt16) { node.child().store(value) }
  func encode(_ value: UInt32) { node.child().store(value) }
  func encode(_ value: UInt64) { node.child().store(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    node.child().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { node.child().unkeyedContainer() }
  func superEncoder() -> any Encoder { node.child() }
}

/// One value, as `Codable` sees it.
struct SingleValueEncoding: SingleValueEncodingContainer {
  let node: NodeEncoder

  var codingPath: [any CodingKey] { node.codingPath }

  func encodeNil() { node.content = .scalar(.null) }
  func encode(_ value: some Encodable) throws { try value.encode(to: node) }
  func encode(_ value: Bool) { node.content = .scalar(.bool(value)) }
  func encode(_ value: String) { node.content = .scalar(.string(value)) }
  func encode(_ value: Double) { node.content = .scalar(.double(value)) }
  func encode(_ value: Float) { node.store(value) }
  func encode(_ value: Int) { node.store(value) }
  func encode(_ value: Int8) { node.store(value) }
  func encode(_ value: Int16) { node.store(value) }
  func encode(_ value: Int32) { node.store(value) }
  func encode(_ value: Int64) { node.store(value) }
  func encode(_ value: UInt) { node.store(value) }
  func encode(_ value: UInt8) { node.store(value) }
  func encode(_ value: UInt16) { node.store(value) }
  func encode(_ value: UInt32) { node.store(value) }
  func encode(_ value: UInt64) { node.store(value) }
}
