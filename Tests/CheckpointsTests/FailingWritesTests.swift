import Checkpoints
import Foundation
import Networks
import Testing

/// Tests that need a limit on the size of files run in a process of their own.
@Suite("Writes that fail")
struct FailingWritesTests {
  /// A checkpoint of about 400 kB.
  private static func bigContents(step: Int) -> CheckpointContents {
    let group = ParameterGroup(name: "network", slots: [Slot("w", shape: [100_000], initializer: .zero)])
    return CheckpointContents(
      manifest: sampleManifest(step: step),
      tensors: [CheckpointContents.parametersFile: group.tensors().map { $0.tensor }])
  }

  /// Files of this process cannot grow beyond 100 kB from now on.
  private static func limitFileSize() {
    var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
    #if canImport(Darwin)
      setrlimit(RLIMIT_FSIZE, &limit)
    #else
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    #endif
  }

  @Test("When no more can be written, saving throws, leaves nothing behind and touches no older checkpoint")
  func noSpace() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.path
    let directory = CheckpointDirectory(path: path)
    try directory.saveSamples([1])
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      Self.limitFileSize()
      do throws(CheckpointError) {
        try CheckpointDirectory(path: path).save(Self.bigContents(step: 2))
        exit(3)
      } catch {
        exit(error.kind == .noSpace && error.description.contains("Free some space") ? 0 : 4)
      }
    }
    #expect(try folder.names() == ["step-00000001"])
    #expect(directory.checkpoint(atStep: 1).damage() == nil)
  }

  @Test("Killed in the middle of a write, a process leaves a temporary that the next start clears")
  func killed() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.path
    let directory = CheckpointDirectory(path: path)
    try directory.saveSamples([1])
    // Beyond the limit the kernel sends SIGXFSZ, in the middle of writing the parameters.
    await #expect(processExitsWith: .signal(SIGXFSZ)) { [path = path as String] in
      signal(SIGXFSZ, SIG_DFL)
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGXFSZ)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      Self.limitFileSize()
      try CheckpointDirectory(path: path).save(Self.bigContents(step: 2))
    }
    #expect(try folder.names().count == 2)
    #expect(try directory.newestValid().checkpoint == directory.checkpoint(atStep: 1))
    #expect(try directory.removeStaleTemporaries().count == 1)
    #expect(try folder.names() == ["step-00000001"])
    #expect(try directory.save(Self.bigContents(step: 2)).damage() == nil)
  }

  @Test("Where the path leads through a file, saving says that it is not a directory")
  func belowAFile() throws {
    let folder = try TemporaryDirectory()
    try folder.write([], to: "file")
    for path in ["\(folder.path)/file", "\(folder.path)/file/checkpoints"] {
      let error = #expect(throws: CheckpointError.self) {
        try CheckpointDirectory(path: path).saveSamples([1])
      }
      #expect(error?.kind == .notAccessible)
      #expect(error?.description.contains("Not a directory") == true)
    }
    #expect(try folder.names() == ["file"])
  }

  @Test(
    "In a directory that may not be written to, saving says so",
    .enabled(if: geteuid() != 0, "root may write everywhere"))
  func noPermission() throws {
    let folder = try TemporaryDirectory()
    chmod(folder.path, 0o555)
    defer { chmod(folder.path, 0o755) }
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointDirectory(path: folder.path).saveSamples([1])
    }
    #expect(error?.kind == .notAccessible)
  }

  @Test("On a full disk, a line of the metrics is refused as a whole")
  func fullDevice() throws {
    let folder = try TemporaryDirectory()
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/metrics.jsonl", withDestinationPath: "/dev/full")
    let log = try MetricsLog("\(folder.path)/metrics.jsonl")
    let error = #expect(throws: CheckpointError.self) { try log.append(step: 1, epoch: 0, values: []) }
    #expect(error?.kind == .noSpace)
  }

  @Test(
    "On a file system that is really full, saving throws and the older checkpoint stays",
    .enabled(if: SmallDisk.isAvailable, "mounting a small file system needs root"))
  func fullFileSystem() throws {
    let folder = try TemporaryDirectory()
    let disk = try SmallDisk(folder.path)
    defer { disk.unmount() }
    let directory = CheckpointDirectory(path: "\(folder.path)/checkpoints")
    try directory.saveSamples([1])
    let error = #expect(throws: CheckpointError.self) { try directory.save(Self.bigContents(step: 2)) }
    #expect(error?.kind == .noSpace)
    #expect(error?.description.contains("No space left on device") == true)
    #expect(try folder.names(in: "checkpoints") == ["step-00000001"])
    #expect(directory.checkpoint(atStep: 1).damage() == nil)
    // A process that another test is starting may hold what was removed open for a moment: its space is still used.
    for _ in 0..<500 where (try? directory.saveSamples([3])) == nil { usleep(10_000) }
    #expect(try directory.newestValid().checkpoint == directory.checkpoint(atStep: 3))
  }
}
