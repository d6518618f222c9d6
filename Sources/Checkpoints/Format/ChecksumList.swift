/// The SHA-256 of each file of a checkpoint, in the format that `sha256sum -c` reads.
struct ChecksumList: Sendable, Hashable {
  /// The name of the file.
  static let fileName = "SHA256SUMS"
  /// Hexadecimal digits by file name.
  var hashes: [String: String] = [:]

  /// One line a file, sorted by name: 64 digits, two blanks, the name.
  var text: String {
    hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
  }

  init() {}

  /// The list that `bytes` hold, which must be written exactly as `text` writes it.
  init(_ bytes: [UInt8], path: String) throws(CheckpointError) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    for line in lines {
      let hash = String(decoding: line.prefix(64), as: UTF8.self)
      let name = String(decoding: line.dropFirst(66), as: UTF8.self)
      let isHash =
        hash.utf8.count == 64
        && hash.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      guard isHash, FileSystem.isPlainName(name), hashes.updateValue(hash, forKey: name) == nil else {
        throw .damaged(path, "a line is not a SHA-256, two blanks and a new file name")
      }
    }
    guard !hashes.isEmpty, Array(text.utf8) == bytes else {
      throw .damaged(path, "it is not a sorted list of SHA-256 sums")
    }
  }
}
