import Crypto
import Foundation

/// A file that is hashed while it is written, straight from the caller's memory.
struct OutputFile: ~Copyable {
  /// Where it is.
  let path: String
  private var descriptor: Int32
  private var hash = SHA256()

  /// Creates the file; it must not exist.
  init(creating path: String) throws(CheckpointError) {
    self.path = path
    descriptor = try FileSystem.retrying("create", path) {
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Appends `bytes`.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes
    while !rest.isEmpty {
      // Piece by piece: the hash finds the piece that was just written in the cache.
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 20))
      let descriptor = self.descriptor
      #if canImport(Darwin)
        let written = try FileSystem.retrying("write", path) {
          Darwin.write(descriptor, piece.baseAddress, piece.count)
        }
      #else
        let written = try FileSystem.retrying("write", path) {
          Foundation.write(descriptor, piece.baseAddress, piece.count)
        }
      #endif
      if written == 0 { throw .system("write", path, code: ENOSPC) }
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece.prefix(written)))
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// Appends `bytes`.
  mutating func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Makes the file durable and closes it; returns the SHA-256 of what was written, in hexadecimal digits.
  mutating func finish() throws(CheckpointError) -> String {
    let descriptor = self.descriptor
    try FileSystem.retrying("sync", path) { fsync(descriptor) }
    self.descriptor = -1
    // Network file systems report a full disk here.
    if close(descriptor) != 0 && errno != EINTR { throw .system("close", path, code: errno) }
    return hash.finalize().hexadecimal
  }

  /// Replaces the file at `path` by `bytes`: written under another name, synced, renamed. Readers see all or nothing.
  static func replace(_ path: String, with bytes: [UInt8]) throws(CheckpointError) {
    let parent = FileSystem.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let temporary = "\(parent)/.\(name).\(FileSystem.uniqueSuffix()).partial"
    do throws(CheckpointError) {
      var file = try OutputFile(creating: temporary)
      try file.write(bytes)
      _ = try file.finish()
      try FileSystem.rename(temporary, to: path)
      try FileSystem.synchronizeDirectory(parent)
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
  }
}

extension Sequence<UInt8> {
  /// Two lowercase digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
