import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Networks
import Training

/// `tenfold bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures whole training steps on random data, alone or under mpirun.",
    discussion: """
      A step is everything that training does: gathering the batch, forward, backward, the exact sum over lanes and
      ranks, the optimizer. Prints one JSON line with the median over several runs of steps. Of hopfield it measures
      recall instead: 10 synchronous sweeps of 1,000 units with 100 patterns, for a batch of random states.
      """)

  @Option(help: "The network: \(BenchNetwork.allCases.map(\.rawValue).joined(separator: ", ")).")
  var network = BenchNetwork.lenet5

  @Option(
    name: .customLong("batch"),
    help: "The examples of a step, over all lanes. Default: that of the comparison with PyTorch.")
  var wantedBatch: Int?

  @Option(help: "The number of lanes. Default: one for each rank and thread.")
  var lanes: Int?

  @Option(help: "Seconds to measure for.")
  var seconds = 2.0

  @Option(help: "exact or fast.")
  var reduction = "exact"

  @Option(help: "A value in place of the network's config, for example micro_batch=32.")
  var set: [String] = []

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard Reduction(rawValue: reduction) != nil else {
      throw ValidationError("--reduction \(reduction): exact or fast")
    }
    guard batch >= 1 else { throw ValidationError("--batch \(batch): at least 1 is needed") }
    guard seconds > 0 else { throw ValidationError("--seconds \(seconds): more than 0 is needed") }
  }

  private var batch: Int { wantedBatch ?? network.batch }

  private func yaml(lanes: Int) -> String {
    return """
      \(network.yaml)
      lanes: \(lanes)
      batch: \(batch)
      steps: 1000000000
      reduction: \(reduction)
      log_every_steps: 1000000000
      optimizer: \(network.optimizer)
      """
  }

  func run() throws {
    RankSession.run(stallSeconds: 0) { session in
      if network == .hopfield { return try measureRecall(session) }
      let source = try RunSource(
        yaml: yaml(lanes: lanes ?? session.replicas.count * options.threads), source: "bench", overrides: set)
      return try measure(source.architecture, source, session)
    }
  }

  private func measure<M: Model>(_ type: M.Type, _ source: RunSource, _ session: RankSession) throws -> Int32
  {
    let configuration = try source.configuration(for: M.self)
    let examples = batch * 8
    let set = try network.examples(examples)
    let splits = try DatasetSplits(training: set, test: set)
    let plan = try LanePlan(
      lanes: configuration.lanes, ranks: session.replicas.count,
      dedicatedCoordinator: options.dedicatedCoordinator)
    let training = configuration.training(examples: examples, stepLimit: nil)
    let preparation = Preparation(normalization: set.format.sequence == nil ? .unit : .none)
    let trainer = try Trainer(
      training,
      makeModel: {
        try M(configuration.model, data: preparation.description(for: set.format), maximumBatch: $0)
      },
      preparation: preparation, feed: SharedFeed(splits, rank: session.replicas.rank, largestRequest: batch),
      plan: plan, replicas: session.replicas, team: ThreadTeam(count: options.threads),
      manifest: CheckpointManifest(
        architecture: M.name, config: "", step: 0, epoch: 0, dataPosition: 0, seed: 1,
        lanes: configuration.lanes,
        datasetFingerprint: "", libraryVersion: Tenfold.version),
      runDirectory: nil, observer: nil)

    func microseconds(_ steps: Int) throws -> Double {
      let start = ContinuousClock.now
      for _ in 0..<steps { _ = try trainer.step() }
      return (ContinuousClock.now - start) / .microseconds(1) / Double(steps)
    }
    // All ranks must take the same number of steps: the coordinator's clock decides.
    _ = try microseconds(20)
    var pace = [Int64(1)]
    pace[0] = Int64(max(1, seconds * 1e6 / 15 / (try microseconds(20))))
    try pace.withUnsafeMutableBytes { try session.replicas.broadcast(in: $0, operation: "bench") }
    let runs = try (0..<15).map { _ in try microseconds(Int(pace[0])) }.sorted()
    guard session.isCoordinator else { return ExitStatus.done }
    let line = Result(
      network: network.rawValue, batch: batch, ranks: session.replicas.count, threads: options.threads,
      lanes: configuration.lanes, reduction: reduction, microsecondsPerStep: runs[7], fastest: runs[0],
      examplesPerSecond: Double(batch) / runs[7] * 1e6)
    print(String(decoding: try JSON.encode(line), as: UTF8.self))
    return ExitStatus.done
  }

  /// Recall is no training step: every rank would do the same.
  private func measureRecall(_ session: RankSession) throws -> Int32 {
    guard session.isCoordinator else { return ExitStatus.done }
    let recall = BenchRecall(states: batch)
    func microseconds(_ runs: Int) -> Double {
      let start = ContinuousClock.now
      for _ in 0..<runs { recall.run() }
      return (ContinuousClock.now - start) / .microseconds(1) / Double(runs)
    }
    _ = microseconds(3)
    let pace = max(1, Int(seconds * 1e6 / 15 / microseconds(3)))
    let runs = (0..<15).map { _ in microseconds(pace) }.sorted()
    let line = Result(
      network: network.rawValue, batch: batch, ranks: 1, threads: 1, lanes: 1, reduction: reduction,
      microsecondsPerStep: runs[7], fastest: runs[0], examplesPerSecond: Double(batch) / runs[7] * 1e6)
    print(String(decoding: try JSON.encode(line), as: UTF8.self))
    return ExitStatus.done
  }

  /// The line that is printed.
  private struct Result: Encodable {
    var network: String
    var batch: Int
    var ranks: Int
    var threads: Int
    var lanes: Int
    var reduction: String
    var microsecondsPerStep: Double
    var fastest: Double
    var examplesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case network, batch, ranks, threads, lanes, reduction
      case microsecondsPerStep = "microseconds_per_step"
      case fastest = "fastest_microseconds_per_step"
      case examplesPerSecond = "examples_per_second"
    }
  }
}
