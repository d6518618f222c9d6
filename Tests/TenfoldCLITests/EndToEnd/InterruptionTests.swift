import Foundation
import Testing

extension EndToEnd {
  @Suite("Interruptions", .serialized)
  struct InterruptionTests {
    private let folder: Folder
    private let config: String
    /// A run that nobody interrupted.
    private let reference: Folder.Summary

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.lenet5)
      reference = try folder.train(config, run: "reference", Self.length)
    }

    private static let steps = 150
    private static let length = ["--steps", "\(steps)"]

    /// The run's metrics are those of the reference: each logged step once, with the same loss.
    private func expectSameMetrics(_ run: String) throws {
      let expected = try folder.losses(of: "reference")
      let losses = try folder.losses(of: run)
      #expect(losses.map(\.step) == Array(stride(from: 5, through: Self.steps, by: 5)))
      #expect(losses.map(\.loss) == expected.map(\.loss))
    }

    /// Starts or resumes the run and waits until it has got as far as a checkpoint of its own.
    private func start(_ run: String, ranks: Int, resume: Bool = false, _ options: [String] = []) throws
      -> Job
    {
      let before = folder.checkpoints(of: run).last
      let job = try Job(
        ["train", config, "--run", run] + (resume ? ["--resume"] : []) + Self.length + options, ranks: ranks,
        in: folder)
      let isOnItsWay = job.wait { folder.checkpoints(of: run).last != before }
      try #require(isOnItsWay && job.isRunning, "the run has no checkpoint, or ended at once: \(job.output)")
      return job
    }

    @Test(
      "After kill -9 of random ranks at random moments, resumed runs on other ranks end with the same bits")
    func killed() throws {
      var random = SystemRandomNumberGenerator()
      for (turn, ranks) in [3, 4].enumerated() {
        let job = try start("killed", ranks: ranks, resume: turn > 0)
        let victim = Int.random(in: 0..<ranks, using: &random)
        usleep(UInt32.random(in: 0..<60_000, using: &random))
        try job.send(SIGKILL, toRank: victim)
        let outcome = try job.outcome()
        #expect(outcome.code != 0, "rank \(victim) of \(ranks) was killed\n\(outcome)")
      }
      #expect(try folder.train(config, run: "killed", ranks: 2, ["--resume"] + Self.length) == reference)
      try expectSameMetrics("killed")
    }

    @Test("A single process that was killed goes on with ranks, and ranks with a single process")
    func killedAlone() throws {
      let alone = try start("alone", ranks: 1)
      alone.send(SIGKILL)
      #expect(try alone.outcome().code == SIGKILL)
      let three = try start("alone", ranks: 3, resume: true)
      try three.send(SIGKILL, toRank: 0)
      #expect(try three.outcome().code != 0)
      #expect(try folder.train(config, run: "alone", ["--resume"] + Self.length) == reference)
      try expectSameMetrics("alone")
    }

    @Test(
      "SIGTERM, SIGINT and SIGUSR1 at one rank stop all with code 75 and a checkpoint from which the run goes on"
    )
    func stopped() throws {
      for (signal, ranks, next) in [(SIGTERM, 1, 2), (SIGINT, 1, 1), (SIGTERM, 3, 1), (SIGUSR1, 2, 3)] {
        let run = "stopped-\(signal)-\(ranks)"
        let job = try start(run, ranks: ranks)
        try job.send(signal, toRank: ranks - 1)
        let outcome = try job.outcome()
        #expect(outcome.code == 75, "\(outcome)")
        #expect(outcome.output.contains("--resume --run \(run)"))
        let step = try #require(folder.checkpoints(of: run).last.flatMap { Int($0.dropFirst(5)) })
        #expect(outcome.output.contains("stopped after step \(step)"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/\(run)/summary.json"))
        #expect(try folder.train(config, run: run, ranks: next, ["--resume"] + Self.length) == reference)
        try expectSameMetrics(run)
      }
    }

    @Test("mpiexec passes SIGUSR1 on: the job stops with code 75")
    func stoppedByLauncher() throws {
      let job = try start("launcher", ranks: 3)
      job.send(SIGUSR1)
      let outcome = try job.outcome()
      #expect(outcome.code == 75, "\(outcome)")
      #expect(try folder.train(config, run: "launcher", ["--resume"] + Self.length) == reference)
    }

    @Test("SIGUSR2 saves a checkpoint between the regular ones and goes on")
    func saved() throws {
      for ranks in [1, 2] {
        let run = "saved-\(ranks)"
        let rare = ["--set", "checkpoints={every_steps: 1000, keep_last: 99}"]
        let job = try Job(["train", config, "--run", run] + Self.length + rare, ranks: ranks, in: folder)
        try #require(job.wait { job.output.contains("step 10/") })
        try job.send(SIGUSR2, toRank: ranks - 1)
        let outcome = try job.outcome()
        #expect(outcome.code == 0, "\(outcome)")
        let checkpoints = folder.checkpoints(of: run)
        #expect(checkpoints.count == 2 && checkpoints.last == "step-00000150", "\(checkpoints)")
        #expect(try folder.summary(of: run) == reference)
        // Without the end, the run goes on from there, in the middle of an epoch.
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(run)/checkpoints/step-00000150")
        #expect(try folder.train(config, run: run, ranks: 3 - ranks, ["--resume"] + Self.length) == reference)
        try expectSameMetrics(run)
      }
    }

    @Test("A run that is done is done: resumed, it ends at once with the same bits")
    func done() throws {
      try folder.copy("reference", to: "done")
      #expect(try folder.train(config, run: "done", ["--resume"] + Self.length) == reference)
      try expectSameMetrics("done")
    }

    @Test("Two processes cannot write to one run")
    func inUse() throws {
      let job = try start("used", ranks: 1)
      job.send(SIGSTOP)
      let second = try folder.run(["train", config, "--run", "used", "--resume"])
      #expect(second.code == 64)
      #expect(second.errors.contains("another process is writing to the run directory used"))
      job.send(SIGCONT)
      #expect(try job.outcome().code == 0)
    }
  }
}
