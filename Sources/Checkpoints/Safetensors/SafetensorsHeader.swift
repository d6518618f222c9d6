/// One tensor in a file of the safetensors format.
public struct TensorEntry: Sendable, Hashable {
  /// The name, unique in its file.
  public let name: String
  /// The type of the elements.
  public let type: ElementType
  /// The extents, outermost first; none for a single value.
  public let extents: [Int]
  /// Where its bytes stand, counted from the end of the header.
  public let range: Range<Int>

  /// The number of elements.
  public var count: Int { range.count / type.size }
}

/// The header of a file of the safetensors format: eight bytes of length, little endian, then JSON.
///
/// ```
/// {"__metadata__":{"key":"text"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}
/// ```
/// See https://github.com/huggingface/safetensors.
public struct SafetensorsHeader: Sendable, Hashable {
  /// The tensors, in the order of their bytes.
  public let entries: [TensorEntry]
  /// Free text by key.
  public let metadata: [String: String]
  /// The number of bytes before the data: eight and the JSON.
  public let length: Int

  /// The longest JSON that is read: the same bound as in the public implementation.
  static let maximumLength = 100_000_000

  /// The number of bytes of all tensors.
  public var dataLength: Int { entries.last?.range.upperBound ?? 0 }

  /// The header for `tensors`: those of wide elements first, so that every one is aligned; otherwise in their order.
  init(_ tensors: [NamedTensor], metadata: [String: String] = [:]) {
    var entries: [TensorEntry] = []
    var end = 0
    for tensor in Self.inFileOrder(tensors) {
      entries.append(
        TensorEntry(
          name: tensor.name, type: tensor.type, extents: tensor.extents, range: end..<end + tensor.bytes.count
        ))
      end += tensor.bytes.count
    }
    self.entries = entries
    self.metadata = metadata
    length = Self.encode(entries, metadata).count
  }

  /// The tensors in the order in which they stand in a file: a stable sort by falling size of the elements.
  static func inFileOrder(_ tensors: [NamedTensor]) -> [NamedTensor] {
    [8, 4, 1].flatMap { size in tensors.filter { $0.type.size == size } }
  }

  /// The header as bytes, filled with blanks to a multiple of eight.
  func encoded() -> [UInt8] { Self.encode(entries, metadata) }

  private static func encode(_ entries: [TensorEntry], _ metadata: [String: String]) -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    for entry in entries {
      let extents = entry.extents.map(String.init).joined(separator: ",")
      parts.append(
        "\(JSONText.quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}")
    }
    var json = Array("{\(parts.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }
}
