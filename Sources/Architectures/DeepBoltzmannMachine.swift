import Kernels
import Networks

/// A deep Boltzmann machine: layers trained one after the other, then all together, then a classifier.
///
/// Salakhutdinov & Hinton, Deep Boltzmann machines, AISTATS 2009. Each stage of the config trains one parameter group with
/// an optimizer of its own:
///
/// - `layer_1`, `layer_2`, …: contrastive divergence on what the layers below make of the input; the first layer's input
///   counts twice on the way up, the last one's units twice on the way down, layers between are halved afterwards;
/// - `joint`: all levels, by a mean field of the data and persistent chains;
/// - `network`: logistic units with a softmax on top, on the input with the mean field of the second hidden level behind
///   it, by back-propagation.
///
/// A stage begins with the weights that the stages before have learnt. Chains belong to lanes, as those of «rbm».
///
/// ```yaml
/// model:
///   layers: [500, 1000]
///   stages: [{train: layer_1, epochs: 50}, {train: layer_2, epochs: 50}, {train: joint, epochs: 300, steps: 5},
///            {train: network, epochs: 50}]
/// ```
public final class DeepBoltzmannMachine: Model {
  /// The name in the catalogue and in configs.
  public static let name = "dbm"
  /// One sentence for the catalogue.
  public static let summary =
    "Deep Boltzmann machine: layer-wise pretraining, mean field with persistent chains, fine-tuning (Salakhutdinov 2009)"
  /// Only the stage `network` needs labels, and it asks for them itself.
  public static let needsLabels = false

  /// `loss` and `error` of the network; for each layer while it is trained the squared error of what one step down gives
  /// back, of the whole machine that of its mean field: `reconstruction_error`, `reconstruction_error_2` and so on;
  /// `mean_field_iterations`. Outside of training `free_energy`: the bound on -ln p of an example, less ln Z.
  public let metrics: [Metric]
  /// One group for each layer, then `joint` and `network` where stages train them, then what has begun.
  public private(set) var parameters: [ParameterGroup]
  let data: DataDescription
  let maximumBatch: Int
  let stages: LayerwiseStages
  let machines: [RestrictedMachine]
  let supervised: SupervisedNetwork?
  /// All levels, as they are trained together.
  let joint: DeepMachineLearner?
  let isSampled: (inputs: Bool, activities: Bool, network: Bool)
  private let stack: BeliefStack
  private let learners: [ContrastiveLearner]
  /// All levels, as the layers make them: what stands for the machine before it is trained as a whole.
  private let composed: (group: ParameterGroup, field: MeanField)
  private let partitions: (joint: DeepPartition?, composed: DeepPartition)
  let states: FlatBuffer
  let augmented: FlatBuffer
  let scratch: FlatBuffer

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let levels = try configuration.levels(for: data)
    self.data = data
    self.maximumBatch = maximumBatch
    let machines = configuration.machines(levels)
    self.machines = machines
    stack = BeliefStack(
      layers: machines.dropLast().map { .init(recognition: $0, generation: $0) }, top: machines.last!,
      maximumBatch: maximumBatch)
    learners = machines.map {
      ContrastiveLearner(
        $0, options: ContrastiveOptions(drawsVisible: configuration.visibleStates != .probabilities),
        maximumBatch: maximumBatch)
    }
    func field(_ group: ParameterGroup) -> MeanField {
      MeanField(
        DeepMachine(levels, group: group), options: configuration.meanField ?? .init(),
        maximumBatch: maximumBatch)
    }
    let own = ParameterGroup(name: "composed", slots: DeepMachine.slots(levels))
    composed = (own, field(own))
    var groups = machines.map(\.group)
    joint =
      configuration.isJoint
      ? DeepMachineLearner(
        field(
          ParameterGroup(name: "joint", slots: DeepMachine.slots(levels, sparsity: configuration.sparsity))),
        chains: configuration.chains ?? 100, sparsity: configuration.sparsity, maximumBatch: maximumBatch)
      : nil
    if let joint { groups.append(joint.machine.group) }
    partitions = (joint.map { DeepPartition($0.machine) }, DeepPartition(composed.field.machine))
    supervised =
      try configuration.isClassifier
      ? Self.classifier(configuration, levels, data, maximumBatch) : nil
    if let supervised { groups.append(supervised.network.parameters) }
    groups.append(
      ParameterGroup(
        name: "stages", slots: [Slot("begun", shape: [2], initializer: .zero, decays: false)]))
    parameters = groups
    stages = LayerwiseStages(configuration.stages, groups: groups.map(\.name), jointSteps: 5)
    isSampled = (
      levels[0].blocks[0].kind == .binary && configuration.grey != .probabilities,
      configuration.activities == .sampled, configuration.networkGrey == .sampled
    )
    metrics = Self.metrics(layers: machines.count)
    states = FlatBuffer(count: data.input.count * maximumBatch)
    augmented = FlatBuffer(
      count: configuration.isClassifier ? (levels[0].count + levels[2].count) * maximumBatch : 0)
    scratch = FlatBuffer(count: levels.map(\.count).max()! * maximumBatch)
  }

  private static func metrics(layers: Int) -> [Metric] {
    [
      Metric("loss", per: "network_examples"), Metric("error", per: "network_examples"),
      Metric("network_examples", isShown: false),
    ]
      + (0..<layers).flatMap { index in
        let suffix = index == 0 ? "" : "_\(index + 1)"
        return [
          Metric("reconstruction_error\(suffix)", per: "reconstructed_examples\(suffix)"),
          Metric("reconstructed_examples\(suffix)", isShown: false),
        ]
      } + [
        Metric("mean_field_iterations", per: "inferred_examples"),
        Metric("inferred_examples", isShown: false),
        Metric("free_energy", per: "assessed_examples"), Metric("assessed_examples", isShown: false),
      ]
  }

  private static func classifier(
    _ configuration: Configuration, _ levels: [UnitLayer], _ data: DataDescription, _ maximumBatch: Int
  ) throws -> SupervisedNetwork {
    try LogisticClassifier(
      layers: configuration.layers.map { ($0, true) }, classes: data.classes,
      initializer: configuration.initializer, dropout: configuration.dropout
    ).network(
      on: DataDescription(input: [levels[0].count + levels[2].count], classes: data.classes),
      maximumBatch: maximumBatch)
  }

  /// One line for each layer, and the classifier's outputs.
  public var layerSummaries: [LayerSummary] {
    machines.enumerated().map { index, machine in
      LayerSummary(
        name: "layer \(index + 1): binary on \(machine.visible.blocks[0].kind.name)",
        output: [machine.hidden.count],
        parameters: machine.hidden.count * (machine.visible.count + 1)
          + (index == 0 ? machine.visible.count : 0))
    } + (supervised.map { [$0.summaries[$0.summaries.count - 1]] } ?? [])
  }

  /// Most stages learn from statistics that are no gradient of a loss.
  public var hasCurvature: Bool { false }
  /// The states of a chain's odd levels.
  public var laneStateCount: Int { joint?.machine.oddCount ?? 0 }
  /// The persistent chains of a run.
  public var chainCount: Int? { joint?.chains }

  /// Draws the odd levels of the lane's chains from equal chances.
  public func beginLaneState(_ state: LaneState, random: RandomAddress) {
    BlockGibbsSampler.begin(state.elements, units: laneStateCount, chains: state.chains, random: random)
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: DeepBoltzmannMachine) {
    parameters = other.parameters
    for (own, theirs) in zip(machines, other.machines) { own.share(theirs.group, marginals: nil) }
    if let joint, let theirs = other.joint { joint.machine.share(theirs.machine.group) }
    if let supervised, let theirs = other.supervised { supervised.network.share(theirs.network.parameters) }
  }

  /// The group that the epoch's stage trains; before its first step, what it begins with.
  public func phases(at progress: Progress) -> [Phase] { stages.phases(at: progress) }

  /// Adds the statistics or the gradient of the stage.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    if phase.kind == .mean { return begin(phase, batch.count, contribution) }
    let stage = stages[phase.stage]
    if stage.kind == .together, let joint {
      contribution.add(examples: batch.count)
      let v = try visible(of: batch, random: random)
      let iterations = joint.learn(
        v, batch: batch.count, steps: stage.steps, state: batch.state, random: random, into: contribution)
      guard batch.count > 0 else { return }
      addIterations(iterations, batch.count) { contribution.add($0, toMetric: $1) }
      return addError(joint.field.reconstruct(batch: batch.count), v, 0, batch.count) {
        contribution.add($0, toMetric: $1)
      }
    }
    guard batch.count > 0 else { return }
    if stage.kind == .network, let supervised {
      let (inputs, iterations) = try augment(batch, drawing: isSampled.network ? random : nil)
      try supervised.accumulate(inputs, kind: phase.kind, random: random, into: contribution)
      contribution.add(Double(batch.count), toMetric: 2)
      return addIterations(iterations, batch.count) { contribution.add($0, toMetric: $1) }
    }
    contribution.add(examples: batch.count)
    stack.set(try visible(of: batch, random: random), batch: batch.count)
    if isSampled.activities {
      stack.rise(to: stage.layer, drawing: batch.examples, random: random)
    } else {
      stack.rise(to: stage.layer, batch: batch.count)
    }
    let input = stack.level(stage.layer)
    let first = learners[stage.layer].learn(
      input, numbers: batch.examples, steps: stage.steps, chains: nil, random: random, into: contribution)
    guard let first else { return }
    addError(first, input, stage.layer, batch.count) { contribution.add($0, toMetric: $1) }
  }

  func addIterations(_ iterations: Int, _ count: Int, add: (_ value: Double, _ metric: Int) -> Void) {
    add(Double(iterations * count), 3 + 2 * machines.count)
    add(Double(count), 4 + 2 * machines.count)
  }

  /// Adds the squared differences of `a` and `b`, of level `layer`.
  func addError(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ layer: Int, _ count: Int,
    add: (_ value: Double, _ metric: Int) -> Void
  ) {
    let size = machines[layer].visible.count * count
    let room = UnsafeMutableBufferPointer(start: scratch.base, count: size)
    scratch.base.update(from: a, count: size)
    Elementwise.axpy(-1, UnsafeBufferPointer(start: b, count: size), to: room)
    add(Reduction.sumOfSquares(UnsafeBufferPointer(room)), 3 + 2 * layer)
    add(Double(count), 4 + 2 * layer)
  }

  var hasBegunJoint: Bool { parameters[parameters.count - 1][0][0] > 0.5 }
  var hasBegunNetwork: Bool { parameters[parameters.count - 1][0][1] > 0.5 }

  /// The mean field of the machine as it stands: composed of its layers until it is trained as a whole.
  var field: MeanField {
    if hasBegunJoint, let joint { return joint.field }
    composed.field.machine.compose(machines)
    return composed.field
  }

  /// ln Z of the same machine.
  var partition: DeepPartition {
    if hasBegunJoint, let joint = partitions.joint { return joint }
    composed.field.machine.compose(machines)
    return partitions.composed
  }
}
