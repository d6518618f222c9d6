import Foundation
import Networks

/// Reads the text of a configuration, and refuses what cannot be one.
enum ConfigurationFile {
  /// The largest file that is read, in bytes.
  static let maximumBytes = 1 << 20

  /// The text of the file at `path`: UTF-8, at most 1 MiB, without a byte order mark.
  ///
  /// - Throws: `ConfigurationError` for a missing file, a directory, a file that may not be read, that is empty, too
  ///   large, or not UTF-8.
  static func text(at path: String) throws -> String {
    let bytes = try read(path)
    guard bytes.count <= maximumBytes else {
      throw ConfigurationError(
        "\(path.printable(limit: 1000)) is larger than 1 MiB: that is no configuration. Give the YAML file of a run, as in Configs/"
      )
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(
        "\(path.printable(limit: 1000)), line \(lineOfFirstError(in: bytes)): this is not UTF-8 text. Save the configuration as UTF-8"
      )
    }
    return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw missing(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw missing(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw ConfigurationError(
        "\(path.printable(limit: 1000)) is a directory, not a configuration. Give the YAML file of a run")
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= maximumBytes {
      let count = chunk.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw missing(path, errno) }
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  private static func missing(_ path: String, _ code: Int32) -> ConfigurationError {
    let reason = String(cString: strerror(code))
    guard code == ENOENT else {
      return ConfigurationError("cannot read the configuration \(path.printable(limit: 1000)): \(reason)")
    }
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let question = Suggestion.question(for: url.lastPathComponent, among: names.sorted())
    return ConfigurationError("there is no configuration \(path.printable(limit: 1000))\(question)")
  }

  /// The line of the first byte that is not UTF-8, from 1.
  private static func lineOfFirstError(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var line = 1
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      if scalar == "\n" { line += 1 }
    }
    return line
  }
}
