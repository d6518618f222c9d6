/// Reads the JSON of a safetensors header, and nothing else: hostile text ends in an error, never in a trap.
///
/// A general JSON parser would not do: it keeps one of two equal names and says nothing.
struct HeaderParser {
  /// What was wrong, and where.
  struct Failure: Error {
    let text: String
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// One tensor as the header gives it, with nothing checked.
  struct RawEntry {
    var name: String
    var type: String?
    var extents: [Int]?
    var offsets: [Int]?
  }

  /// The tensors in the order of the text, and the metadata.
  mutating func parse() throws(Failure) -> (entries: [RawEntry], metadata: [String: String]) {
    var entries: [RawEntry] = []
    var metadata: [String: String] = [:]
    var names: Set<String> = []
    guard bytes.first == UInt8(ascii: "{") else { throw failure("the header does not begin with '{'") }
    try object { (parser, name) throws(Failure) in
      guard names.insert(name).inserted else {
        throw parser.failure("the name \"\(name)\" stands there twice")
      }
      if name == "__metadata__" {
        try parser.object { (parser, key) throws(Failure) in
          guard metadata.updateValue(try parser.string(), forKey: key) == nil else {
            throw parser.failure("the key \"\(key)\" of the metadata stands there twice")
          }
        }
      } else {
        entries.append(try parser.entry(name))
      }
    }
    skipBlanks()
    guard position == bytes.count else { throw failure("something follows the closing '}'") }
    return (entries, metadata)
  }

  private mutating func entry(_ name: String) throws(Failure) -> RawEntry {
    var entry = RawEntry(name: name)
    try object { (parser, key) throws(Failure) in
      switch key {
      case "dtype" where entry.type == nil: entry.type = try parser.string()
      case "shape" where entry.extents == nil: entry.extents = try parser.numbers()
      case "data_offsets" where entry.offsets == nil: entry.offsets = try parser.numbers()
      default:
        throw parser.failure("tensor \"\(name)\" has the key \"\(key)\", unknown or for the second time")
      }
    }
    return entry
  }

  private mutating func object(
    _ value: (inout HeaderParser, String) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(&self, key)
    } while accept(",")
    try expect("}")
  }

  private mutating func numbers() throws(Failure) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if accept("]") { return numbers }
    repeat { numbers.append(try number()) } while accept(",")
    try expect("]")
    return numbers
  }

  private mutating func number() throws(Failure) -> Int {
    skipBlanks()
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    let digits = bytes[start..<position]
    guard !digits.isEmpty, digits.count == 1 || digits.first != 0x30,
      let number = Int(String(decoding: digits, as: UTF8.self))
    else { throw failure("a whole number from 0 to 2^63 - 1 is wanted") }
    return number
  }

  private mutating func string() throws(Failure) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("text is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw failure("a control character stands in text")
      default: text.append(byte)
      }
    }
    throw failure("text does not end")
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    guard position < bytes.count else { throw failure("text does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: Array("\\u".utf8)) {
        position += 2
        units.append(try codeUnit())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw failure("half a surrogate pair")
      }
      return Array(text.utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func codeUnit() throws(Failure) -> UInt16 {
    guard position + 4 <= bytes.count else { throw failure("text does not end") }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("four hexadecimal digits are wanted") }
    position += 4
    return unit
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    if !accept(character) { throw failure("'\(character)' is wanted") }
  }

  private func failure(_ text: String) -> Failure {
    Failure(text: "\(text), at byte \(position) of the header")
  }
}
