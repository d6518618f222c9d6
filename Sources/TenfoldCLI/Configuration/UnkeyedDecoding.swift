/// The list of one node, as `Codable` sees it. Records how many entries are taken.
struct UnkeyedDecoding: UnkeyedDecodingContainer {
  private let values: [ConfigurationValue]
  private let node: NodeDecoder
  private(set) var currentIndex = 0

  init(values: [ConfigurationValue], node: NodeDecoder) {
    self.values = values
    self.node = node
  }

  var codingPath: [any CodingKey] { node.codingPath }
  var count: Int? { values.count }
  var isAtEnd: Bool { currentIndex >= values.count }

  mutating func decodeNil() throws -> Bool {
    guard try peek().isNull else { return false }
    advance()
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try next { try NodeDecoder.decode(type, from: $0.value, at: $0.path) }
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try next { try $0.bool() } }
  mutating func decode(_ type: String.Type) throws -> String { try next { try $0.string() } }
  mutating func decode(_ type: Double.Type) throws -> Double { try next { try $0.double() } }
  mutating func decode(_ type: Float.Type) throws -> Float { try next { try $0.float() } }
  mutating func decode(_ type: Int.Type) throws -> Int { try next { try $0.integer(type) } }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next { try $0.integer(type) } }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next { try $0.integer(type) } }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next { try $0.integer(type) } }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next { try $0.integer(type) } }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next { try $0.integer(type) } }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next { try $0.integer(type) } }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next { try $0.integer(type) } }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next { try $0.integer(type) } }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next { try $0.integer(type) } }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try kept().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try kept().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    try kept()
  }

  /// Takes an entry; one that cannot be read stays.
  private mutating func next<T>(_ read: (NodeDecoder) throws -> T) throws -> T {
    let result = try read(try peek())
    advance()
    return result
  }

  private mutating func kept() throws -> NodeDecoder {
    let child = try peek()
    node.use.children.append(child)
    advance()
    return child
  }

  private func peek() throws -> NodeDecoder {
    guard !isAtEnd else {
      throw node.failure("the list has only \(values.count) entries, expected more")
    }
    return NodeDecoder(values[currentIndex], at: node.path.appending(currentIndex))
  }

  private mutating func advance() {
    currentIndex += 1
    node.use.entries = max(node.use.entries ?? 0, currentIndex)
  }
}
