import Foundation

/// `metrics.jsonl`: one JSON object a line, each written by one call so that readers see whole lines.
public final class MetricsLog {
  /// The file.
  public let path: String
  private let descriptor: Int32
  private var length: Int

  /// Opens the file to append; with `step` it first cuts what was written after that step, and a torn last line.
  ///
  /// - Throws: `CheckpointError` where it cannot be written.
  public init(_ path: String, resumedAt step: Int? = nil) throws(CheckpointError) {
    self.path = path
    var keep: Int?
    if let step, FileSystem.exists(path) {
      keep = Self.lengthKept(of: try InputFile.content(of: path, limit: 1 << 40), upTo: step)
    }
    descriptor = try FileSystem.retrying("open", path) {
      open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    }
    length = keep ?? Int(lseek(descriptor, 0, SEEK_END))
    if keep != nil { try cut() }
  }

  deinit {
    close(descriptor)
  }

  /// Appends `{"step":12,"epoch":0,"loss":0.25}`: step and epoch, then `values` in their order. What is not finite is
  /// written as null.
  ///
  /// - Throws: `CheckpointError`; the file then ends after the line before.
  public func append(step: Int, epoch: Int, values: [(name: String, value: Double)]) throws(CheckpointError) {
    let fields = values.map { ",\(JSONText.quoted($0.name)):\(JSONText.number($0.value))" }
    try append("{\"step\":\(step),\"epoch\":\(epoch)\(fields.joined())}")
  }

  /// Appends one JSON object, given as text without a line's end.
  public func append(_ object: String) throws(CheckpointError) {
    precondition(!object.utf8.contains(UInt8(ascii: "\n")), "a line of \(path) has no line's end in it")
    let line = Array(object.utf8) + [UInt8(ascii: "\n")]
    do throws(CheckpointError) {
      try line.withUnsafeBufferPointer { (bytes) throws(CheckpointError) in
        var done = 0
        while done < bytes.count {
          done += try FileSystem.retrying("write", path) {
            write(descriptor, bytes.baseAddress! + done, bytes.count - done)
          }
        }
      }
      length += line.count
    } catch {
      try? cut()
      throw error
    }
  }

  /// Makes all lines durable; for a run to call before it saves a checkpoint, so that none is missing behind it.
  public func synchronize() throws(CheckpointError) {
    // What is no file (a pipe, a device) cannot be synced and says EINVAL.
    if fsync(descriptor) != 0 && errno != EINVAL { throw .system("sync", path, code: errno) }
  }

  private func cut() throws(CheckpointError) {
    try FileSystem.retrying("shorten", path) { ftruncate(descriptor, off_t(length)) }
  }

  /// How many bytes stand before the first line of a later step, up to the last whole line that is JSON.
  private static func lengthKept(of bytes: [UInt8], upTo step: Int) -> Int {
    struct Line: Decodable {
      let step: Int?
    }
    let decoder = JSONDecoder()
    var start = 0
    var kept = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let line = try? decoder.decode(Line.self, from: Data(bytes[start..<end])) {
        if let found = line.step, found > step { return kept }
        kept = end + 1
      }
      start = end + 1
    }
    return kept
  }
}
