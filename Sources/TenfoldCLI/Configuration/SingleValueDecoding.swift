/// One node as a whole, as `Codable` sees it.
struct SingleValueDecoding: SingleValueDecodingContainer {
  let node: NodeDecoder

  var codingPath: [any CodingKey] { node.codingPath }

  func decodeNil() -> Bool {
    node.isNull
  }

  /// Decodes another type from the same node. Keys that it asks for count for both; a type that fails has asked for
  /// nothing, so that `try?` can choose between types.
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let before = node.use
    do {
      return try T(from: node)
    } catch {
      let failure = DecodingFailure(wrapping: error, node: node, type: type)
      node.use = before
      throw failure
    }
  }

  func decode(_ type: Bool.Type) throws -> Bool { try node.bool() }
  func decode(_ type: String.Type) throws -> String { try node.string() }
  func decode(_ type: Double.Type) throws -> Double { try node.double() }
  func decode(_ type: Float.Type) throws -> Float { try node.float() }
  func decode(_ type: Int.Type) throws -> Int { try node.integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try node.integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try node.integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try node.integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try node.integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try node.integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try node.integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try node.integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try node.integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try node.integer(type) }
}
