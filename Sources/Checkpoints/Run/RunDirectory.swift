import Foundation

/// The directory of a run: `config.yaml`, `metrics.jsonl`, `checkpoints/` and at the end `summary.json`.
///
/// Who opens it to write holds a lock until the value goes: two processes cannot write to one run.
public final class RunDirectory: Sendable {
  /// What it is opened for.
  public enum Access: Sendable, Hashable {
    /// To begin a run: the directory is created, or is there and empty.
    case create
    /// To go on with a run that is there.
    case resume
    /// To look at a run; nothing is changed or locked.
    case read
  }

  /// The directory.
  public let path: String
  /// The checkpoints in it.
  public let checkpoints: CheckpointDirectory
  /// The open directory that carries the lock; -1 for reading.
  private let lock: Int32

  /// Opens a run's directory.
  ///
  /// To write, temporaries that a killed process left behind are cleared.
  ///
  /// - Throws: `CheckpointError` where it cannot be written, holds another run (`notEmpty`), holds none
  ///   (`notFound`), or is being written to by another process (`inUse`).
  public init(_ path: String, for access: Access) throws(CheckpointError) {
    switch access {
    case .create:
      try FileSystem.createDirectories(path)
      lock = try Self.lock(path)
      try Self.requireEmpty(path, lock)
    case .resume:
      try Self.requireRun(path)
      lock = try Self.lock(path)
    case .read:
      try Self.requireRun(path)
      lock = -1
    }
    self.path = path
    checkpoints = CheckpointDirectory(path: "\(path)/checkpoints")
    if access == .resume { try removeStaleTemporaries() }
  }

  deinit {
    if lock < 0 { return }
    // By itself, closing would not unlock while a process that is being started still has a copy of the descriptor.
    flock(lock, LOCK_UN)
    close(lock)
  }

  /// Whether there is a run at `path`: a directory with a `config.yaml`.
  public static func holdsRun(_ path: String) -> Bool {
    FileSystem.exists("\(path)/config.yaml")
  }

  /// The resolved config that the run was begun with.
  public func config() throws(CheckpointError) -> String {
    let file = "\(path)/config.yaml"
    guard let text = String(validating: try InputFile.content(of: file), as: UTF8.self) else {
      throw .damaged(file, "it is not UTF-8 text")
    }
    return text
  }

  /// Writes `config.yaml`, all or nothing.
  public func writeConfig(_ text: String) throws(CheckpointError) {
    try OutputFile.replace("\(path)/config.yaml", with: Array(text.utf8))
  }

  /// Opens `metrics.jsonl` to append to it; of a run that goes on after `step` steps, lines of later steps are cut.
  public func metricsLog(resumedAt step: Int? = nil) throws(CheckpointError) -> MetricsLog {
    try MetricsLog("\(path)/metrics.jsonl", resumedAt: step)
  }

  /// Writes `summary.json`, all or nothing: sorted keys, one value a line.
  ///
  /// - Throws: `CheckpointError`, or what encoding `summary` throws.
  public func writeSummary(_ summary: some Encodable) throws {
    try OutputFile.replace("\(path)/summary.json", with: ReadableJSON.encode(summary))
  }

  private static func requireEmpty(_ path: String, _ lock: Int32) throws(CheckpointError) {
    var failure: CheckpointError?
    do throws(CheckpointError) {
      let names = try FileSystem.names(in: path)
      if names.isEmpty { return }
      failure = CheckpointError(
        .notEmpty, path: path,
        "the run directory \(path) is not empty (it holds \(names.prefix(3).joined(separator: ", "))). "
          + "Go on with the run there by --resume, or name another directory by --run.")
    } catch {
      failure = error
    }
    close(lock)
    if let failure { throw failure }
  }

  private static func requireRun(_ path: String) throws(CheckpointError) {
    if holdsRun(path) { return }
    throw CheckpointError(
      .notFound, path: path,
      "there is no run in \(path): a run's directory holds a config.yaml. Check the path, or begin a run there."
    )
  }

  private static func lock(_ path: String) throws(CheckpointError) -> Int32 {
    let descriptor = try FileSystem.retrying("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    // Where the file system knows no locks there is none; only a lock that another one holds counts.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      close(descriptor)
      throw CheckpointError(
        .inUse, path: path,
        "another process is writing to the run directory \(path). Wait for its end or stop it, or name another "
          + "directory by --run.")
    }
    return descriptor
  }

  private func removeStaleTemporaries() throws(CheckpointError) {
    for name in try FileSystem.names(in: path) where name.hasPrefix(".") && name.hasSuffix(".partial") {
      try FileSystem.remove("\(path)/\(name)")
    }
    try checkpoints.removeStaleTemporaries()
  }
}
