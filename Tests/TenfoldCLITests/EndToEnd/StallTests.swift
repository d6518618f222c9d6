import Foundation
import Testing

extension EndToEnd {
  @Suite("Ranks that hang and disks that are full", .serialized)
  struct StallTests {
    private let folder: Folder
    private let config: String

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.lenet5)
    }

    @Test("A rank that hangs is named by the others with step and operation, and the job ends with 75")
    func hanging() throws {
      let reference = try folder.train(config, run: "reference", ["--steps", "60"])
      for victim in [0, 2] {
        let run = "stalled\(victim)"
        let job = try Job(
          ["train", config, "--run", run, "--stall-seconds", "2", "--steps", "1000000"], ranks: 3, in: folder)
        try #require(job.wait { !folder.checkpoints(of: run).isEmpty }, "\(job.output)")
        try job.send(SIGSTOP, toRank: victim)
        let outcome = try job.outcome(within: 30)
        #expect(outcome.code == 75, "\(outcome)")
        let reports = outcome.errors.split(separator: "\n").filter { $0.contains("has waited 2 s for rank") }
        #expect(
          reports.contains { $0.contains("for rank \(victim) at step ") && $0.contains(" in «") },
          "\(outcome)")
        #expect(reports.allSatisfy { $0.contains("--resume") })
      }
      let step = try #require(folder.checkpoints(of: "stalled0").last.flatMap { Int($0.dropFirst(5)) })
      if step <= 60 {
        #expect(try folder.train(config, run: "stalled0", ["--resume", "--steps", "60"]) == reference)
      }
    }

    @Test("A rank that is slow, but moves, is left alone")
    func slow() throws {
      let job = try Job(
        ["train", config, "--run", "slow", "--stall-seconds", "3", "--steps", "100"], ranks: 3, in: folder)
      try #require(job.wait { !folder.checkpoints(of: "slow").isEmpty }, "\(job.output)")
      try job.send(SIGSTOP, toRank: 1)
      usleep(700_000)
      try job.send(SIGCONT, toRank: 1)
      let outcome = try job.outcome()
      #expect(outcome.code == 0, "\(outcome)")
    }

    @Test(
      "On a full disk training goes on; the older checkpoint stays, and the end says that the last one is missing",
      .enabled(if: SmallDisk.isAvailable, "mounting a small file system needs root"))
    func fullDisk() throws {
      for ranks in [1, 3] {
        // Room for one checkpoint of LeNet-5 with its momentum, not for two.
        let disk = try SmallDisk("\(folder.path)/disk\(ranks)", kilobytes: 800)
        defer { disk.unmount() }
        let run = "disk\(ranks)/run"
        let outcome = try folder.run(["train", config, "--run", run, "--steps", "20"], ranks: ranks)
        #expect(outcome.code == 74, "\(outcome)")
        #expect(outcome.errors.contains("checkpoint not written"), "\(outcome)")
        #expect(outcome.errors.contains("No space left on device"))
        #expect(outcome.output.contains("step 20/20"))
        #expect(try folder.summary(of: run).steps == 20)
        #expect(folder.checkpoints(of: run) == ["step-00000005"])
        #expect(try folder.run(["checkpoint", "verify", run]).code == 0)
        // With room again, the run goes on from the one that was kept.
        disk.grow(kilobytes: 8000)
        let reference = try folder.train(config, run: "reference\(ranks)", ["--steps", "20"])
        #expect(try folder.train(config, run: run, ranks: ranks, ["--resume", "--steps", "20"]) == reference)
      }
    }
  }
}

/// A small file system in memory.
struct SmallDisk {
  let path: String

  init(_ path: String, kilobytes: Int) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try #require(Folder.shell("mount -t tmpfs -o size=\(kilobytes)k tmpfs '\(path)'"))
  }

  func grow(kilobytes: Int) {
    _ = Folder.shell("mount -o remount,size=\(kilobytes)k '\(path)'")
  }

  func unmount() {
    _ = Folder.shell("umount -l '\(path)'")
  }

  /// Whether this process may mount: it is tried.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let folder = try? Folder(),
      let disk = try? SmallDisk("\(folder.path)/disk", kilobytes: 128)
    else { return false }
    disk.unmount()
    return true
  }()
}
