import Checkpoints
import Networks

/// What the loop needs to know of a run, beside the model and the data.
public struct TrainingConfiguration: Sendable {
  /// The seed of every random number of the run.
  public var seed: UInt64
  /// The number of lanes: the logical replicas that the global batch is split into. It is part of the result.
  public var lanes: Int
  /// The examples of one optimizer step, over all lanes.
  public var batch: Int
  /// The most examples that a lane works on at a time; a larger lane is worked on in several goes. Part of the result.
  public var microBatch: Int
  /// The steps of the whole run: what schedules are measured by.
  public var totalSteps: Int
  /// The step after which to end: the whole run, or an earlier one.
  public var lastStep: Int
  /// The steps of one pass over the data.
  public var stepsPerEpoch: Int
  /// Whether the examples are shuffled anew in each epoch.
  public var shuffle: Bool
  /// How contributions are added.
  public var reduction: Reduction
  /// The optimizer of every parameter group that has none of its own.
  public var optimizer: OptimizerConfiguration
  /// The optimizers of single groups, by the group's name.
  public var groupOptimizers: [String: OptimizerConfiguration] = [:]
  /// Whether models that have pictures show them at evaluations.
  public var illustrates = true
  /// Whether the roles of a model work where its placement says; where not, every rank plays all of them.
  public var placesRoles = true
  /// When the run has reached its goal; nil for never.
  public var stop: StopRule?
  /// The examples that evaluation works on at a time. Part of the figures' last bits.
  public var evaluationBlock: Int
  /// The epochs from one evaluation to the next; nil for none but the last.
  public var evaluateEveryEpochs: Int?
  /// The steps from one line of metrics to the next.
  public var logEverySteps: Int
  /// When checkpoints are written.
  public var savePolicy: SavePolicy

  /// A configuration.
  public init(
    seed: UInt64, lanes: Int, batch: Int, microBatch: Int, totalSteps: Int, stepsPerEpoch: Int, shuffle: Bool,
    reduction: Reduction, optimizer: OptimizerConfiguration, evaluationBlock: Int, evaluateEveryEpochs: Int?,
    logEverySteps: Int, savePolicy: SavePolicy, lastStep: Int? = nil
  ) {
    self.seed = seed
    self.lanes = lanes
    self.batch = batch
    self.microBatch = microBatch
    self.totalSteps = max(totalSteps, lastStep ?? 0)
    self.lastStep = lastStep ?? totalSteps
    self.stepsPerEpoch = stepsPerEpoch
    self.shuffle = shuffle
    self.reduction = reduction
    self.optimizer = optimizer
    self.evaluationBlock = evaluationBlock
    self.evaluateEveryEpochs = evaluateEveryEpochs
    self.logEverySteps = logEverySteps
    self.savePolicy = savePolicy
  }

  /// The optimizer of the group of this name.
  public func optimizer(of group: String) -> OptimizerConfiguration { groupOptimizers[group] ?? optimizer }

  /// The largest number of examples that a lane has in one step.
  public var largestLane: Int { (batch + lanes - 1) / lanes }
}
