/// The head of an IDX file, the format of MNIST: two zero bytes, a type code, the number of dimensions, then each
/// dimension as a big-endian 32-bit number; the values follow in big-endian order, last dimension fastest.
struct IDXHeader: Hashable {
  /// The type codes of the format. We read `ubyte` and `float` values, and `ubyte` and `int` labels.
  enum ElementType: UInt8 {
    case ubyte = 0x08
    case sbyte = 0x09
    case short = 0x0B
    case int = 0x0C
    case float = 0x0D
    case double = 0x0E

    var size: Int {
      switch self {
      case .ubyte, .sbyte: 1
      case .short: 2
      case .int, .float: 4
      case .double: 8
      }
    }

    /// All codes, for error texts.
    static let list =
      "0x08 unsigned byte, 0x09 signed byte, 0x0B 16-bit, 0x0C 32-bit, 0x0D float, 0x0E double"
  }

  /// More dimensions than any data set needs; a larger number is a damaged file.
  static let maximumDimensions = 8
  /// The longest head.
  static let maximumLength = 4 + 4 * maximumDimensions

  let type: ElementType
  let dimensions: [Int]
  /// The number of values: the product of the dimensions.
  let count: Int

  /// The bytes before the first value.
  var length: Int { 4 + 4 * dimensions.count }
  /// The bytes of all values.
  var payload: Int { count * type.size }
  /// The size that the file must have.
  var fileSize: Int { length + payload }

  /// Reads the head from the first bytes of a file.
  ///
  /// - Throws: `DataError` where the magic number is wrong, the head is truncated, a dimension is zero beyond the first
  ///   or the product of the dimensions overflows.
  init(parsing bytes: UnsafeRawBufferPointer, path: String) throws {
    guard bytes.count >= 4 else {
      throw DataError(
        .malformed,
        "\(path): only \(bytes.count) bytes, an IDX file starts with a head of at least 4; fetch the file again"
      )
    }
    guard bytes[0] == 0, bytes[1] == 0, let type = ElementType(rawValue: bytes[2]) else {
      let magic = (0..<4).map { Self.hexadecimal(bytes[$0]) }.joined(separator: " ")
      throw DataError(
        .malformed,
        "\(path): starts with the bytes \(magic); an IDX file starts with 00 00 and a type code"
          + " (\(ElementType.list)); is this another kind of file?")
    }
    let rank = Int(bytes[3])
    guard (1...Self.maximumDimensions).contains(rank) else {
      throw DataError(
        .malformed,
        "\(path): claims \(rank) dimensions; 1 to \(Self.maximumDimensions) are allowed; the file is damaged")
    }
    guard bytes.count >= 4 + 4 * rank else {
      throw DataError(
        .malformed,
        "\(path): \(bytes.count) bytes end inside the head of \(4 + 4 * rank) bytes; the file is truncated, fetch it again"
      )
    }
    let dimensions = (0..<rank).map {
      Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self)))
    }
    var size = type.size
    for dimension in dimensions {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int.max / 2 else {
        throw DataError(
          .malformed,
          "\(path): claims \(Self.text(dimensions)) values, more than can be addressed; the head is damaged")
      }
      size = product
    }
    if let zero = dimensions.dropFirst().firstIndex(of: 0) {
      throw DataError(
        .malformed, "\(path): dimension \(zero) of \(Self.text(dimensions)) is 0; examples must hold values")
    }
    self.type = type
    self.dimensions = dimensions
    count = size / type.size
  }

  /// A head to write.
  init(type: ElementType, dimensions: [Int]) {
    precondition((1...Self.maximumDimensions).contains(dimensions.count))
    self.type = type
    self.dimensions = dimensions
    count = dimensions.reduce(1, *)
  }

  /// The head as bytes.
  var bytes: [UInt8] {
    [0, 0, type.rawValue, UInt8(dimensions.count)]
      + dimensions.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
  }

  /// `60000x28x28`.
  var description: String { Self.text(dimensions) }

  private static func text(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: "x")
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
