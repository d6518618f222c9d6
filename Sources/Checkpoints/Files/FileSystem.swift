import Foundation

#if _endian(big)
  #error(
    "Checkpoints are little endian and are written straight from memory: this needs a little-endian machine.")
#endif

/// The few calls to the file system that we need, with typed errors.
enum FileSystem {
  /// Calls `body` again as long as a signal interrupts it.
  @discardableResult
  static func retrying<Result: FixedWidthInteger>(
    _ action: String, _ path: String, _ body: () -> Result
  ) throws(CheckpointError) -> Result {
    while true {
      let result = body()
      if result >= 0 { return result }
      if errno != EINTR { throw .system(action, path, code: errno) }
    }
  }

  /// Creates one directory; it must not exist.
  static func createDirectory(_ path: String) throws(CheckpointError) {
    try retrying("create the directory", path) { mkdir(path, 0o777) }
  }

  /// Creates a directory and those above it, where they are missing.
  static func createDirectories(_ path: String) throws(CheckpointError) {
    if isDirectory(path) { return }
    let parent = self.parent(of: path)
    if parent != path && parent != "." { try createDirectories(parent) }
    if mkdir(path, 0o777) != 0 && !(errno == EEXIST && isDirectory(path)) {
      throw .system("create the directory", path, code: errno == EEXIST ? ENOTDIR : errno)
    }
    // Where the directory above may be written to but not read, the new name is durable a little later.
    try? synchronizeDirectory(parent)
  }

  /// Makes the names in a directory durable.
  static func synchronizeDirectory(_ path: String) throws(CheckpointError) {
    let descriptor = try retrying("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a directory and say EINVAL: there is nothing more to do then.
    if fsync(descriptor) != 0 && errno != EINVAL { throw .system("sync", path, code: errno) }
  }

  /// Moves `old` to `new`; atomic within a file system.
  static func rename(_ old: String, to new: String) throws(CheckpointError) {
    #if canImport(Darwin)
      try retrying("rename to \(new)", old) { Darwin.rename(old, new) }
    #else
      try retrying("rename to \(new)", old) { Foundation.rename(old, new) }
    #endif
  }

  /// Removes a file or a directory with all that is in it; fine if there is none.
  static func remove(_ path: String) throws(CheckpointError) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      if !exists(path) { return }
      throw CheckpointError(
        .notAccessible, path: path, "cannot remove \(path): \(error.localizedDescription)")
    }
  }

  /// The names in a directory, sorted.
  static func names(in path: String) throws(CheckpointError) -> [String] {
    guard let directory = opendir(path) else { throw .system("list", path, code: errno) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether there is anything at `path` (a dangling link counts).
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Whether `path` is a directory.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The directory that holds `path`.
  static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    let parent = trimmed[..<slash]
    return parent.isEmpty ? "/" : String(parent)
  }

  /// Whether `name` is a plain name of a file: nothing that could lead out of a directory or hide in it.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\")
      }
  }

  /// A suffix that no other process uses: `4711-9f03c2d1`.
  static func uniqueSuffix() -> String {
    "\(getpid())-" + String(UInt32.random(in: .min ... .max), radix: 16)
  }
}
