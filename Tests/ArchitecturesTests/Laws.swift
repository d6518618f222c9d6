import Architectures
import Checkpoints
import Datasets
import Foundation
import Networks
import Training

/// What a law is tried on: an architecture, a small configuration of it, and what a tiny task needs to be learnt.
struct LawSample {
  var name: String
  var model: String
  var optimizer: OptimizerConfiguration
  /// Whether contributions are the gradient of the first metric, smooth enough for central differences.
  var isSmooth = true
  /// The figure that a short run brings below a bound.
  var goal = (name: "test_error", below: 0.4)
  /// What the sample is tried on.
  var data = LawData.digits

  /// One sample for each architecture of the catalogue; an architecture without one fails its laws.
  static let all = [
    LawSample(
      name: "perceptron", model: "{}", optimizer: OptimizerConfiguration(.sgd, learningRate: 1),
      isSmooth: false),
    LawSample(
      name: "mlp", model: #"{"layers": [{"dense": {"units": 12, "activation": "tanh"}}, {"dense": 10}]}"#,
      optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9, clipNorm: 5)),
    LawSample(
      name: "cnn",
      model: """
        {"layers": [{"convolution": {"maps": 3, "kernel": 5, "stride": 2, "activation": "tanh"}}, {"average_pooling": 2},
        {"dropout": 0.1}, {"dense": 10}]}
        """, optimizer: OptimizerConfiguration(.adam, learningRate: 0.005)),
    LawSample(
      name: "autoencoder",
      model: """
        {"encoder": {"layers": [{"dense": {"units": 12, "activation": "sigmoid"}}, {"dropout": 0.1},
        {"dense": {"units": 5, "activation": "tanh"}}]}, "tied": true,
        "corruption": {"kind": "masking", "amount": 0.2}, "sparsity": {"kind": "l1", "weight": 0.01}}
        """, optimizer: OptimizerConfiguration(.adam, learningRate: 0.01),
      goal: ("test_reconstruction_error", 60)),
    LawSample(
      name: "gan",
      model: """
        {"generator": {"latent": 6, "layers": [{"dense": {"units": 9, "activation": "tanh"}}, {"dense": 784}, "sigmoid"]},
        "discriminator": {"layers": [{"dense": {"units": 8, "activation": "tanh"}}, {"dropout": 0.1}, {"dense": 1}]},
        "discriminator_steps": 2}
        """, optimizer: OptimizerConfiguration(.adam, learningRate: 0.002, beta1: 0.5),
      goal: ("test_discriminator_loss", 0.7)),
    LawSample(
      name: "rbm", model: #"{"hidden": 24, "labels": true, "sparsity": {"target": 0.2, "weight": 0.01}}"#,
      optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.5), isSmooth: false,
      goal: ("test_reconstruction_error", 60)),
    LawSample(
      name: "dbn",
      model: """
        {"layers": [24, 20], "labels": true, "stages": [{"train": "layer_1", "epochs": 1},
        {"train": "layer_2", "epochs": 1}, {"train": "up_down", "epochs": 11}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9), isSmooth: false,
      goal: ("test_reconstruction_error", 55)),
    LawSample(
      name: "dbm",
      model: """
        {"layers": [24, 20], "chains": 14, "stages": [{"train": "layer_1", "epochs": 5},
        {"train": "layer_2", "epochs": 2}, {"train": "joint", "epochs": 7, "steps": 2}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.5), isSmooth: false,
      goal: ("test_reconstruction_error", 70)),
    LawSample(
      name: "rnn", model: #"{"units": 24, "average": "sequence", "dropout": 0.05}"#,
      optimizer: OptimizerConfiguration(.adam, learningRate: 0.01), goal: ("test_error", 0.6), data: .text),
    LawSample(
      name: "lstm",
      model:
        #"{"layers": [{"units": 20}, {"units": 12}], "peepholes": true, "forget_bias": 1, "average": "sequence"}"#,
      optimizer: OptimizerConfiguration(.adam, learningRate: 0.02), goal: ("test_error", 0.6), data: .text),
    LawSample(
      name: "gru",
      model:
        #"{"units": 24, "embedding": 9, "weight_noise": 0.02, "average": "sequence", "output_sees_inputs": true}"#,
      optimizer: OptimizerConfiguration(.adam, learningRate: 0.02), goal: ("test_error", 0.6), data: .text),
    LawSample(
      name: "hopfield",
      model: #"{"patterns": 5, "networks": 90, "rule": "pseudo_inverse", "cue": {"flip": 3}}"#,
      optimizer: OptimizerConfiguration(.sgd, learningRate: 1), isSmooth: false, goal: ("test_error", 0.2),
      data: .patterns),
    LawSample(
      name: "boltzmann",
      model: """
        {"groups": [{"name": "v1", "units": 8, "inside": true}, {"name": "v2", "units": 8, "inside": true},
        {"name": "code", "units": 3, "hidden": true}], "links": [["v1", "code"], ["v2", "code"]], "time": 4, "runs": 1,
        "noise": {"on_to_off": 0.15, "off_to_on": 0.02},
        "completion": {"clamp": ["v1"], "read": ["v2"], "method": "exact"}}
        """, optimizer: OptimizerConfiguration(.fixedStep, learningRate: 2), isSmooth: false,
      goal: ("test_completion_error", 0.4), data: .encoder),
  ]

  static func of(_ type: any Model.Type) throws -> LawSample {
    guard let sample = all.first(where: { $0.name == type.name }) else {
      throw ConfigurationError(
        "the architecture \(type.name) has no sample to try the laws on: add one to LawSample.all")
    }
    return sample
  }

  func configuration<M: Model>(_ type: M.Type) throws -> M.Configuration {
    try JSONDecoder().decode(M.Configuration.self, from: Data(model.utf8))
  }
}

/// What laws are tried on: 9 steps of 50 examples an epoch.
enum LawData {
  /// Generated digits.
  case digits
  /// Generated text, cut into streams: 50 run side by side, and hidden states are carried from step to step.
  case text
  /// Random patterns for 90 networks.
  case patterns
  /// The eight patterns of the 8-3-8 encoder, again and again.
  case encoder

  private static let generatedDigits = Result {
    try HandwrittenDigits(seed: 5).splits(training: 420, test: 130)
  }
  private static let generatedText = Result {
    var configuration = DataConfiguration()
    configuration.source = .grammar
    configuration.shuffle = false
    configuration.sequences.window = 12
    configuration.sequences.length = 50 * 12 * 9 + 1
    configuration.sequences.testLength = 1500
    configuration.sequences.evaluationWindow = 100
    return try configuration.open(batch: 50)
  }

  private static let randomPatterns = Result {
    var configuration = DataConfiguration()
    configuration.source = .patterns
    configuration.features = 60
    configuration.trainingCount = 450
    configuration.patterns.networks = 90
    return try configuration.open()
  }

  private static let encoderPatterns = Result {
    var configuration = DataConfiguration()
    configuration.source = .encoder
    configuration.features = 8
    configuration.trainingCount = 450
    configuration.testCount = 20
    return try configuration.open()
  }

  var splits: DatasetSplits {
    get throws {
      switch self {
      case .digits: try Self.generatedDigits.get()
      case .text: try Self.generatedText.get()
      case .patterns: try Self.randomPatterns.get()
      case .encoder: try Self.encoderPatterns.get()
      }
    }
  }

  var preparation: Preparation { Preparation(normalization: self == .digits ? .unit : .none) }
  var description: DataDescription { get throws { try preparation.description(for: splits.training.format) } }
}

/// Small runs.
enum LawRun {
  static func configuration(_ sample: LawSample, lanes: Int = 7, steps: Int) throws -> TrainingConfiguration {
    TrainingConfiguration(
      seed: 3, lanes: lanes, batch: 50, microBatch: 8, totalSteps: steps, stepsPerEpoch: 9,
      shuffle: sample.data != .text,
      reduction: .exact, optimizer: sample.optimizer, evaluationBlock: 32, evaluateEveryEpochs: nil,
      logEverySteps: 1000,
      savePolicy: try SavePolicy(everySteps: 1_000_000))
  }

  static func manifest(_ name: String) -> CheckpointManifest {
    CheckpointManifest(
      architecture: name, config: "", step: 0, epoch: 0, dataPosition: 0, seed: 3, lanes: 7,
      datasetFingerprint: "",
      libraryVersion: "")
  }

  static func trainer<M: Model>(
    _ type: M.Type, _ sample: LawSample, steps: Int, replicas: any ReplicaGroup = SoloGroup(),
    threads: Int = 1,
    directory: RunDirectory? = nil
  ) throws -> Trainer<M> {
    let model = try sample.configuration(type)
    return try Trainer(
      configuration(sample, steps: steps),
      makeModel: { try M(model, data: try sample.data.description, maximumBatch: $0) },
      preparation: sample.data.preparation,
      feed: SharedFeed(try sample.data.splits, rank: replicas.rank, largestRequest: 64),
      plan: LanePlan(lanes: 7, ranks: replicas.count), replicas: replicas, team: ThreadTeam(count: threads),
      manifest: manifest(sample.name), runDirectory: directory, observer: nil)
  }

  /// A batch of the first training examples.
  static func batch(_ range: Range<Int>, of data: LawData) throws -> (batch: Batch, keep: BatchAssembler) {
    let training = try data.splits.training
    let assembler = try BatchAssembler(
      format: training.format, preparation: data.preparation, maximumBatch: 64)
    return (assembler.assemble(evaluating: range, from: training), assembler)
  }
}
