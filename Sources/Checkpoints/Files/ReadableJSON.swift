import Foundation

/// JSON as this library writes it for people: sorted keys, one value a line, "nan" and "inf" as text.
enum ReadableJSON {
  /// The bytes of `value`, with a line's end.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  /// A decoder for what `encode` wrote.
  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  /// What a decoding error says, in one line.
  static func text(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return error.localizedDescription }
    let (context, what): (DecodingError.Context, String) =
      switch error {
      case .keyNotFound(let key, let context): (context, "the key \(key.stringValue) is missing")
      case .valueNotFound(_, let context), .dataCorrupted(let context): (context, context.debugDescription)
      case .typeMismatch(let type, let context): (context, "a value of type \(type) is wanted")
      @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
      }
    let place = context.codingPath.map { $0.stringValue }.joined(separator: ".")
    return place.isEmpty ? what : "\(place): \(what)"
  }
}
