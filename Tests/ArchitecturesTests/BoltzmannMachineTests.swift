import Architectures
import Checkpoints
import Datasets
import Foundation
import Networks
import ReplicaTesting
import Testing
import Training

@Suite struct BoltzmannMachineTests {
  private static let wiring = """
    "groups": [{"name": "v1", "units": 4, "inside": true}, {"name": "v2", "units": 4, "inside": true},
    {"name": "code", "units": 2, "hidden": true}], "links": [["v1", "code"], ["v2", "code"]]
    """
  private static let encoder =
    wiring
    + #", "completion": {"clamp": ["v1"], "read": ["v2"], "method": "exact"}, "code": {"group": "code"}"#

  private func model(_ json: String, input: Shape = [8]) throws -> BoltzmannMachine {
    try BoltzmannMachine(
      JSONDecoder().decode(BoltzmannMachine.Configuration.self, from: Data("{\(json)}".utf8)),
      data: DataDescription(input: input, classes: 0), maximumBatch: 16)
  }

  private func trainer(
    _ json: String, _ optimizer: OptimizerConfiguration, steps: Int, repeated: Int = 4, lanes: Int = 1,
    replicas: any ReplicaGroup = SoloGroup(), threads: Int = 1, directory: RunDirectory? = nil,
    seed: UInt64 = 1
  ) throws -> Trainer<BoltzmannMachine> {
    var data = DataConfiguration()
    data.source = .encoder
    data.trainingCount = repeated
    let splits = try data.open()
    var configuration = TrainingConfiguration(
      seed: seed, lanes: lanes, batch: repeated, microBatch: 16, totalSteps: steps, stepsPerEpoch: 1,
      shuffle: true,
      reduction: .exact, optimizer: optimizer, evaluationBlock: 16, evaluateEveryEpochs: nil,
      logEverySteps: 1_000_000, savePolicy: try SavePolicy(everySteps: 1_000_000))
    configuration.illustrates = false
    return try Trainer(
      configuration, makeModel: { _ in try model(json) }, preparation: Preparation(normalization: .none),
      feed: SharedFeed(splits, rank: replicas.rank, largestRequest: repeated),
      plan: LanePlan(lanes: lanes, ranks: replicas.count), replicas: replicas,
      team: ThreadTeam(count: threads),
      manifest: LawRun.manifest("boltzmann"), runDirectory: directory, observer: nil)
  }

  /// How far the machine's distribution is from that of the patterns.
  private func divergence(_ trainer: Trainer<BoltzmannMachine>) throws -> Double {
    let model = trainer.model
    let request = LikelihoodRequest(.exact)
    let work = try model.likelihoodWork(request)
    var values = [Double](repeating: 0, count: work.count)
    values.withUnsafeMutableBufferPointer {
      model.computeLikelihood(item: 0, of: request, basis: [], seed: 1, into: $0)
    }
    let figures = try model.likelihoodFigures(
      values, of: request, basis: [Float(log(4.0))],
      evaluated: ["training_free_energy": trainer.figures["test_free_energy"]!])
    return try #require(figures["training_divergence"])
  }

  @Test("The fixed step of 1985 finds four codes for the 4-2-4 encoder, whatever the seed")
  func learnsCodes() throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      let trainer = try trainer(
        Self.encoder + #", "noise": {"on_to_off": 0.15, "off_to_on": 0.05}"#,
        OptimizerConfiguration(.fixedStep, learningRate: 2), steps: 1, seed: seed)
      var steps = 0
      repeat {
        for _ in 0..<20 { _ = try trainer.step() }
        steps += 20
        try trainer.evaluateAll()
      } while trainer.figures["test_code_error"]! > 0 && steps < 4000
      #expect(steps < 4000)
      #expect(trainer.figures["test_code_count"] == 4)
    }
  }

  @Test("Following the gradient brings the machine's distribution close to that of the patterns")
  func lowDivergence() throws {
    let optimizer = OptimizerConfiguration(.sgd, learningRate: 10)
    // Two hidden units often end with three codes, three find four.
    let three = Self.encoder.replacingOccurrences(of: #""units": 2"#, with: #""units": 3"#)
    let annealed = try trainer(three + #", "runs": 8"#, optimizer, steps: 800, repeated: 16)
    let before = try { () -> Double in
      try annealed.evaluateAll()
      return try divergence(annealed)
    }()
    _ = try annealed.run()
    let after = try divergence(annealed)
    #expect(abs(before - log(256.0 / 4)) < 1e-4)
    #expect(after < 0.2, "\(after)")
    #expect(annealed.figures["test_completion_error"] == 0)

    let persistent = try trainer(
      three + #", "statistics": "persistent", "chains": 200, "deviation": 0.1"#,
      OptimizerConfiguration(.sgd, learningRate: 0.2), steps: 1500, repeated: 16)
    _ = try persistent.run()
    let efficient = try divergence(persistent)
    #expect(efficient < 0.35, "\(efficient)")
  }

  @Test("Of groups that are given, nothing is learnt but what the others are")
  func given() throws {
    func biases(_ json: String) throws -> [Float] {
      let trainer = try trainer(json, OptimizerConfiguration(.sgd, learningRate: 5), steps: 40)
      _ = try trainer.run()
      return Array(trainer.model.parameters[0][1])
    }
    // Clamped in both kinds of machines, v1 is on as often in one as in the other.
    let given = try biases(Self.encoder + #", "given": ["v1"]"#)
    #expect(given[..<4].allSatisfy { $0 == 0 } && given[4...].allSatisfy { $0 != 0 })
    #expect(try biases(Self.encoder)[..<4].contains { $0 != 0 })
  }

  @Test("Persistent chains end with the same bits on 1, 2 and 3 ranks, and after a resume")
  func persistentBits() throws {
    func run(_ ranks: Int, threads: Int = 1, from checkpoint: Checkpoint? = nil) throws -> [String] {
      let results = Outcome()
      try onReplicas(ranks) { replicas in
        let trainer = try trainer(
          Self.encoder + #", "statistics": "persistent", "chains": 17, "deviation": 0.1"#,
          OptimizerConfiguration(.sgd, learningRate: 0.1), steps: 20, repeated: 16, lanes: 5,
          replicas: replicas,
          threads: threads)
        if checkpoint != nil { try trainer.resume(from: replicas.rank == 0 ? checkpoint : nil) }
        _ = try trainer.run()
        results.add(weightsSHA256(of: trainer.model.parameters))
      }
      return results.all
    }
    let alone = try run(1)[0]
    for ranks in [2, 3] { #expect(try run(ranks) == Array(repeating: alone, count: ranks)) }
    #expect(try run(2, threads: 2) == [alone, alone])
    let path = FileManager.default.temporaryDirectory.appending(path: "boltzmann-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let directory = try RunDirectory(path, for: .create)
    try directory.writeConfig("architecture: boltzmann\n")
    _ = try trainer(
      Self.encoder + #", "statistics": "persistent", "chains": 17, "deviation": 0.1"#,
      OptimizerConfiguration(.sgd, learningRate: 0.1), steps: 13, repeated: 16, lanes: 5, directory: directory
    ).run()
    let checkpoint = try #require(try directory.checkpoints.newestValid().checkpoint)
    #expect(try run(3, from: checkpoint) == [alone, alone, alone])
  }

  @Test("Units that are held off stay so: their links do not move, and nothing is read from them")
  func without() throws {
    let trainer = try trainer(
      Self.encoder + #", "stages": [{"epochs": 30, "without": ["code"]}, {"epochs": 1}]"#,
      OptimizerConfiguration(.fixedStep, learningRate: 2), steps: 30)
    _ = try trainer.run()
    let group = trainer.model.parameters[0]
    func moved(_ i: Int, _ j: Int) -> Bool { trainer.model.weight(i, j) != 0 }
    #expect((0..<8).allSatisfy { !moved($0, 8) && !moved($0, 9) } && moved(0, 1) && moved(5, 6))
    #expect(group[1][8] == 0 && group[1][9] == 0)
    _ = try trainer.step()
    #expect((0..<8).contains { moved($0, 8) })
  }

  @Test(
    "A machine begins with the weights of another, damaged as the config says, and refuses one of other units"
  )
  func restarts() throws {
    let trained = try model(Self.encoder + #", "deviation": 1"#)
    trained.parameters[0].initialize(seed: 4, group: 0)
    let same = try model(Self.encoder)
    try same.start(with: trained)
    let weights = Array(trained.parameters[0][0])
    #expect(Array(same.parameters[0][0]) == weights)
    let damaged = try model(Self.encoder + #", "damage": {"noise": 3}"#)
    try damaged.start(with: trained)
    let noise = zip(damaged.parameters[0][0], weights).map { $0 - $1 }
    #expect(noise.allSatisfy { abs($0) <= 3 } && noise.contains { $0 > 1 } && noise.contains { $0 < -1 })
    let other = try model(
      Self.encoder.replacingOccurrences(of: #""inside": true"#, with: #""inside": false"#))
    #expect(throws: ConfigurationError.self) { try other.start(with: trained) }
  }

  @Test("Samples keep what is clamped, and a wrong clamp is refused")
  func samples() throws {
    let model = try model(Self.encoder + #", "deviation": 5"#)
    model.parameters[0].initialize(seed: 4, group: 0)
    func samples(_ clamp: [String]) throws -> [[UInt8]] {
      let artifacts = try model.samples(SampleRequest(count: 100, seed: 3, steps: 5, clamp: clamp))
      guard case .images(_, let pixels) = artifacts[1].content else { return [] }
      return (0..<100).map { sample in Array(pixels[sample * 8..<sample * 8 + 8]) }
    }
    let held = try samples(["v1=0110"])
    let wanted: [UInt8] = [0, 255, 255, 0]
    #expect(held.count == 100 && held.allSatisfy { Array($0[..<4]) == wanted })
    let distinct = Set(try samples([])).count
    #expect(distinct > 10)
    for wrong in ["v3=0110", "v1=01", "v1", "v1=0120"] {
      #expect(throws: ConfigurationError.self) { try samples([wrong]) }
    }
  }

  @Test(
    "What cannot work is refused with the key and the remedy",
    arguments: [
      (#""groups": []"#, "groups"),
      (#""groups": [{"name": "v", "units": 7, "inside": true}]"#, "8 values"),
      (#""groups": [{"name": "v", "units": 8}]"#, "linked with nothing"),
      (
        #""groups": [{"name": "v", "units": 8, "inside": true}, {"name": "h", "units": 2, "hidden": true}]"#,
        "«h»"
      ),
      (#""groups": [{"name": "v", "units": 8}, {"name": "v", "units": 2, "hidden": true}]"#, "two groups"),
      (#""groups": [{"name": "v", "units": 8, "inside": true}], "links": [["v", "v"]]"#, "links"),
      (#""groups": [{"name": "v", "units": 8, "inside": true}], "links": [["v", "w"]]"#, "links"),
      (encoder + #", "schedule": []"#, "model.schedule"),
      (encoder + #", "schedule": [[10, 2], [20, 2]]"#, "does not cool"),
      (encoder + #", "schedule": [[10, 2], [0, 2]]"#, "temperature"),
      (encoder + #", "schedule": [[10, 0]]"#, "time"),
      (encoder + #", "runs": 0"#, "runs"), (encoder + #", "time": 0"#, "time"),
      (encoder + #", "chains": 20"#, "persistent"),
      (encoder + #", "statistics": "persistent", "runs": 3"#, "annealed"),
      (encoder + #", "noise": {"on_to_off": 0.7, "off_to_on": 0}"#, "noise.on_to_off"),
      (encoder + #", "given": ["code"]"#, "given"), (encoder + #", "given": ["v1", "v2"]"#, "given"),
      (encoder + #", "without": ["v1"]"#, "without"), (encoder + #", "without": ["code.2"]"#, "without"),
      (encoder + #", "stages": []"#, "stages"), (encoder + #", "damage": {"noise": -1}"#, "damage"),
      (wiring + #", "code": {"group": "v1"}"#, "code"),
      (wiring + #", "code": {"group": "code", "distance": 3}"#, "code.distance"),
      (wiring + #", "completion": {"clamp": ["v1"], "read": ["v1"]}"#, "completion"),
      (wiring + #", "completion": {"clamp": ["v1"], "read": ["code"]}"#, "completion.read"),
    ])
  func refuses(json: String, key: String) throws {
    do {
      _ = try model(json)
      Issue.record("\(json) was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains(key), "\(error)")
    }
  }

  @Test("States that cannot be counted are refused, with the way out")
  func refusesEnumeration() throws {
    let wide = try model(
      #""groups": [{"name": "v", "units": 30, "inside": true}, {"name": "h", "units": 2, "hidden": true}], "links": [["v", "h"]]"#,
      input: [30])
    do {
      _ = try wide.likelihoodWork(LikelihoodRequest(.exact))
      Issue.record("an enumeration of 2^30 states was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains("annealed"), "\(error)")
    }
    #expect(try wide.likelihoodWork(LikelihoodRequest(.auto)).width == 16)
    do {
      _ = try model(
        #""groups": [{"name": "v", "units": 30, "inside": true}, {"name": "w", "units": 20}], "links": [["v", "w"]], "completion": {"clamp": ["w"], "read": ["v"], "method": "exact"}"#,
        input: [50])
      Issue.record("a completion of 2^30 states was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains("method: annealed"), "\(error)")
    }
  }

  @Test("Values between 0 and 1 are refused, unless a threshold is given")
  func binary() throws {
    let task = Task(inputs: [[0.5, 0, 1, 1, 0, 0, 0, 1]], labels: [0])
    for (rest, isAccepted) in [("", false), (#", "binarize": 0.4"#, true)] {
      let model = try model(Self.encoder + rest)
      let contribution = Contribution(to: model.parameters[0], metricCount: model.metrics.count)
      contribution.begin()
      func learn() throws {
        try model.accumulate(
          task.batch([0]), phase: model.phases(at: Progress(step: 1, stepsPerEpoch: 2, totalSteps: 2))[0],
          random: RandomAddress(seed: 1, step: 1, stream: .model(0)), into: contribution)
      }
      if isAccepted { try learn() } else { #expect(throws: ConfigurationError.self) { try learn() } }
    }
  }
}
