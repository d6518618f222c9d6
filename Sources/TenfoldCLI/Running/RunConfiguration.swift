import Checkpoints
import Datasets
import Networks
import Training

/// One run, as its config file says it. `Model` is what the architecture wants to know.
struct RunConfiguration<Model: Codable & Sendable>: Codable, Sendable {
  /// The name of the architecture in the catalogue.
  var architecture: String
  /// The seed of every random number of the run.
  var seed: UInt64 = 1
  /// The logical replicas that the global batch is split into; part of the result.
  var lanes = 1
  /// The examples of one optimizer step, over all lanes.
  var batch = 64
  /// The most examples that a lane works on at a time; nil for all of the lane's.
  var microBatch: Int?
  /// The passes over the training set.
  var epochs: Int?
  /// The optimizer steps, where a run is not measured in epochs.
  var steps: Int?
  /// The run directory of a network whose layers this one begins with; nil for drawn weights.
  var start: String?
  /// How contributions are added over ranks.
  var reduction = Reduction.exact
  /// What the architecture wants to know.
  var model: Model
  /// Where the examples come from.
  var data = DataConfiguration()
  /// How the parameters move.
  var optimizer = OptimizerConfiguration()
  /// How single parameter groups move, by the group's name, where not as `optimizer` says.
  var optimizers: [String: OptimizerConfiguration] = [:]
  /// When the run has reached its goal; nil for never.
  var stop: StopRule?
  /// When and how the model is evaluated.
  var evaluation = EvaluationConfiguration()
  /// The steps from one line of metrics to the next.
  var logEverySteps = 100
  /// When checkpoints are written.
  var checkpoints: SavePolicy

  enum CodingKeys: String, CodingKey {
    case architecture, seed, lanes, batch, epochs, steps, start, reduction, model, data, optimizer,
      optimizers, stop,
      evaluation, checkpoints
    case microBatch = "micro_batch"
    case logEverySteps = "log_every_steps"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    architecture = try values.decode(String.self, forKey: .architecture)
    seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    lanes = try values.decodeIfPresent(Int.self, forKey: .lanes) ?? lanes
    batch = try values.decodeIfPresent(Int.self, forKey: .batch) ?? batch
    microBatch = try values.decodeIfPresent(Int.self, forKey: .microBatch)
    epochs = try values.decodeIfPresent(Int.self, forKey: .epochs)
    steps = try values.decodeIfPresent(Int.self, forKey: .steps)
    start = try values.decodeIfPresent(String.self, forKey: .start)
    reduction = try values.decodeIfPresent(Reduction.self, forKey: .reduction) ?? reduction
    data = try values.decodeIfPresent(DataConfiguration.self, forKey: .data) ?? data
    optimizer = try values.decodeIfPresent(OptimizerConfiguration.self, forKey: .optimizer) ?? optimizer
    // A null takes an entry away again: --set optimizers.network=null.
    optimizers =
      try values.decodeIfPresent([String: OptimizerConfiguration?].self, forKey: .optimizers)?
      .compactMapValues { $0 } ?? optimizers
    stop = try values.decodeIfPresent(StopRule.self, forKey: .stop)
    evaluation = try values.decodeIfPresent(EvaluationConfiguration.self, forKey: .evaluation) ?? evaluation
    logEverySteps = try values.decodeIfPresent(Int.self, forKey: .logEverySteps) ?? logEverySteps
    checkpoints = try values.decodeIfPresent(SavePolicy.self, forKey: .checkpoints) ?? SavePolicy()
    model = try values.decode(Model.self, forKey: .model)
    try validate()
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(architecture, forKey: .architecture)
    try values.encode(seed, forKey: .seed)
    try values.encode(lanes, forKey: .lanes)
    try values.encode(batch, forKey: .batch)
    try values.encodeIfPresent(microBatch, forKey: .microBatch)
    try values.encodeIfPresent(epochs, forKey: .epochs)
    try values.encodeIfPresent(steps, forKey: .steps)
    try values.encodeIfPresent(start, forKey: .start)
    try values.encode(reduction, forKey: .reduction)
    try values.encode(model, forKey: .model)
    try values.encode(data, forKey: .data)
    try values.encode(optimizer, forKey: .optimizer)
    if !optimizers.isEmpty { try values.encode(optimizers, forKey: .optimizers) }
    try values.encodeIfPresent(stop, forKey: .stop)
    try values.encode(evaluation, forKey: .evaluation)
    try values.encode(logEverySteps, forKey: .logEverySteps)
    try values.encode(checkpoints, forKey: .checkpoints)
  }

  private func validate() throws {
    func require(_ condition: Bool, _ text: String) throws {
      if !condition { throw ConfigurationError(text) }
    }
    try require(lanes >= 1 && lanes <= 65_536, "lanes is \(lanes): 1 to 65536 are allowed")
    try require(batch >= 1 && batch <= 1 << 24, "batch is \(batch): 1 to \(1 << 24) examples are allowed")
    try require(
      lanes <= batch, "lanes is \(lanes), batch is \(batch): a lane needs at least one example of a batch")
    try require(microBatch ?? 1 >= 1, "micro_batch is \(microBatch ?? 1): at least 1 example is needed")
    try require((epochs == nil) != (steps == nil), "say either epochs or steps: how long the run is")
    try require(epochs ?? 1 >= 1 && epochs ?? 1 <= 1 << 30, "epochs is \(epochs ?? 1): at least 1 is needed")
    try require(steps ?? 1 >= 1, "steps is \(steps ?? 1): at least 1 is needed")
    try require(logEverySteps >= 1, "log_every_steps is \(logEverySteps): at least 1 is needed")
    try optimizer.validate()
    for group in optimizers.values { try group.validate() }
    try data.validate()
  }

  /// What the loop needs to know, for a training set of `examples`.
  func training(examples: Int, stepLimit: Int?) -> TrainingConfiguration {
    let stepsPerEpoch = (examples + batch - 1) / batch
    let total = steps ?? stepsPerEpoch * (epochs ?? 1)
    let lane = (min(batch, examples) + lanes - 1) / lanes
    var training = TrainingConfiguration(
      seed: seed, lanes: lanes, batch: batch, microBatch: min(microBatch ?? min(lane, 256), lane),
      totalSteps: total, stepsPerEpoch: stepsPerEpoch, shuffle: data.shuffle, reduction: reduction,
      optimizer: optimizer, evaluationBlock: evaluation.block, evaluateEveryEpochs: evaluation.everyEpochs,
      logEverySteps: logEverySteps, savePolicy: checkpoints,
      lastStep: stepLimit)
    training.groupOptimizers = optimizers
    training.stop = stop
    training.illustrates = evaluation.pictures
    return training
  }

  /// Checks what only the model can tell: the names of its groups and of its metrics, and whether lanes may be cut.
  func validate(for model: some Networks.Model, _ training: TrainingConfiguration) throws {
    let isCut = training.microBatch == microBatch ?? 256 && training.microBatch < training.largestLane
    if model.mixesExamples, isCut {
      throw ConfigurationError(
        "batch normalisation needs all \(training.largestLane) examples of a lane at once, but a lane is worked on "
          + "\(training.microBatch) at a time: set micro_batch: \(training.largestLane) or more, or use more "
          + "lanes")
    }
    if model is any RoleModel || !model.hasCurvature {
      for used in [optimizer] + optimizers.values where used.rule == .sdlm {
        throw ConfigurationError(
          "optimizer: the rule «sdlm» needs second derivatives of one loss, and the architecture «\(architecture)» has "
            + "none: choose another rule")
      }
    }
    if let chains = model.chainCount, chains < lanes {
      throw ConfigurationError(
        "model.chains is \(chains), lanes is \(lanes): every lane needs at least one chain; use at least \(lanes) chains, "
          + "or fewer lanes")
    }
    let groups = model.parameters.map(\.name)
    for name in optimizers.keys where !groups.contains(name) {
      throw ConfigurationError(
        "optimizers: unknown group «\(name)»: \(Networks.Suggestion.clause(for: name, in: groups))")
    }
    try stop?.validate(metrics: model.metrics)
  }
}

/// When and how a run is evaluated.
struct EvaluationConfiguration: Codable, Sendable {
  /// The epochs from one evaluation to the next; nil for the last one only.
  var everyEpochs: Int? = 1
  /// The examples that are evaluated at a time; the last bits of the figures depend on it.
  var block = 100
  /// Whether models that have pictures write them at every evaluation.
  var pictures = true
  /// How `tenfold evaluate` computes the likelihood of a machine with an energy; nil for not at all.
  var likelihood: LikelihoodRequest?

  enum CodingKeys: String, CodingKey {
    case everyEpochs = "every_epochs"
    case block, pictures, likelihood
  }

  init() {}

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    everyEpochs = try values.decodeIfPresent(Int.self, forKey: .everyEpochs) ?? everyEpochs
    block = try values.decodeIfPresent(Int.self, forKey: .block) ?? block
    pictures = try values.decodeIfPresent(Bool.self, forKey: .pictures) ?? pictures
    likelihood = try values.decodeIfPresent(LikelihoodRequest.self, forKey: .likelihood)
    try likelihood?.validate()
    guard everyEpochs ?? 1 >= 1 else {
      throw ConfigurationError("evaluation.every_epochs is \(everyEpochs ?? 0): at least 1 is needed")
    }
    guard block >= 1, block <= 65_536 else {
      throw ConfigurationError("evaluation.block is \(block): 1 to 65536 examples are allowed")
    }
  }
}
