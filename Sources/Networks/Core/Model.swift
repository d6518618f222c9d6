/// A figure that a model reports: a sum over examples that is divided by the number of examples when it is shown.
public struct Metric: Sendable, Hashable {
  /// The standard name: `loss`, `error` (a fraction), `reconstruction_error`.
  public let name: String
  /// The metric whose sum it is divided by; nil for the number of examples.
  public let per: String?
  /// Whether people see it: no for sums that only serve others as divisors.
  public let isShown: Bool

  /// A metric of this name.
  public init(_ name: String, per: String? = nil, isShown: Bool = true) {
    self.name = name
    self.per = per
    self.isShown = isShown
  }

  /// The figures that sums stand for.
  ///
  /// - Parameter sums: the number of examples, then the metric sums in the order of `metrics`.
  public static func figures(
    _ metrics: [Metric], sums: some Collection<Double>
  ) -> [(name: String, value: Double)] {
    let sums = Array(sums)
    return metrics.enumerated().filter { $1.isShown }.compactMap { index, metric in
      let divisor = metric.per.flatMap { name in metrics.firstIndex { $0.name == name } }
      // A figure of which there were no instances is left out.
      if let divisor, sums[1 + divisor] == 0 { return nil }
      return (metric.name, sums[1 + index] / (divisor.map { sums[1 + $0] } ?? sums[0]))
    }
  }
}

/// How far a run has come. A pure function of the step.
public struct Progress: Sendable, Hashable {
  /// The number of optimizer steps done.
  public var step: Int
  /// The number of whole passes over the data done.
  public var epoch: Int
  /// The steps done in this epoch.
  public var stepInEpoch: Int
  /// The steps in one epoch.
  public var stepsPerEpoch: Int
  /// The steps of the whole run.
  public var totalSteps: Int

  /// Progress after `step` steps.
  public init(step: Int, stepsPerEpoch: Int, totalSteps: Int) {
    self.step = step
    self.stepsPerEpoch = stepsPerEpoch
    self.totalSteps = totalSteps
    epoch = step / max(stepsPerEpoch, 1)
    stepInEpoch = step % max(stepsPerEpoch, 1)
  }

  /// How far a part of the run is, seen as a run of its own: its schedules begin and end with it. The whole run for nil.
  public func within(_ epochs: Range<Int>?) -> Progress {
    guard let epochs else { return self }
    return Progress(
      step: max(step - epochs.lowerBound * stepsPerEpoch, 0), stepsPerEpoch: stepsPerEpoch,
      totalSteps: epochs.count * stepsPerEpoch)
  }
}

/// One part of a step: contributions to one parameter group, reduced and applied before the next phase begins.
public struct Phase: Sendable, Hashable {
  /// What the contribution is.
  public enum Kind: Sendable, Hashable {
    /// A sum that the optimizer descends along: gradients, contrastive-divergence statistics, mistakes.
    case gradient
    /// The diagonal of the Gauss–Newton approximation to the Hessian, for optimizers that ask for it.
    case curvature
    /// A mean over examples that the group's values are set to: the statistics of batch normalisation over all lanes.
    case mean
  }

  /// The name, for progress lines and errors.
  public let name: String
  /// The number of the parameter group.
  public let group: Int
  /// What the contribution is.
  public let kind: Kind
  /// Whether the metric sums of this phase are those that the run reports: one phase of a step says yes, or several that
  /// each fill other sums. The examples of a step are those of the first of them.
  public let countsMetrics: Bool
  /// Which of the model's own stages it belongs to, for models whose work changes with the progress of the run; 0 for
  /// most. It reaches every lane, so that no model has to remember what it said of a step.
  public let stage: Int
  /// The epochs of the run that the schedules of the group's optimizer are counted in; nil for the whole run.
  public let epochs: Range<Int>?

  /// A phase.
  public init(
    _ name: String, group: Int, kind: Kind = .gradient, countsMetrics: Bool? = nil, stage: Int = 0,
    epochs: Range<Int>? = nil
  ) {
    self.name = name
    self.group = group
    self.kind = kind
    self.countsMetrics = countsMetrics ?? (kind == .gradient)
    self.stage = stage
    self.epochs = epochs
  }
}

/// A network that can be trained on lanes.
///
/// A model owns its workspace, so every thread has a model of its own; their parameters are shared. It knows nothing
/// of ranks, and it has no training loop: it names the phases of a step and adds its contribution to each.
public protocol Model: AnyObject, SendableMetatype {
  /// What a config says of the model.
  associatedtype Configuration: Codable & Sendable

  /// The name in the catalogue and in configs.
  static var name: String { get }
  /// One sentence for the catalogue.
  static var summary: String { get }
  /// What the examples must carry.
  static var needsLabels: Bool { get }
  /// The metric by which runs are compared, lower is better: `error`.
  static var mainMetric: String { get }

  /// A model for data of this description and at most `maximumBatch` examples at a time; parameters are zero.
  ///
  /// - Throws: `ShapeError` or `ConfigurationError` where configuration and data do not fit together.
  init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws

  /// The parameter groups, each one contiguous block with an optimizer of its own.
  var parameters: [ParameterGroup] { get }
  /// The figures that the model sums while it trains, and the same ones while it is evaluated.
  var metrics: [Metric] { get }
  /// The layers, shapes and parameters, for people.
  var layerSummaries: [LayerSummary] { get }

  /// Whether an example's contribution depends on the other examples of its lane, so that a lane must not be cut: no
  /// for most, yes with batch normalisation.
  var mixesExamples: Bool { get }
  /// Whether contributions are the gradient of a loss whose second derivatives can be asked for: yes for networks, no for
  /// games and for machines with an energy.
  var hasCurvature: Bool { get }
  /// Whether lanes add up numbers in the middle of a pass: no for most, yes with batch normalisation over all lanes.
  /// Lanes without examples take part then: `accumulate` is called with empty batches.
  var needsAllLanes: Bool { get }
  /// What the lane that this model works on adds up with; called before training where `needsAllLanes` says yes.
  func connect(to lanes: any LaneReducer)
  /// The floats that a lane keeps from step to step for each of its examples; 0 for models that keep nothing.
  var laneStateCount: Int { get }
  /// The number of persistent chains of a run, at least one for each lane; nil where what lanes keep belongs to examples.
  /// `laneStateCount` counts the floats of one chain then.
  var chainCount: Int? { get }
  /// Fills a lane's state before the first step; zero unless a model says otherwise.
  func beginLaneState(_ state: LaneState, random: RandomAddress)

  /// Lets this model work on the parameters of another of the same configuration, from now on.
  func share(parametersOf other: Self)

  /// The phases of the step after `progress`. Called once a step: returns a stored array.
  func phases(at progress: Progress) -> [Phase]

  /// Adds the contribution of `batch` to `contribution`: a deterministic function of the parameters, of the batch and
  /// of random numbers addressed by `random` and by the examples.
  func accumulate(_ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution) throws

  /// Adds the number of examples of `batch` at index 0 of `sums` and the metric sums behind it, without training.
  func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws
}

extension Model {
  /// Labels are needed, unless a model says otherwise.
  public static var needsLabels: Bool { true }
  /// The error, unless a model says otherwise.
  public static var mainMetric: String { "error" }
  /// No, unless a model says otherwise.
  public var mixesExamples: Bool { false }
  /// Yes, unless a model says otherwise.
  public var hasCurvature: Bool { true }
  /// No, unless a model says otherwise.
  public var needsAllLanes: Bool { false }
  /// Has no use for it, unless a model says otherwise.
  public func connect(to lanes: any LaneReducer) {}
  /// Nothing is kept, unless a model says otherwise.
  public var laneStateCount: Int { 0 }
  /// None, unless a model says otherwise.
  public var chainCount: Int? { nil }
  /// Leaves the zeros as they are.
  public func beginLaneState(_ state: LaneState, random: RandomAddress) {}
}

/// One line of a model's description.
public struct LayerSummary: Sendable, Hashable {
  /// What the layer is: `convolution 5x5`.
  public let name: String
  /// The shape of its output.
  public let output: Shape
  /// The number of its trainable parameters.
  public let parameters: Int

  /// A line.
  public init(name: String, output: Shape, parameters: Int) {
    self.name = name
    self.output = output
    self.parameters = parameters
  }
}

/// A configuration that cannot work.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// What was wrong, where, what is allowed and what to do.
  public let description: String

  /// An error with this text.
  public init(_ description: String) {
    self.description = description
  }
}
