/// A figure that a model reports: a sum over examples that is divided by the number of examples when it is shown.
public struct Metric: Sendable, Hashable {
  /// The standard name: `loss`, `error` (a fraction), `reconstruction_error`.
  public let name: String

  /// A metric of this name.
  public init(_ name: String) {
    self.name = name
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
}

/// One part of a step: contributions to one parameter group, reduced and applied before the next phase begins.
public struct Phase: Sendable, Hashable {
  /// What the contribution is.
  public enum Kind: Sendable, Hashable {
    /// A sum that the optimizer descends along: gradients, contrastive-divergence statistics, mistakes.
    case gradient
    /// The diagonal of the Gauss–Newton approximation to the Hessian, for optimizers that ask for it.
    case curvature
  }

  /// The name, for progress lines and errors.
  public let name: String
  /// The number of the parameter group.
  public let group: Int
  /// What the contribution is.
  public let kind: Kind

  /// A phase.
  public init(_ name: String, group: Int, kind: Kind = .gradient) {
    self.name = name
    self.group = group
    self.kind = kind
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
