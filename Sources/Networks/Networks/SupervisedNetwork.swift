/// A network with a loss at its outputs: all that a model with one objective consists of.
public final class SupervisedNetwork {
  /// The network.
  public let network: Network
  /// The loss.
  public let loss: any Loss
  /// The figures that are summed: `loss`, `error` (0 where examples have no class), and what the loss adds.
  public let metrics: [Metric]
  /// The phases of a step: one.
  public let phases = [Phase("gradient", group: 0)]
  private let classes: Int
  private let workspace: LossWorkspace

  /// A network on data of this description.
  ///
  /// - Throws: `ShapeError` where a layer cannot work on what it is given, `ConfigurationError` where the outputs do not
  ///   fit the loss.
  public init(
    _ layers: [any Layer], loss: any Loss, data: DataDescription, maximumBatch: Int, name: String = "network"
  ) throws {
    network = try Network(layers, input: data.input, maximumBatch: maximumBatch, name: name)
    try loss.check(outputs: network.output, data: data)
    self.loss = loss
    metrics = [Metric("loss"), Metric("error")] + loss.additionalMetrics
    classes = data.classes
    workspace = LossWorkspace(for: loss, outputs: network.output, maximumBatch: maximumBatch)
  }

  /// One line for each layer, and one for what the loss adds.
  public var summaries: [LayerSummary] {
    network.summaries + (loss.outputLayer.map { [$0] } ?? [])
  }

  /// Adds the gradient or the curvature of the loss, summed over the batch, and the metric sums.
  ///
  /// Curvature is that of the network without dropout; metrics are not counted with it.
  public func accumulate(
    _ batch: Batch, kind: Phase.Kind, random: RandomAddress, into contribution: Contribution
  ) throws {
    guard batch.count > 0 || network.needsAllLanes else { return }
    try checkLabels(of: batch)
    contribution.add(examples: batch.count)
    let outputs = network.forward(
      batch.inputs, examples: batch.examples, random: random, isTraining: kind == .gradient)
    switch kind {
    case .gradient:
      let sums = loss.evaluate(outputs, batch, gradient: network.outputGradient, workspace)
      contribution.add(sums.loss, toMetric: 0)
      contribution.add(Double(sums.errors), toMetric: 1)
      for (index, sum) in workspace.additionalSums.enumerated() { contribution.add(sum, toMetric: 2 + index) }
      network.backward(into: contribution)
    case .curvature:
      loss.curvature(outputs, batch, into: network.outputGradient, workspace)
      try network.curvature(into: contribution)
    case .mean: preconditionFailure("a network with one loss has no phase of means")
    }
  }

  /// Adds the number of examples and the metric sums of the batch, without training.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    try checkLabels(of: batch)
    sums[0] += Double(batch.count)
    let result = loss.evaluate(network.infer(batch.inputs), batch, gradient: nil, workspace)
    sums[1] += result.loss
    sums[2] += Double(result.errors)
    for (index, sum) in workspace.additionalSums.enumerated() { sums[3 + index] += sum }
  }

  private func checkLabels(of batch: Batch) throws(ConfigurationError) {
    guard classes > 0 else { return }
    guard batch.labels.count == batch.count else {
      throw ConfigurationError(
        "\(batch.count) examples come with \(batch.labels.count) labels: each needs one")
    }
    for label in batch.labels where label < 0 || label >= classes {
      throw ConfigurationError(
        "an example has the label \(label): labels of \(classes) classes are 0...\(classes - 1)")
    }
  }
}

/// A model that is one network with one loss: it says which, and the rest follows.
public protocol NetworkModel: Model {
  /// The network and its loss.
  var supervised: SupervisedNetwork { get }
}

extension NetworkModel {
  /// One group: the network.
  public var parameters: [ParameterGroup] { [supervised.network.parameters] }
  /// Whether a layer looks at several examples at once.
  public var mixesExamples: Bool { supervised.network.mixesExamples }
  /// Whether a layer adds up numbers over all lanes.
  public var needsAllLanes: Bool { supervised.network.needsAllLanes }

  /// Adds up over these lanes from now on.
  public func connect(to lanes: any LaneReducer) { supervised.network.connect(to: lanes) }
  /// What the loss counts.
  public var metrics: [Metric] { supervised.metrics }
  /// One line for each layer.
  public var layerSummaries: [LayerSummary] { supervised.summaries }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: Self) {
    supervised.network.share(other.supervised.network.parameters)
  }

  /// One phase: the gradient.
  public func phases(at progress: Progress) -> [Phase] { supervised.phases }

  /// Adds the gradient or the curvature of the loss over the batch.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    try supervised.accumulate(batch, kind: phase.kind, random: random, into: contribution)
  }

  /// Adds the sums over the batch, without training.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    try supervised.evaluate(batch, into: sums)
  }
}
