import Kernels
import Networks

/// A Boltzmann machine of any wiring with hidden units, trained by simulated annealing or with persistent chains.
///
/// Ackley, Hinton & Sejnowski, A learning algorithm for Boltzmann machines, 1985; Hinton & Sejnowski 1986. A step of 1985 is
/// a cycle: every example clamped, `runs` anneals each, as many free ones, and every weight moved by a fixed step
/// (`optimizer: {rule: fixed_step, learning_rate: 2}`). Free machines stand beside examples, chains belong to lanes, as
/// those of «rbm».
///
/// ```yaml
/// model:
///   groups: [{name: v1, units: 4, inside: true}, {name: v2, units: 4, inside: true}, {name: code, units: 2, hidden: true}]
///   links: [[v1, code], [v2, code]]
///   noise: {on_to_off: 0.15, off_to_on: 0.05}
///   completion: {clamp: [v1], read: [v2], method: exact}
/// ```
public final class BoltzmannMachine: Model {
  /// The name in the catalogue and in configs.
  public static let name = "boltzmann"
  /// One sentence for the catalogue.
  public static let summary =
    "Boltzmann machine of any wiring: simulated annealing or persistent chains (Ackley, Hinton & Sejnowski 1985)"
  /// Examples say what visible units are; labels say nothing.
  public static let needsLabels = false
  /// The share of examples that are completed wrongly.
  public static let mainMetric = "completion_error"

  /// In training `energy_gap`: the mean energy with the examples clamped less that of the free machine. In evaluation, as
  /// far as the config asks for it: `completion_error`; `completion_error_without`: with one hidden unit left out;
  /// `code_error`: the share of examples with a code too near to that of one before them in the block; `free_energy`:
  /// -ln Σ_h e^(-E/T), where the hidden states can be counted; `completion_error_N`: of the examples with N units on.
  public let metrics: [Metric]
  let configuration: Configuration
  let data: DataDescription
  let machine: GeneralMachine
  let removed: Set<Int>
  private let learner: GeneralMachineLearner
  private let stages: [GeneralMachineLearner.Stage]
  private let phases: [[Phase]]
  let assessment: Assessment
  let partition: GeneralPartition
  let hiddenSum: StateSum?
  private let states: FlatBuffer
  let scratch: FlatBuffer

  // So many hidden units' states are counted for the free energy of each example.
  private static let countedHidden = 12

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    try configuration.validate()
    let wiring = try configuration.wiring(for: data)
    self.configuration = configuration
    self.data = data
    let cooling = configuration.cooling
    machine = GeneralMachine(
      wiring,
      group: ParameterGroup(
        name: "machine",
        slots: GeneralMachine.slots(wiring, deviation: Float(configuration.deviation ?? 0))),
      temperature: Float(cooling.finalTemperature))
    stages = try configuration.learningStages(wiring)
    phases = stages.indices.map { [Phase("statistics", group: 0, stage: $0)] }
    removed = try configuration.removed(configuration.without, wiring)
    learner = GeneralMachineLearner(
      machine, schedule: cooling, looks: configuration.time ?? 10,
      chains: configuration.statistics == .persistent
        ? .init(
          count: configuration.chains ?? 100, time: configuration.chainTime ?? 5,
          iterations: configuration.iterations ?? 10) : nil)
    let removed = removed
    let present = (0..<wiring.units).filter { !removed.contains($0) }
    partition = GeneralPartition(machine, units: present)
    let hidden = StateSum(machine, over: present.filter { $0 >= wiring.visible })
    hiddenSum = hidden.counted.count <= Self.countedHidden ? hidden : nil
    assessment = try Assessment(configuration, machine, removed: removed, hasFreeEnergy: hiddenSum != nil)
    metrics = assessment.metrics
    states = FlatBuffer(count: wiring.visible * maximumBatch)
    scratch = FlatBuffer(count: wiring.units * maximumBatch)
  }

  /// One group: a weight for each link, a bias for each unit.
  public var parameters: [ParameterGroup] { [machine.group] }

  /// One line for each group of units, with the links that begin in it.
  public var layerSummaries: [LayerSummary] {
    machine.wiring.groups.map { group in
      let links = machine.wiring.one.count { group.units.contains(Int($0)) }
      return LayerSummary(
        name:
          "\(group.name): \(group.isVisible ? "visible" : "hidden")\(group.isLinkedInside ? ", linked inside" : "")",
        output: [group.units.count], parameters: links + group.units.count)
    }
  }

  /// Statistics are no gradient of a loss that can be computed.
  public var hasCurvature: Bool { false }
  /// The states of a chain.
  public var laneStateCount: Int { chainCount == nil ? 0 : machine.wiring.units }
  /// The persistent chains of a run.
  public var chainCount: Int? {
    configuration.statistics == .persistent ? configuration.chains ?? 100 : nil
  }

  /// Draws the states of the lane's chains from equal chances.
  public func beginLaneState(_ state: LaneState, random: RandomAddress) {
    learner.begin(state, random: random)
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: BoltzmannMachine) { machine.share(other.machine.group) }

  /// One phase: the statistics, as the stage of the epoch gathers them.
  public func phases(at progress: Progress) -> [Phase] {
    guard let rows = configuration.stages else { return phases[0] }
    var end = 0
    for (index, row) in rows.enumerated() {
      end += row.epochs
      if progress.epoch < end { return phases[index] }
    }
    return phases[phases.count - 1]
  }

  /// The weight between two units, the visible ones first; 0 where they are not linked.
  public func weight(_ i: Int, _ j: Int) -> Float { machine.weight(i, j) }

  /// Adds the statistics of the batch, and of the lane's chains where there are such.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    let gap = learner.learn(
      try visible(of: batch), examples: batch.examples, stage: stages[phase.stage],
      chains: chainCount == nil ? nil : batch.state, random: random, into: contribution)
    contribution.add(gap, toMetric: 0)
    contribution.add(Double(batch.count), toMetric: 1)
  }

  /// Adds what the machine makes of the batch.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    sums[0] += Double(batch.count)
    let v = try visible(of: batch)
    machine.prepare()
    var energies: [Double]?
    if let hiddenSum {
      let visible = machine.wiring.visible * batch.count
      scratch.elements.update(repeating: 0)
      scratch.base.update(from: v, count: visible)
      var logSums = [Double](repeating: 0, count: batch.count)
      logSums.withUnsafeMutableBufferPointer { hiddenSum.addLogSums(of: scratch.base, to: $0) }
      energies = logSums.map { -$0 }
    }
    assessment.assess(v, batch.examples, freeEnergies: energies) { sums[1 + $1] += $0 }
  }

  /// The visible states that stand for a batch [visible, batch], valid until the next call.
  ///
  /// - Throws: `ConfigurationError` for inputs that are not binary, unless they are to be made so.
  func visible(of batch: Batch) throws(ConfigurationError) -> UnsafePointer<Float> {
    let inputs = batch.inputs.values
    let threshold = configuration.binarize.map { Float($0) }
    for (place, value) in inputs.enumerated() {
      guard threshold != nil || value == 0 || value == 1 else {
        throw ConfigurationError(
          "example \(batch.examples[place % batch.count]) has the value \(value): units are binary, 0 or 1; set "
            + "model.binarize to the value above which a unit counts as on (of images: 0.5)")
      }
      states.base[place] = value > (threshold ?? 0.5) ? 1 : 0
    }
    return UnsafePointer(states.base)
  }
}
