import Architectures
import Checkpoints
import Datasets
import Foundation
import Networks
import ReplicaTesting
import Testing
import Training

@Suite("Roles on ranks of their own")
struct PlacementTests {
  typealias GAN = GenerativeAdversarialNetwork

  private static func model(_ placement: PlacementConfiguration, noise: GAN.Noise = .shared)
    -> GAN.Configuration
  {
    GAN.Configuration(
      generator: .init(
        latent: 5,
        layers: [
          .dense(.init(units: 9)), .batchNormalization(.init()), .activation(.relu),
          .dense(.init(units: 784, activation: .sigmoid)),
        ]),
      discriminator: .init(
        layers: [.dense(.init(units: 8, activation: .tanh)), .dropout(0.2), .dense(.init(units: 1))]),
      discriminatorSteps: 2, generatorNoise: noise, placement: placement)
  }

  private static func trainer(
    _ model: GAN.Configuration, steps: Int, replicas: any ReplicaGroup = SoloGroup(), rate: Double = 0.002,
    threads: Int = 1, directory: RunDirectory? = nil, observer: (any RunObserver)? = nil
  ) throws -> Trainer<GAN> {
    let sample = LawSample(
      name: "gan", model: "", optimizer: OptimizerConfiguration(.adam, learningRate: rate, beta1: 0.5))
    var configuration = try LawRun.configuration(sample, lanes: 8, steps: steps)
    configuration.microBatch = configuration.largestLane
    configuration.logEverySteps = 5
    configuration.groupOptimizers["generator"] = OptimizerConfiguration(
      .adam, learningRate: rate, averaging: Averaging(.exponential, decay: 0.9))
    return try Trainer(
      configuration, makeModel: { try GAN(model, data: try LawData.digits.description, maximumBatch: $0) },
      preparation: LawData.digits.preparation,
      feed: SharedFeed(try LawData.digits.splits, rank: replicas.rank, largestRequest: 64),
      plan: LanePlan(lanes: 8, ranks: replicas.count), replicas: replicas, team: ThreadTeam(count: threads),
      manifest: LawRun.manifest("gan"), runDirectory: directory, observer: observer)
  }

  /// The weights and figures after a run, as every rank has them.
  private func run(
    _ model: GAN.Configuration, ranks: Int, sharesMemory: Bool = false, steps: Int = 21
  ) throws -> [String] {
    let results = Outcome()
    try onReplicas(ranks, sharesMemory: sharesMemory) { replicas in
      let lines = Lines()
      let trainer = try Self.trainer(
        model, steps: steps, replicas: replicas, observer: replicas.rank == 0 ? lines : nil)
      #expect(try trainer.run() == .completed)
      let figures = trainer.figures.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value)" }.joined()
      results.add(weightsSHA256(of: trainer.model.parameters) + figures)
      if replicas.rank == 0 { results.add(lines.all.joined(separator: "\n")) }
    }
    return results.all
  }

  @Test(
    "Shared or split in any sizes, in messages or shared memory, the weights, figures and progress lines are the same",
    arguments: [GAN.Noise.shared, .fresh])
  func sameBits(noise: GAN.Noise) throws {
    let alone = try run(Self.model(.shared, noise: noise), ranks: 1)
    #expect(alone.count == 2)
    let cases: [(PlacementConfiguration, Int)] = [
      (.shared, 3), (.split, 2), (.split, 4), (.split, 3), (.automatic, 3), (.automatic, 1),
      (.sizes(generator: 1, discriminator: 3), 4), (.sizes(generator: 3, discriminator: 2), 5),
    ]
    for (placement, ranks) in cases {
      for sharesMemory in [false, true] {
        let lines = try run(Self.model(placement, noise: noise), ranks: ranks, sharesMemory: sharesMemory)
        #expect(lines.count == ranks + 1 && Set(lines) == Set(alone), "\(placement) on \(ranks) ranks")
      }
    }
  }

  @Test("A run that was saved with one placement is resumed with another: the same bits")
  func resume() throws {
    let whole = try Self.trainer(Self.model(.shared), steps: 20)
    _ = try whole.run()
    let path = FileManager.default.temporaryDirectory.appending(path: "placement-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let ways: [(PlacementConfiguration, Int)] = [
      (.sizes(generator: 1, discriminator: 2), 3), (.shared, 2), (.split, 2), (.shared, 1),
    ]
    for (index, first) in ways.enumerated() {
      let second = ways[(index + 1) % ways.count]
      let folder = "\(path)-\(index)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try onReplicas(first.1) { replicas in
        let directory = replicas.rank == 0 ? try RunDirectory(folder, for: .create) : nil
        try directory?.writeConfig("architecture: gan\n")
        _ = try Self.trainer(Self.model(first.0), steps: 13, replicas: replicas, directory: directory).run()
      }
      let results = Outcome()
      try onReplicas(second.1) { replicas in
        let checkpoint =
          replicas.rank == 0 ? try RunDirectory(folder, for: .read).checkpoints.newestValid().checkpoint : nil
        let trainer = try Self.trainer(Self.model(second.0), steps: 20, replicas: replicas)
        try trainer.resume(from: checkpoint)
        #expect(trainer.progress.step == 13)
        _ = try trainer.run()
        results.add(weightsSHA256(of: trainer.model.parameters))
      }
      let expected = weightsSHA256(of: whole.model.parameters)
      #expect(results.all == Array(repeating: expected, count: second.1), "\(first) then \(second)")
    }
  }

  @Test("A training that diverges ends on every rank with an error that names the phase, and none hangs")
  func divergence() throws {
    let results = Outcome()
    try onReplicas(3) { replicas in
      do {
        _ = try Self.trainer(
          Self.model(.sizes(generator: 1, discriminator: 2)), steps: 40, replicas: replicas, rate: 1e38
        ).run()
      } catch let error as TrainingError {
        results.add("\(error)")
      }
    }
    #expect(results.all.count == 3 && Set(results.all).count == 1)
    #expect(results.all.first?.contains("phase «") == true, "\(results.all)")
  }

  @Test("Placements that do not fit are refused with the remedy")
  func refusals() throws {
    func refused(_ text: String, _ placement: PlacementConfiguration, ranks: Int, threads: Int = 1) throws {
      let results = Outcome()
      try onReplicas(ranks) { replicas in
        do {
          _ = try Self.trainer(Self.model(placement), steps: 3, replicas: replicas, threads: threads)
        } catch let error as ConfigurationError {
          results.add("\(error)")
        }
      }
      #expect(results.all.count == ranks && results.all.allSatisfy { $0.contains(text) }, "\(results.all)")
    }
    try refused("start at least 2 ranks", .split, ranks: 1)
    try refused(
      "has 4 ranks (generator 1, discriminator 3), but 3 are running", .sizes(generator: 1, discriminator: 3),
      ranks: 3)
    try refused("one thread", .split, ranks: 2, threads: 2)
  }

  @Test("Ranks go to the role that has more to do, and each lane has one rank in each role")
  func plan() throws {
    let roles = [Role("a", groups: [0]), Role("b", groups: [1])]
    func sizes(_ costs: [Double], _ ranks: Int) throws -> [Int]? {
      try RolePlan.sizes(of: .automatic, roles: roles, ranks: ranks, costs: costs)
    }
    #expect(try sizes([1, 1], 1) == nil)
    #expect(try sizes([1, 3], 2) == [1, 1])
    #expect(try sizes([1, 3], 4) == [1, 3])
    #expect(try sizes([5, 1], 4) == [3, 1])
    let plan = try RolePlan(roles, sizes: [2, 3], lanes: 7)
    #expect(plan.ranks(of: 0) == 0..<2 && plan.ranks(of: 1) == 2..<5)
    for role in 0..<2 {
      #expect(plan.ranks(of: role).flatMap { Array(plan.lanes(of: $0)) } == Array(0..<7))
      for lane in 0..<7 { #expect(plan.lanes(of: plan.rank(of: lane, role: role)).contains(lane)) }
    }
    #expect(throws: ConfigurationError.self) { try RolePlan(roles, sizes: [1, 8], lanes: 7) }
  }
}

/// The progress lines of a run, as far as they do not depend on time.
private final class Lines: RunObserver {
  private(set) var all: [String] = []

  func didEvaluate(_ record: EvaluationRecord) {}
  func didSave(_ checkpoint: Checkpoint, at progress: Networks.Progress) {}
  func didWarn(_ text: String) {}

  func didStep(_ record: StepRecord) {
    all.append("\(record.progress.step) \(record.metrics.map { "\($0.name) \($0.value)" })")
  }
}
