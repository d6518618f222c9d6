import Foundation

/// What went wrong with a checkpoint or a run directory: the text says what, where, what is allowed, what to do.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The class of the error, for programs.
  public enum Kind: Sendable, Hashable {
    /// The disk, the quota or the limit on a file's size is used up.
    case noSpace
    /// The path cannot be read or written: permissions, a read-only file system, a file where a directory should be.
    case notAccessible
    /// There is no such file or directory.
    case notFound
    /// The operating system reported another error.
    case system(code: Int32)
    /// The content is not what was written, or never was a checkpoint.
    case damaged
    /// Written by a newer version of the library.
    case newerFormat
    /// Names, types or shapes of the tensors are not the ones that were asked for.
    case mismatch([TensorDifference])
    /// The run directory holds another run.
    case notEmpty
    /// Another process is writing to the run directory.
    case inUse
  }

  /// The class of the error.
  public let kind: Kind
  /// The file or directory.
  public let path: String
  /// What was wrong, where, what is allowed and what to do.
  public let description: String

  /// An error of this kind at `path`.
  public init(_ kind: Kind, path: String, _ description: String) {
    self.kind = kind
    self.path = path
    self.description = description
  }

  /// The error of a system call that failed with `code` while we tried to `action` (`"write"`).
  static func system(_ action: String, _ path: String, code: Int32) -> CheckpointError {
    let reason = String(cString: strerror(code))
    let start = "cannot \(action) \(path): \(reason)"
    switch code {
    case ENOSPC, EDQUOT, EFBIG:
      return CheckpointError(
        .noSpace, path: path,
        "\(start). Free some space there, or use another run directory; what was complete before is untouched."
      )
    case EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ELOOP:
      return CheckpointError(
        .notAccessible, path: path,
        "\(start). Give this user the right to use it, or choose another directory.")
    case ENOENT:
      return CheckpointError(.notFound, path: path, "\(start). Check the path.")
    default:
      return CheckpointError(.system(code: code), path: path, "\(start).")
    }
  }

  /// The error for tensors that are not the ones that were asked for; the text names the first 20.
  static func mismatch(_ differences: [TensorDifference], path: String) -> CheckpointError {
    var lines = differences.prefix(20).map { "  \($0)" }
    if differences.count > lines.count { lines.append("  and \(differences.count - lines.count) more") }
    return CheckpointError(
      .mismatch(differences), path: path,
      "\(path) does not fit to the model:\n\(lines.joined(separator: "\n"))\n"
        + "Use the config that the checkpoint was written with, or another checkpoint.")
  }

  /// The error for content that is not what it should be.
  static func damaged(_ path: String, _ what: String) -> CheckpointError {
    CheckpointError(
      .damaged, path: path,
      "\(path): \(what). The file is damaged or is not of this format; use another checkpoint.")
  }
}
