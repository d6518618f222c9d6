import Kernels
import Networks

/// A restricted Boltzmann machine, trained by contrastive divergence or with persistent chains.
///
/// Smolensky 1986; Hinton 2002; Tieleman 2008. Its chains, where it has such, belong to lanes: chain c of C is worked on
/// by the lane that has it, its draws are addressed by c, and its state is in the checkpoint.
///
/// ```yaml
/// model: {hidden: 500, steps: 25}                 # contrastive divergence, CD-25
/// model: {hidden: 500, chains: 100}               # persistent
/// model: {hidden: 500, labels: true}              # the label is visible, too: a classifier
/// ```
public final class RestrictedBoltzmannMachine: Model {
  /// The name in the catalogue and in configs.
  public static let name = "rbm"
  /// One sentence for the catalogue.
  public static let summary =
    "Restricted Boltzmann machine: binary, gaussian or softmax units, contrastive divergence or persistent chains"
  /// Only a label group needs labels, and it asks for them itself.
  public static let needsLabels = false
  /// The squared error of one step down and up, summed over the units.
  public static let mainMetric = "reconstruction_error"

  /// `reconstruction_error` (in training with chains: of a few examples of each lane), `free_energy`, with binary units
  /// `pseudo_log_likelihood`, with labels `error`.
  public let metrics: [Metric]
  let machine: RestrictedMachine
  let learner: ContrastiveLearner
  let data: DataDescription
  let maximumBatch: Int
  let draws: Bool
  private let steps: GibbsSteps
  private let phases: [[Phase]]
  private let firstPhases: [Phase]
  private let assessor: MachineAssessor
  let partition: RestrictedPartition
  private let states: FlatBuffer

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    let (visible, hidden) = try configuration.layers(for: data)
    self.data = data
    self.maximumBatch = maximumBatch
    let start = RestrictedMachine.Start(
      deviation: Float(configuration.deviation ?? 0.01), hiddenBias: Float(configuration.hiddenBias ?? 0))
    var slots = RestrictedMachine.slots(visible: visible, hidden: hidden, start: start)
    if let sparsity = configuration.sparsity { slots.append(sparsity.slot(units: hidden.count)) }
    let hasMarginals = configuration.visibleBias != .zero
    machine = RestrictedMachine(
      visible: visible, hidden: hidden, group: ParameterGroup(name: "machine", slots: slots),
      marginals: hasMarginals
        ? ParameterGroup(
          name: "marginals",
          slots: [
            Slot("visible_mean", shape: [visible.count], initializer: .constant(0.5), decays: false)
          ])
        : nil)
    learner = ContrastiveLearner(
      machine,
      options: ContrastiveOptions(
        drawsVisible: configuration.visibleStates != .probabilities, chains: configuration.chains,
        sparsity: configuration.sparsity),
      activitySlot: configuration.sparsity == nil ? nil : 3, maximumBatch: maximumBatch)
    draws = visible.blocks[0].kind == .binary && configuration.grey != .probabilities
    steps = configuration.steps ?? GibbsSteps(1)
    phases = steps.rows.map { [Phase("statistics", group: 0, stage: $0.steps)] }
    firstPhases = (hasMarginals ? [Phase("marginals", group: 1, kind: .mean)] : []) + phases[0]
    assessor = MachineAssessor(machine, labels: visible.blocks.count > 1, maximumBatch: maximumBatch)
    metrics = assessor.metrics
    partition = RestrictedPartition(machine)
    states = FlatBuffer(count: visible.count * maximumBatch)
  }

  /// The machine's parameters, and the first frequencies where biases are counted from them.
  public var parameters: [ParameterGroup] { [machine.group] + (machine.marginals.map { [$0] } ?? []) }

  /// One line for each side.
  public var layerSummaries: [LayerSummary] {
    let kinds = machine.visible.blocks.map(\.kind.name).joined(separator: ", ")
    return [
      LayerSummary(
        name: "visible: \(kinds)", output: [machine.visible.count], parameters: machine.visible.count),
      LayerSummary(
        name: "hidden: \(machine.hidden.blocks[0].kind.name)", output: [machine.hidden.count],
        parameters: machine.hidden.count * (machine.visible.count + 1)),
    ]
  }

  /// Statistics are no gradient of a loss that can be computed.
  public var hasCurvature: Bool { false }
  /// The hidden states of a chain.
  public var laneStateCount: Int { chainCount == nil ? 0 : machine.hidden.count }
  /// The persistent chains of a run.
  public var chainCount: Int? { learner.options.chains }

  /// Draws the hidden states of the lane's chains from equal chances.
  public func beginLaneState(_ state: LaneState, random: RandomAddress) {
    BlockGibbsSampler.begin(state.elements, units: laneStateCount, chains: state.chains, random: random)
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: RestrictedBoltzmannMachine) {
    machine.share(other.machine.group, marginals: other.machine.marginals)
  }

  /// One phase: the statistics; before the first step, the frequencies of its examples.
  public func phases(at progress: Progress) -> [Phase] {
    progress.step == 0 ? firstPhases : phases[steps.row(atEpoch: progress.epoch)]
  }

  /// Adds the statistics of the batch and of the lane's chains. Without chains in `batch.state`, as outside of a run, the
  /// chains begin at the data.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    let v = try visible(of: batch, random: random)
    guard phase.kind == .gradient else {
      guard batch.count > 0 else { return }
      let slot = contribution.slot(0)
      return Reduction.rowSums(
        UnsafeBufferPointer(start: v, count: machine.visible.count * batch.count), into: slot.elements,
        rows: machine.visible.count, batch: batch.count, accumulate: slot.adds)
    }
    machine.prepare()
    let reconstruction = learner.learn(
      v, numbers: batch.examples, steps: phase.stage, chains: chainCount == nil ? nil : batch.state,
      random: random, into: contribution)
    guard batch.count > 0 else { return }
    assessor.assess(
      v, inputs: learner.hiddenInputs.base, batch, reconstruction: reconstruction, random: random)
    for (index, value) in assessor.sums.enumerated() { contribution.add(value, toMetric: index) }
  }

  /// Adds the sums over the batch; grey inputs are drawn, once and for all for each example.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    sums[0] += Double(batch.count)
    let random = RandomAddress(seed: 0, step: 0, stream: .model(0))
    let v = try visible(of: batch, random: random)
    machine.prepare()
    machine.hiddenInputs(of: v, batch: batch.count, into: learner.hiddenInputs.base)
    assessor.assess(
      v, inputs: learner.hiddenInputs.base, batch, reconstruction: nil, random: random, all: true)
    for (index, value) in assessor.sums.enumerated() { sums[1 + index] += value }
  }

  /// The visible states that stand for a batch: [visible, batch], valid until the next call.
  func visible(of batch: Batch, random: RandomAddress) throws -> UnsafePointer<Float> {
    let pixels = machine.visible.blocks[0]
    let inputs = batch.inputs.values
    if pixels.kind != .gaussian, StochasticUnits.any(inputs, outside: 0...1) {
      throw ConfigurationError(
        "the inputs of \(pixels.kind.name) units are probabilities, but some lie outside of 0...1: set "
          + "data.normalization: unit, or model.visible: gaussian for data of mean 0 and variance 1")
    }
    let hasLabels = machine.visible.blocks.count > 1
    guard draws || hasLabels else { return inputs.baseAddress! }
    let target = UnsafeMutableBufferPointer(start: states.base, count: inputs.count)
    if draws {
      RandomStream(random.stream(.model(2))).drawBernoulli(
        inputs, into: target, features: pixels.units.count, examples: batch.examples)
    } else {
      target.baseAddress!.update(from: inputs.baseAddress!, count: inputs.count)
    }
    if hasLabels {
      let labels = states.base + inputs.count
      labels.update(repeating: 0, count: data.classes * batch.count)
      for column in 0..<batch.count { labels[Int(batch.labels[column]) * batch.count + column] = 1 }
    }
    return UnsafePointer(states.base)
  }
}
