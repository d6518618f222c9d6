import Crypto
import Foundation

/// A file that is read at given places.
struct InputFile: ~Copyable {
  /// Where it is.
  let path: String
  /// Its size in bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens a regular file to read.
  init(_ path: String) throws(CheckpointError) {
    // Without O_NONBLOCK a pipe of this name would make us wait for ever.
    let descriptor = try FileSystem.retrying("open", path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    var status = stat()
    let regular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    if !regular {
      close(descriptor)
      throw CheckpointError(.notAccessible, path: path, "cannot read \(path): it is not a regular file.")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// Fills `bytes` with what stands at `offset`.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = try FileSystem.retrying("read", path) {
        pread(descriptor, bytes.baseAddress! + done, min(bytes.count - done, 1 << 30), off_t(offset + done))
      }
      if count == 0 {
        throw .damaged(path, "it ends at byte \(offset + done), \(bytes.count - done) bytes too early")
      }
      done += count
    }
  }

  /// The `count` bytes at `offset`.
  func bytes(count: Int, at offset: Int) throws(CheckpointError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
    return bytes
  }

  /// The SHA-256 of the bytes from `start` to the end, in hexadecimal digits.
  func sha256(from start: Int = 0) throws(CheckpointError) -> String {
    var hash = SHA256()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    var offset = start
    while offset < size {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece.prefix(size - offset))
      try read(into: part, at: offset)
      hash.update(bufferPointer: UnsafeRawBufferPointer(part))
      offset += part.count
    }
    return hash.finalize().hexadecimal
  }

  /// The whole content of a small file.
  static func content(of path: String, limit: Int = 64 << 20) throws(CheckpointError) -> [UInt8] {
    let file = try InputFile(path)
    if file.size > limit {
      throw .damaged(path, "it has \(file.size) bytes where at most \(limit) are plausible")
    }
    return try file.bytes(count: file.size, at: 0)
  }
}
