/// A model that is one network over sequences: it says which, and the rest follows.
public protocol SequenceModel: IllustratedModel, SamplingModel {
  /// The network.
  var network: SequenceNetwork { get }
}

extension SequenceModel {
  /// Targets come with the sequences.
  public static var needsLabels: Bool { false }
  /// The loss of a scored step.
  public static var mainMetric: String { "loss" }
  /// One group: the network.
  public var parameters: [ParameterGroup] { [network.parameters] }
  /// What the objective counts.
  public var metrics: [Metric] { network.metrics }
  /// One line for each layer.
  public var layerSummaries: [LayerSummary] { network.summaries }
  /// The states that are carried on, where the data is a stream.
  public var laneStateCount: Int { network.laneStateCount }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: Self) { network.share(other.network.parameters) }

  /// One phase: the gradient.
  public func phases(at progress: Progress) -> [Phase] { network.phases }

  /// Adds the gradient of the loss over the batch.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    try network.accumulate(batch, kind: phase.kind, random: random, into: contribution)
  }

  /// Adds the sums over the batch, without training.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    try network.evaluate(batch, into: sums)
  }
}
