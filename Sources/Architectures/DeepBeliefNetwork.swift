import Kernels
import Networks

/// A deep belief network: layers trained one after the other as restricted machines, then together.
///
/// Hinton, Osindero & Teh 2006; Bengio, Lamblin, Popovici & Larochelle 2007. Each stage of the config trains one parameter
/// group with an optimizer of its own:
///
/// - `layer_1`, `layer_2`, …: contrastive divergence on what the layers below make of the input;
/// - `up_down`: all layers, recognition and generative weights apart, by wake-sleep with a contrastive top, or, where the
///   config says `chains`, with persistent chains in the top machine;
/// - `network`: the layers upwards as a network of logistic units with a softmax on top, by back-propagation.
///
/// A stage begins with the weights that the stages before have learnt, the first one with those of another run where the
/// config says `start: RUN`.
///
/// ```yaml
/// model:
///   layers: [500, 500, 2000]
///   labels: true
///   stages: [{train: layer_1, epochs: 10}, {train: layer_2, epochs: 10}, {train: layer_3, epochs: 10},
///            {train: up_down, epochs: 100, steps: 3}]
/// ```
public final class DeepBeliefNetwork: Model {
  /// The name in the catalogue and in configs.
  public static let name = "dbn"
  /// One sentence for the catalogue.
  public static let summary =
    "Deep belief network: greedy layers, label units, up-down or discriminative fine-tuning (Hinton 2006)"
  /// Only label units and the stage `network` need labels, and they ask for them themselves.
  public static let needsLabels = false

  /// `loss` of the network, `error` of the network or, before it begins, of the label units, and for each layer the
  /// squared error of what one step down gives back: `reconstruction_error`, `reconstruction_error_2` and so on. Outside of
  /// training `free_energy`: the bound on -ln p of an example, less the top machine's ln Z.
  public let metrics: [Metric]
  /// One group for each layer, then `up_down` and `network` where stages train them, then what has begun.
  public private(set) var parameters: [ParameterGroup]
  let data: DataDescription
  let maximumBatch: Int
  let hasLabels: Bool
  let stages: LayerwiseStages
  private let isSampled: (inputs: Bool, activities: Bool)
  private let tied: BeliefStack
  private let learners: [ContrastiveLearner]
  let untied: WakeSleepLearner?
  let partitions: (tied: RestrictedPartition, untied: RestrictedPartition?)
  let supervised: SupervisedNetwork?
  let assessors: (tied: MachineAssessor, untied: MachineAssessor?)
  let machines: [RestrictedMachine]
  private let states: FlatBuffer
  let scratch: FlatBuffer

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let sides = try configuration.sides(for: data)
    try configuration.checkStages(for: data)
    self.data = data
    self.maximumBatch = maximumBatch
    hasLabels = configuration.labels == true
    let start = RestrictedMachine.Start(deviation: Float(configuration.deviation ?? 0.01))
    let machines = sides.enumerated().map { index, side in
      RestrictedMachine(
        visible: side.visible, hidden: side.hidden,
        group: ParameterGroup(
          name: "layer_\(index + 1)",
          slots: RestrictedMachine.slots(visible: side.visible, hidden: side.hidden, start: start)))
    }
    self.machines = machines
    tied = BeliefStack(
      layers: machines.dropLast().map { .init(recognition: $0, generation: $0) }, top: machines.last!,
      maximumBatch: maximumBatch)
    learners = machines.map {
      ContrastiveLearner(
        $0, options: ContrastiveOptions(drawsVisible: configuration.visibleStates != .probabilities),
        maximumBatch: maximumBatch)
    }
    var groups = machines.map(\.group)
    let own = RestrictedPartition(machines.last!)
    if configuration.hasUpDown {
      let group = ParameterGroup(name: "up_down", slots: WakeSleepLearner.slots(sides))
      untied = WakeSleepLearner(
        WakeSleepLearner.stack(
          sides, group: group, maximumBatch: max(maximumBatch, configuration.chains ?? 0)),
        chains: configuration.chains)
      groups.append(group)
    } else {
      untied = nil
    }
    partitions = (own, untied.map { RestrictedPartition($0.stack.top) })
    if configuration.stages.contains(where: { $0.train == "network" }) {
      let network = try LogisticClassifier(
        layers: configuration.layers.map { ($0.units, $0.kind != .gaussian) }, classes: data.classes,
        initializer: configuration.initializer, dropout: configuration.dropout
      ).network(on: data, maximumBatch: maximumBatch)
      supervised = network
      groups.append(network.network.parameters)
    } else {
      supervised = nil
    }
    groups.append(
      ParameterGroup(
        name: "stages",
        slots: [Slot("begun", shape: [2], initializer: .zero, decays: false)]))
    parameters = groups
    stages = LayerwiseStages(configuration.stages, groups: groups.map(\.name))
    assessors = (
      MachineAssessor(tied.top, labels: hasLabels, maximumBatch: maximumBatch),
      untied.map { [hasLabels] in MachineAssessor($0.stack.top, labels: hasLabels, maximumBatch: maximumBatch)
      }
    )
    isSampled = (
      sides[0].visible.blocks[0].kind == .binary && configuration.grey != .probabilities,
      configuration.activities == .sampled
    )
    metrics =
      [
        Metric("loss", per: "network_examples"), Metric("error", per: "classified_examples"),
        Metric("classified_examples", isShown: false), Metric("network_examples", isShown: false),
      ]
      + sides.indices.flatMap { index in
        let suffix = index == 0 ? "" : "_\(index + 1)"
        return [
          Metric("reconstruction_error\(suffix)", per: "reconstructed_examples\(suffix)"),
          Metric("reconstructed_examples\(suffix)", isShown: false),
        ]
      } + [Metric("free_energy", per: "assessed_examples"), Metric("assessed_examples", isShown: false)]
    states = FlatBuffer(count: data.input.count * maximumBatch)
    scratch = FlatBuffer(
      count: (machines.map { max($0.visible.count, $0.hidden.count) }.max() ?? 1) * maximumBatch)
  }

  /// One line for each layer.
  public var layerSummaries: [LayerSummary] {
    machines.enumerated().map { index, machine in
      LayerSummary(
        name: "layer \(index + 1): \(machine.hidden.blocks[0].kind.name) on "
          + machine.visible.blocks.map(\.kind.name).joined(separator: ", "),
        output: [machine.hidden.count], parameters: machine.group.parameterCount)
    } + (supervised.map { [$0.summaries[$0.summaries.count - 1]] } ?? [])
  }

  /// Most stages learn from statistics that are no gradient of a loss.
  public var hasCurvature: Bool { false }
  /// The hidden states of a chain of the top machine.
  public var laneStateCount: Int { chainCount == nil ? 0 : machines.last!.hidden.count }
  /// The persistent chains of a run.
  public var chainCount: Int? { untied?.chains }

  /// Draws the hidden states of the lane's chains from equal chances.
  public func beginLaneState(_ state: LaneState, random: RandomAddress) {
    BlockGibbsSampler.begin(state.elements, units: laneStateCount, chains: state.chains, random: random)
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: DeepBeliefNetwork) {
    parameters = other.parameters
    for (own, theirs) in zip(machines, other.machines) { own.share(theirs.group, marginals: nil) }
    if let untied, let group = other.untied?.stack.top.group {
      for layer in untied.stack.layers {
        layer.recognition.share(group, marginals: nil)
        layer.generation.share(group, marginals: nil)
      }
      untied.stack.top.share(group, marginals: nil)
    }
    if let supervised, let theirs = other.supervised { supervised.network.share(theirs.network.parameters) }
  }

  /// The group that the epoch's stage trains; before its first step, what it begins with.
  public func phases(at progress: Progress) -> [Phase] { stages.phases(at: progress) }

  /// Adds the statistics or the gradient of the stage.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    let stage = stages[phase.stage]
    if stage.kind == .together, phase.kind != .mean, let untied {
      return try learnTogether(untied, batch, stage.steps, random, contribution)
    }
    guard batch.count > 0 else { return }
    if phase.kind == .mean { return begin(phase, batch.count, contribution) }
    if stage.kind == .network, let supervised {
      try supervised.accumulate(batch, kind: phase.kind, random: random, into: contribution)
      contribution.add(Double(batch.count), toMetric: 2)
      return contribution.add(Double(batch.count), toMetric: 3)
    }
    contribution.add(examples: batch.count)
    learnLayer(
      stage.layer, try visible(of: batch, random: random), batch, stage.steps, random, contribution)
  }

  /// A lane with chains works on them also where it has no examples.
  private func learnTogether(
    _ untied: WakeSleepLearner, _ batch: Batch, _ steps: Int, _ random: RandomAddress,
    _ contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    untied.stack.set(try visible(of: batch, random: random), batch: batch.count)
    untied.learn(
      numbers: batch.examples, labels: hasLabels ? batch.labels : nil, classes: data.classes, steps: steps,
      state: batch.state, random: random, into: contribution)
    guard batch.count > 0 else { return }
    for (index, error) in untied.errors.enumerated() { addError(error, index, batch.count, contribution) }
  }

  private func learnLayer(
    _ layer: Int, _ v: UnsafePointer<Float>, _ batch: Batch, _ steps: Int, _ random: RandomAddress,
    _ contribution: Contribution
  ) {
    tied.set(v, batch: batch.count)
    if isSampled.activities {
      tied.rise(to: layer, drawing: batch.examples, random: random)
    } else {
      tied.rise(to: layer, batch: batch.count)
    }
    if layer == machines.count - 1, hasLabels { tied.setLabels(batch.labels, classes: data.classes) }
    let input = tied.level(layer)
    let first = learners[layer].learn(
      input, numbers: batch.examples, steps: steps, chains: nil, random: random, into: contribution)
    guard let first else { return }
    let error = difference(first, input, machines[layer].visible.count * batch.count)
    addError(error, layer, batch.count, contribution)
  }

  private func addError(_ error: Double, _ layer: Int, _ count: Int, _ contribution: Contribution) {
    contribution.add(error, toMetric: 4 + 2 * layer)
    contribution.add(Double(count), toMetric: 5 + 2 * layer)
  }

  private func difference(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Double {
    let room = UnsafeMutableBufferPointer(start: scratch.base, count: count)
    scratch.base.update(from: a, count: count)
    Elementwise.axpy(-1, UnsafeBufferPointer(start: b, count: count), to: room)
    return Reduction.sumOfSquares(UnsafeBufferPointer(room))
  }

  var hasBegunUpDown: Bool { parameters[parameters.count - 1][0][0] > 0.5 }
  var hasBegunNetwork: Bool { parameters[parameters.count - 1][0][1] > 0.5 }

  /// The network as it stands: untied once up-down training has begun.
  var stack: BeliefStack { hasBegunUpDown ? untied?.stack ?? tied : tied }
  /// ln Z of its top machine.
  var topPartition: RestrictedPartition {
    hasBegunUpDown ? partitions.untied ?? partitions.tied : partitions.tied
  }
  /// The machines by whose weights one goes up.
  var recognitionMachines: [RestrictedMachine] { stack.layers.map(\.recognition) + [stack.top] }
  /// The machines by whose weights one goes down.
  var generationMachines: [RestrictedMachine] { stack.layers.map(\.generation) + [stack.top] }

  /// The states of the input that stand for a batch: [visible, batch], valid until the next call.
  func visible(of batch: Batch, random: RandomAddress) throws -> UnsafePointer<Float> {
    let kind = machines[0].visible.blocks[0].kind
    let inputs = batch.inputs.values
    if kind != .gaussian, StochasticUnits.any(inputs, outside: 0...1) {
      throw ConfigurationError(
        "the inputs of \(kind.name) units are probabilities, but some lie outside of 0...1: set data.normalization: "
          + "unit, or model.visible: gaussian for data of mean 0 and variance 1")
    }
    guard isSampled.inputs else { return inputs.baseAddress! }
    RandomStream(random.stream(.model(2))).drawBernoulli(
      inputs, into: UnsafeMutableBufferPointer(start: states.base, count: inputs.count),
      features: data.input.count, examples: batch.examples)
    return UnsafePointer(states.base)
  }
}
