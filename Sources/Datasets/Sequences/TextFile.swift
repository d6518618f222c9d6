/// A text file in UTF-8, as code points.
struct TextFile {
  /// The file.
  let path: String
  /// Its code points, in order; a byte-order mark at the beginning is left out.
  let scalars: [Unicode.Scalar]
  /// The bytes of the byte-order mark.
  private let skipped: Int

  /// Reads the file at `path`.
  ///
  /// - Throws: `DataError` where the file is missing, empty, binary, or no UTF-8; with the position of the first byte that
  ///   is wrong.
  init(path: String) throws {
    let mapping = try FileMapping(
      path: path, remedy: "check the path, or set data.directory (--set data.directory=PATH)")
    guard !mapping.bytes.isEmpty else {
      throw DataError(.malformed, "\(path): is empty; a text was expected")
    }
    guard mapping.bytes.count <= 1 << 30 else {
      throw DataError(
        .malformed, "\(path): \(mapping.bytes.count) bytes of text; at most 1 GiB is read, divide the file")
    }
    let read = try withExtendedLifetime(mapping) { try Self.scalars(of: mapping.bytes, path: path) }
    let hasMark = read.first == "\u{FEFF}"
    self.path = path
    scalars = hasMark ? Array(read.dropFirst()) : read
    skipped = hasMark ? 3 : 0
    guard !scalars.isEmpty else {
      throw DataError(.malformed, "\(path): holds nothing but a byte-order mark; a text was expected")
    }
  }

  private static func scalars(of bytes: UnsafeRawBufferPointer, path: String) throws -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(bytes.count)
    var parser = Unicode.UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &input) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        guard scalar != "\0" else {
          throw DataError(
            .malformed, "\(path): byte \(position) is zero, so it is no text; a UTF-8 text was expected")
        }
        scalars.append(scalar)
        position += encoded.count
      case .emptyInput:
        return scalars
      case .error:
        throw DataError(
          .malformed,
          "\(path): byte \(position) (0x\(String(bytes[position], radix: 16))) begins no UTF-8 character; convert the"
            + " file, for example with: iconv -f LATIN1 -t UTF-8")
      }
    }
  }

  /// The byte of the file at which code point `index` begins.
  func byte(of index: Int) -> Int {
    scalars[..<index].reduce(skipped) { $0 + UTF8.width($1) }
  }
}
