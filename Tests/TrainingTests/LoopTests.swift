import Checkpoints
import Datasets
import Foundation
import Networks
import ReplicaTesting
import Synchronization
import Testing
import Training

/// What the loop offers to models, on a model that uses all of it.
@Suite struct LoopTests {
  /// 40 examples (i / 10, 1 + i / 20), 10 steps an epoch.
  private static func trainer(
    steps: Int, replicas: any ReplicaGroup = SoloGroup(), threads: Int = 1, directory: RunDirectory? = nil,
    change: (inout TrainingConfiguration) throws -> Void = { _ in }
  ) throws -> Trainer<PullModel> {
    let values = (0..<40).flatMap { [Float($0) / 10, 1 + Float($0) / 20] }
    let data = try Dataset(name: "ramp", shape: [2], floats: values, labels: nil, classes: 0)
    var configuration = TrainingConfiguration(
      seed: 1, lanes: 4, batch: 4, microBatch: 1, totalSteps: steps, stepsPerEpoch: 10, shuffle: true,
      reduction: .exact, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1), evaluationBlock: 8,
      evaluateEveryEpochs: nil, logEverySteps: 1000, savePolicy: try SavePolicy(everySteps: 1_000_000))
    try change(&configuration)
    return try Trainer(
      configuration, makeModel: { PullModel(.init(), data: data.description, maximumBatch: $0) },
      preparation: Preparation(normalization: .none),
      feed: SharedFeed(
        try DatasetSplits(training: data, test: data), rank: replicas.rank, largestRequest: 64),
      plan: LanePlan(lanes: 4, ranks: replicas.count), replicas: replicas, team: ThreadTeam(count: threads),
      manifest: CheckpointManifest(
        architecture: "pull", config: "", step: 0, epoch: 0, dataPosition: 0, seed: 1, lanes: 4,
        datasetFingerprint: "", libraryVersion: ""),
      runDirectory: directory, observer: nil)
  }

  private static func bits(_ trainer: Trainer<PullModel>) -> String {
    weightsSHA256(of: trainer.model.parameters)
      + trainer.figures.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value.bitPattern)" }.joined()
  }

  private func withDirectory<Result>(_ body: (RunDirectory) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "loop-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let directory = try RunDirectory(path, for: .create)
    try directory.writeConfig("architecture: pull\n")
    return try body(directory)
  }

  @Test("A running average follows the mean of each step's examples, and takes no gradient step")
  func average() throws {
    let trainer = try Self.trainer(steps: 1)
    _ = try trainer.run()
    let plan = ShardPlan(examples: 40, batch: 4, lanes: 4, seed: 1)
    let mean = (0..<4).reduce(Float(0)) { $0 + Float(plan.example(at: $1)) / 10 } / 4
    #expect(abs(trainer.model.parameters[0][1][0] - 0.25 * mean) < 1e-6)
  }

  @Test("A phase of means sets the group to the mean over all lanes")
  func mean() throws {
    let trainer = try Self.trainer(steps: 1)
    _ = try trainer.run()
    let plan = ShardPlan(examples: 40, batch: 4, lanes: 4, seed: 1)
    let mean = (0..<4).reduce(Float(0)) { $0 + 1 + Float(plan.example(at: $1)) / 20 } / 4
    #expect(abs(trainer.model.parameters[2][0][0] - mean) < 1e-6)
  }

  @Test("A group with an optimizer of its own moves as that one says")
  func groupOptimizers() throws {
    let trainer = try Self.trainer(steps: 5) {
      $0.groupOptimizers["second"] = OptimizerConfiguration(.sgd, learningRate: 2)
    }
    _ = try trainer.run()
    #expect(trainer.model.parameters[1][0][0] == -10)
  }

  @Test("Weights into a unit do not grow beyond the norm that the optimizer allows")
  func maxNorm() throws {
    let trainer = try Self.trainer(steps: 25) { $0.optimizer.maxNorm = 0.5 }
    _ = try trainer.run()
    let w = trainer.model.parameters[0][0]
    let norm = (w[0] * w[0] + w[1] * w[1]).squareRoot()
    #expect(abs(norm - 0.5) < 1e-6)
    // Slots of one extent are no weights into units.
    #expect(trainer.model.parameters[1][0][0] < -1)
  }

  @Test(
    "A metric may be divided by another sum than the number of examples, and sums that only serve are not shown"
  )
  func dividedMetrics() throws {
    let trainer = try Self.trainer(steps: 3)
    _ = try trainer.run()
    #expect(trainer.figures["test_ratio"] == 1)
    #expect(trainer.figures["test_weight"] == nil)
  }

  @Test("Lane state, threads, ranks, shared memory and messages: the same bits")
  func sameBits() throws {
    func run(_ ranks: Int, threads: Int = 1, sharesMemory: Bool = false) throws -> Set<String> {
      let results = Mutex<Set<String>>([])
      try onReplicas(ranks, sharesMemory: sharesMemory) { replicas in
        let trainer = try Self.trainer(steps: 25, replicas: replicas, threads: threads) {
          $0.optimizer.averaging = Averaging(.mean)
          $0.optimizer.maxNorm = 2
        }
        _ = try trainer.run()
        let bits = Self.bits(trainer)
        results.withLock { _ = $0.insert(bits) }
      }
      return results.withLock { $0 }
    }
    let alone = try run(1)
    #expect(alone.count == 1)
    for ranks in 2...4 {
      #expect(try run(ranks) == alone)
      #expect(try run(ranks, sharesMemory: true) == alone)
    }
    #expect(try run(1, threads: 3) == alone)
    #expect(try run(2, threads: 2, sharesMemory: true) == alone)
  }

  @Test("Evaluation on the mean of the parameters leaves the trained ones as they were")
  func evaluationOnTheMean() throws {
    for ranks in [1, 3] {
      for sharesMemory in [false, true] {
        try onReplicas(ranks, sharesMemory: sharesMemory) { replicas in
          let plain = try Self.trainer(steps: 12, replicas: replicas)
          let averaged = try Self.trainer(steps: 12, replicas: replicas) {
            $0.optimizer.averaging = Averaging(.mean)
          }
          _ = try plain.run()
          _ = try averaged.run()
          #expect(
            weightsSHA256(of: plain.model.parameters) == weightsSHA256(of: averaged.model.parameters))
          #expect(plain.figures["test_loss"] != averaged.figures["test_loss"])
        }
      }
    }
  }

  @Test("A run that was saved in mid-epoch goes on with its lanes' states on another number of ranks")
  func resume() throws {
    let whole = try Self.trainer(steps: 27)
    _ = try whole.run()
    let expected = Self.bits(whole)
    try withDirectory { directory in
      try onReplicas(3) { replicas in
        let first = try Self.trainer(
          steps: 17, replicas: replicas, directory: replicas.rank == 0 ? directory : nil)
        _ = try first.run()
      }
      let checkpoint = try directory.checkpoints.newestValid().checkpoint!
      try onReplicas(2) { replicas in
        let second = try Self.trainer(steps: 27, replicas: replicas)
        try second.resume(from: replicas.rank == 0 ? checkpoint : nil)
        _ = try second.run()
        #expect(Self.bits(second) == expected)
      }
    }
  }

  @Test("A run ends after the first window that satisfies its rule, and says so")
  func stopRule() throws {
    let trainer = try Self.trainer(steps: 1000) {
      $0.stop = StopRule(examples: 40, atMost: ["loss": 1e9, "carried": 5.5])
    }
    #expect(try trainer.run() == .completed)
    #expect(trainer.reachedGoal)
    #expect(trainer.progress.step == 10)
    #expect(trainer.examplesSeen == 40)
    let other = try Self.trainer(steps: 30) { $0.stop = StopRule(examples: 40, atMost: ["carried": 5.4]) }
    _ = try other.run()
    #expect(!other.reachedGoal && other.progress.step == 30)
  }

  @Test("A run can end after the first evaluation whose figures satisfy its rule")
  func stopRuleOfEvaluations() throws {
    let plain = try Self.trainer(steps: 1000) { $0.evaluateEveryEpochs = 1 }
    _ = try plain.run()
    let final = try #require(plain.figures["test_loss"])
    let trainer = try Self.trainer(steps: 1000) {
      $0.evaluateEveryEpochs = 1
      $0.stop = StopRule(examples: 1, atMost: ["test_loss": final * 1.5])
    }
    #expect(try trainer.run() == .completed)
    #expect(trainer.reachedGoal && trainer.progress.step % 10 == 0 && trainer.progress.step < 1000)
    #expect(try #require(trainer.figures["test_loss"]) <= final * 1.5)
    // A figure that no evaluation gives is never reached.
    let never = try Self.trainer(steps: 20) {
      $0.stop = StopRule(examples: 1, atMost: ["validation_loss": 1e9])
    }
    _ = try never.run()
    #expect(!never.reachedGoal)
  }

  @Test("The window of a stop rule survives saving and resuming")
  func stopRuleResumed() throws {
    try withDirectory { directory in
      func trainer(_ steps: Int, _ directory: RunDirectory?) throws -> Trainer<PullModel> {
        try Self.trainer(steps: steps, directory: directory) {
          $0.stop = StopRule(examples: 60, atMost: ["carried": 5])
        }
      }
      // Windows of 15 steps: 1...10, 1...5 has a mean of 4.67.
      _ = try trainer(9, directory).run()
      let second = try trainer(100, nil)
      try second.resume(from: try directory.checkpoints.newestValid().checkpoint!)
      _ = try second.run()
      #expect(second.reachedGoal && second.progress.step == 15)
    }
  }

  @Test("A stop rule that names no metric, an unknown one or no window is refused with what is allowed")
  func badStopRules() throws {
    let metrics = PullModel(.init(), data: DataDescription(input: [2], classes: 0), maximumBatch: 1).metrics
    func text(_ rule: StopRule) -> String {
      do {
        try rule.validate(metrics: metrics)
        return "accepted"
      } catch { return error.description }
    }
    #expect(text(StopRule(examples: 10, atMost: ["los": 1])).contains("loss"))
    #expect(text(StopRule(examples: 0, atMost: ["loss": 1])).contains("stop.examples is 0"))
    #expect(text(StopRule(examples: 10, atMost: [:])).contains("loss, ratio, carried"))
    #expect(text(StopRule(examples: 10, atMost: ["weight": 1])).contains("unknown metric"))
    #expect(text(StopRule(examples: 10, atMost: ["loss": .nan])).contains("a number is needed"))
    #expect(text(StopRule(examples: 10, atMost: ["test_loss": 1, "validation_ratio": 2])) == "accepted")
    #expect(text(StopRule(examples: 10, atMost: ["test_loss": 1, "loss": 1])).contains("not both"))
    #expect(text(StopRule(examples: 10, atMost: ["test_los": 1])).contains("test_loss"))
  }
}
