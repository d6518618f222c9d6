import CZlib

/// Inflates gzip bytes piece by piece, never more than was asked for.
final class GzipStream {
  /// The most that deflate can shrink, by its format.
  static let maximumRatio = 1032

  private var stream = z_stream()
  private let input: UnsafeRawBufferPointer
  private var position = 0
  private var ended = false
  private let path: String

  /// A stream over `input`, which the caller keeps.
  init(_ input: UnsafeRawBufferPointer, path: String) throws {
    self.input = input
    self.path = path
    // 15: the largest window; 16: gzip's head and check sum.
    let status = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw DataError(.unreadable, "\(path): zlib cannot start (\(status))") }
  }

  deinit {
    inflateEnd(&stream)
  }

  /// Fills `output` as far as the stream goes.
  ///
  /// - Returns: the bytes written; fewer than asked for only at the end of the stream.
  /// - Throws: `DataError` where the compressed bytes are damaged or end too early.
  func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    var written = 0
    while written < output.count {
      if ended, try !beginNextMember() { break }
      let room = min(output.count - written, 1 << 30)
      let piece = min(input.count - position, 1 << 30)
      let source = input.baseAddress! + position
      stream.next_in = UnsafeMutablePointer(mutating: source.assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(piece)
      stream.next_out = (output.baseAddress! + written).assumingMemoryBound(to: UInt8.self)
      stream.avail_out = UInt32(room)
      let status = inflate(&stream, Z_NO_FLUSH)
      let consumed = piece - Int(stream.avail_in)
      let produced = room - Int(stream.avail_out)
      position += consumed
      written += produced
      switch status {
      case Z_STREAM_END:
        ended = true
      case Z_OK where consumed > 0 || produced > 0:
        break
      case Z_OK, Z_BUF_ERROR:
        throw DataError(
          .malformed,
          "\(path): the compressed data ends after \(input.count) bytes in the middle; it is truncated,"
            + " fetch the file again")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "status \(status)"
        throw DataError(
          .malformed,
          "\(path): the compressed data is damaged near byte \(position) (\(reason)); fetch the file again")
      }
    }
    return written
  }

  /// Whether nothing follows, neither data nor bytes behind the compressed data; verifies the check sum.
  func isAtEnd() throws -> Bool {
    var extra: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &extra) { try read(into: $0) }
    return count == 0
  }

  // Gzip files may be several members one after the other; anything else behind a member is refused.
  private func beginNextMember() throws -> Bool {
    guard position < input.count else { return false }
    guard input.count - position >= 2, input[position] == 0x1F, input[position + 1] == 0x8B else {
      throw DataError(
        .malformed,
        "\(path): \(input.count - position) bytes follow the compressed data and do not belong to it; fetch the file"
          + " again")
    }
    inflateReset(&stream)
    ended = false
    return true
  }
}
