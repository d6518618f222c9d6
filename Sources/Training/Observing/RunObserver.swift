import Checkpoints
import Networks

/// One line of metrics: the means since the line before.
public struct StepRecord: Sendable {
  /// How far the run is.
  public var progress: Progress
  /// The step after which this process ends the run.
  public var lastStep: Int
  /// The metrics in the model's order, as means over examples.
  public var metrics: [(name: String, value: Double)]
  /// The examples per second since the line before, over all ranks.
  public var examplesPerSecond: Double
  /// The share of the coordinator's time that went into waiting for other ranks, 0 to 1.
  public var waitingShare: Double
  /// The learning rate.
  public var learningRate: Double
}

/// The figures of one evaluation.
public struct EvaluationRecord: Sendable {
  /// How far the run is.
  public var progress: Progress
  /// What was evaluated.
  public var split: EvaluationSplit
  /// The metrics in the model's order, as means over examples: `error`, `loss`.
  public var metrics: [(name: String, value: Double)]

  /// The metrics under their standard names: `test_error`.
  public var named: [(name: String, value: Double)] {
    metrics.map { ("\(split.rawValue)_\($0.name)", $0.value) }
  }
}

/// Who wants to know how a run goes. Only the coordinator calls; nothing that an observer does can change the result.
public protocol RunObserver: AnyObject {
  /// Some steps were done.
  func didStep(_ record: StepRecord) throws
  /// The model was evaluated.
  func didEvaluate(_ record: EvaluationRecord) throws
  /// The model shows how far it is.
  func didIllustrate(_ artifacts: [Artifact], at progress: Progress)
  /// A checkpoint was written.
  func didSave(_ checkpoint: Checkpoint, at progress: Progress)
  /// Something that does not end the run went wrong.
  func didWarn(_ text: String)
}

extension RunObserver {
  /// Looks away.
  public func didIllustrate(_ artifacts: [Artifact], at progress: Progress) {}
}

/// Why a run ended.
public enum RunEnd: Sendable, Hashable {
  /// All steps are done.
  case completed
  /// Someone asked it to stop; there is a checkpoint to go on from.
  case stopped
}

/// A run that cannot go on. All ranks throw it together.
public struct TrainingError: Error, Sendable, CustomStringConvertible {
  /// What was wrong, where and what to do.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
