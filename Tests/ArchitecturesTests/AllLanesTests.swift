import Architectures
import Checkpoints
import Foundation
import Networks
import ReplicaTesting
import Synchronization
import Testing
import Training

/// Models whose lanes meet in the middle of a pass: batch normalisation over all lanes.
@Suite struct AllLanesTests {
  private static func perceptron(over extent: String) -> LawSample {
    LawSample(
      name: "mlp",
      model: """
        {"layers": [{"dense": 12}, {"batch_normalization": {"over": "\(extent)"}}, "tanh", {"dense": 6},
        {"batch_normalization": {"over": "\(extent)"}}, {"dense": 10}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1))
  }

  private static let game = LawSample(
    name: "gan",
    model: """
      {"generator": {"latent": 6, "layers": [{"dense": 9}, {"batch_normalization": {"over": "all"}}, "relu",
      {"dense": 784}, "sigmoid"]},
      "discriminator": {"layers": [{"dense": 8}, {"batch_normalization": {"over": "all"}}, {"dense": 1}]}}
      """, optimizer: OptimizerConfiguration(.adam, learningRate: 0.002, beta1: 0.5))

  /// 12 steps of 50 examples, the last of an epoch of 20: some lanes have fewer examples, and with 30 lanes some none.
  private func run<M: Model>(
    _ type: M.Type, _ sample: LawSample, lanes: Int, ranks: Int = 1, threads: Int = 1,
    dedicatedCoordinator: Bool = false
  ) throws -> (parameters: [Float], hash: String) {
    let result = Mutex<(parameters: [Float], hash: String)>(([], ""))
    try onReplicas(ranks) { replicas in
      var configuration = try LawRun.configuration(sample, lanes: lanes, steps: 12)
      configuration.microBatch = 50
      let model = try sample.configuration(type)
      let trainer = try Trainer<M>(
        configuration, makeModel: { try M(model, data: try sample.data.description, maximumBatch: $0) },
        preparation: sample.data.preparation,
        feed: SharedFeed(try sample.data.splits, rank: replicas.rank, largestRequest: 64),
        plan: LanePlan(
          lanes: lanes, ranks: replicas.count, dedicatedCoordinator: dedicatedCoordinator),
        replicas: replicas,
        team: ThreadTeam(count: threads), manifest: LawRun.manifest(sample.name), runDirectory: nil,
        observer: nil)
      _ = try trainer.run()
      if replicas.rank == 0 {
        let values = trainer.model.parameters.flatMap { Array($0.buffer.elements) }
        result.withLock { $0 = (values, weightsSHA256(of: trainer.model.parameters)) }
      }
    }
    return result.withLock { $0 }
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test("Over all lanes, one lane computes bit for bit what it computes over itself")
  func oneLane() throws {
    let alone = try run(MultilayerPerceptron.self, Self.perceptron(over: "lane"), lanes: 1)
    let all = try run(MultilayerPerceptron.self, Self.perceptron(over: "all"), lanes: 1)
    #expect(alone.hash == all.hash)
  }

  @Test("Over all lanes, many lanes compute what one lane does, but for rounding; over a lane they do not")
  func manyLanes() throws {
    let sample = Self.perceptron(over: "all")
    let one = try run(MultilayerPerceptron.self, sample, lanes: 1)
    for lanes in [3, 30] {
      let many = try run(MultilayerPerceptron.self, sample, lanes: lanes)
      #expect(distance(one.parameters, many.parameters) < 1e-4)
    }
    let apart = try run(MultilayerPerceptron.self, Self.perceptron(over: "lane"), lanes: 3)
    #expect(distance(one.parameters, apart.parameters) > 1e-2)
  }

  @Test(
    "Over all lanes, the weights do not depend on ranks and threads, a rank without lanes and lanes without examples included"
  )
  func ranks() throws {
    for lanes in [4, 30] {
      let alone = try run(GenerativeAdversarialNetwork.self, Self.game, lanes: lanes)
      for (ranks, threads) in [(1, 2), (2, 1), (3, 1), (3, 2)] {
        let other = try run(
          GenerativeAdversarialNetwork.self, Self.game, lanes: lanes, ranks: ranks, threads: threads)
        #expect(other.hash == alone.hash)
      }
    }
    let two = try run(GenerativeAdversarialNetwork.self, Self.game, lanes: 2)
    let dedicated = try run(
      GenerativeAdversarialNetwork.self, Self.game, lanes: 2, ranks: 3, dedicatedCoordinator: true)
    #expect(dedicated.hash == two.hash)
  }
}
