import Foundation
import Testing

/// A file system in memory of 128 kB.
struct SmallDisk {
  let path: String

  init(_ path: String) throws {
    self.path = path
    try #require(Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", path]))
  }

  func unmount() {
    _ = Self.run("/bin/umount", ["-l", path])
  }

  /// Whether this process may mount: it is tried.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let folder = try? TemporaryDirectory(), let disk = try? SmallDisk(folder.path)
    else {
      return false
    }
    disk.unmount()
    return true
  }()

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
