import Kernels

/// The statistics that train a general machine: how often linked units are on together, in the machine and in the data.
///
///     T · dlog p(v)/dw_ij = <s_i s_j> with v clamped - <s_i s_j> of the free machine
///
/// - Annealed (1985): each example is clamped `runs` times, with noise if wanted, and as many free machines stand beside
///   it; all are cooled from random states, and looked at during some time at the last temperature.
/// - Persistent: hidden units stand as the mean field of the example, and the free machines are chains that go on from step
///   to step at the last temperature. Welling & Hinton 2002; Salakhutdinov & Hinton 2012.
///
/// What is contributed is the *sum* over examples of what is to be descended along: the second mean less the first. Free
/// machines are addressed by the number of the example that they stand beside, chains by their own; sums over C chains
/// are multiplied with N/C, N the examples of the step over all lanes.
public final class GeneralMachineLearner {
  /// How a part of the run learns.
  public struct Stage: Hashable, Sendable {
    /// The anneals of each example, and as many free ones.
    public var runs: Int
    /// The chance that a unit which is on in the example is clamped off.
    public var onToOff: Float
    /// The chance that a unit which is off in the example is clamped on.
    public var offToOn: Float
    /// The hidden units that take part.
    public var hidden: [Int32]
    /// All units that take part.
    public var all: [Int32]

    /// A stage without the units of `removed`, which are off.
    public init(_ wiring: UnitWiring, runs: Int, onToOff: Float, offToOn: Float, removed: Set<Int>) {
      self.runs = runs
      self.onToOff = onToOff
      self.offToOn = offToOn
      all = (0..<wiring.units).filter { !removed.contains($0) }.map { Int32($0) }
      hidden = all.filter { $0 >= wiring.visible }
    }
  }

  /// The chains of the efficient procedure.
  public struct Chains: Hashable, Sendable {
    /// The chains of the run.
    public var count: Int
    /// The units of time of a step.
    public var time: Int
    /// The rounds of the mean field.
    public var iterations: Int

    /// Chains.
    public init(count: Int, time: Int, iterations: Int) {
      self.count = count
      self.time = time
      self.iterations = iterations
    }
  }

  private static let clamped = Annealer.Streams(41)
  private static let free = Annealer.Streams(44)
  private static let chainStreams = Annealer.Streams(47)
  private static let noise = RandomAddress.Stream.model(40)

  private let machine: GeneralMachine
  private let schedule: CoolingSchedule
  private let looks: Int
  private let chains: Chains?
  private let annealer: Annealer
  private var states = FlatBuffer(count: 0)
  private var numbers: [UInt32] = []
  private let counts: FlatBuffer
  private let sums: FlatBuffer
  private let biasSums: FlatBuffer

  /// A learner.
  ///
  /// - Parameters:
  ///   - looks: the units of time at the last temperature, after each of which the states are looked at.
  ///   - chains: the efficient procedure; nil for anneals.
  public init(_ machine: GeneralMachine, schedule: CoolingSchedule, looks: Int, chains: Chains? = nil) {
    self.machine = machine
    self.schedule = schedule
    self.looks = looks
    self.chains = chains
    annealer = Annealer(machine)
    counts = FlatBuffer(count: machine.wiring.linkCount)
    sums = FlatBuffer(count: machine.wiring.units)
    biasSums = FlatBuffer(count: machine.wiring.units)
  }

  /// Draws all units of a lane's chains from equal chances.
  public func begin(_ state: LaneState, random: RandomAddress) {
    let numbers = state.chains.map { UInt32($0) }
    numbers.withUnsafeBufferPointer {
      annealer.randomize(
        (0..<machine.wiring.units).map { Int32($0) }, of: state.elements.baseAddress!, numbers: $0,
        random: random,
        streams: Self.chainStreams)
    }
  }

  /// Adds the statistics of a batch, and of the lane's chains where there are such.
  ///
  /// - Parameters:
  ///   - v: the visible values, 0 or 1, [visible, batch].
  ///   - examples: the numbers of the examples.
  /// - Returns: the sum over the examples of the mean energy with them clamped, less that of the free machine.
  public func learn(
    _ v: UnsafePointer<Float>, examples: UnsafeBufferPointer<UInt32>, stage: Stage, chains state: LaneState?,
    random: RandomAddress, into contribution: Contribution
  ) -> Double {
    machine.prepare()
    guard let chains else {
      guard !examples.isEmpty else { return 0 }
      anneal(v, examples, stage, random)
      return add(factor: 1 / Float(stage.runs * looks), to: contribution)
    }
    var gap = 0.0
    if !examples.isEmpty {
      infer(v, examples.count, stage, chains.iterations)
      gap += add(factor: 1, to: contribution)
    }
    guard let state, state.first == 0, !state.chains.isEmpty, state.stepExamples > 0 else { return gap }
    goOn(state, stage, chains.time, random)
    return gap + add(factor: Float(Double(state.stepExamples) / Double(chains.count)), to: contribution)
  }

  /// Counts what both kinds of anneals show: + for free machines, - for clamped ones.
  private func anneal(
    _ v: UnsafePointer<Float>, _ examples: UnsafeBufferPointer<UInt32>, _ stage: Stage,
    _ random: RandomAddress
  ) {
    clear()
    number(examples, runs: stage.runs)
    let columns = numbers.count
    prepareStates(columns)
    numbers.withUnsafeBufferPointer { numbers in
      clamp(v, examples.count, stage, numbers, random)
      for (units, streams, factor) in [(stage.hidden, Self.clamped, -1), (stage.all, Self.free, 1)] {
        annealer.randomize(units, of: states.base, numbers: numbers, random: random, streams: streams)
        annealer.run(
          units, of: states.base, numbers: numbers, schedule: schedule, looks: looks, random: random,
          streams: streams)
        count(annealer.samples, columns * looks, factor: Float(factor))
      }
    }
  }

  /// The numbers of all anneals: run r of example e is e · runs + r.
  private func number(_ examples: UnsafeBufferPointer<UInt32>, runs: Int) {
    numbers.removeAll(keepingCapacity: true)
    for run in 0..<runs {
      for example in examples { numbers.append(example &* UInt32(runs) &+ UInt32(run)) }
    }
  }

  private func prepareStates(_ columns: Int) {
    let count = machine.wiring.units * columns
    if states.count < count { states = FlatBuffer(count: count) }
    states.base.update(repeating: 0, count: count)
  }

  /// Writes the examples to the visible units of all runs, with noise.
  private func clamp(
    _ v: UnsafePointer<Float>, _ batch: Int, _ stage: Stage, _ numbers: UnsafeBufferPointer<UInt32>,
    _ random: RandomAddress
  ) {
    let visible = machine.wiring.visible
    let span = 1 - stage.onToOff - stage.offToOn
    for unit in 0..<visible {
      let (row, source) = (states.base + unit * numbers.count, v + unit * batch)
      for run in 0..<stage.runs {
        for column in 0..<batch { row[run * batch + column] = stage.offToOn + span * source[column] }
      }
    }
    guard stage.onToOff > 0 || stage.offToOn > 0 else { return }
    let chances = UnsafeMutableBufferPointer(start: states.base, count: visible * numbers.count)
    RandomStream(random.stream(Self.noise)).drawBernoulli(
      UnsafeBufferPointer(chances), into: chances, features: visible, examples: numbers)
  }

  /// The mean field of the hidden units: each in turn becomes its expectation given all others.
  private func infer(_ v: UnsafePointer<Float>, _ batch: Int, _ stage: Stage, _ iterations: Int) {
    clear()
    prepareStates(batch)
    let visible = machine.wiring.visible
    states.base.update(from: v, count: visible * batch)
    for unit in stage.hidden { (states.base + Int(unit) * batch).update(repeating: 0.5, count: batch) }
    machine.withLinks { links in
      stage.hidden.withUnsafeBufferPointer { hidden in
        for _ in 0..<iterations {
          links.expect(
            states.base, order: hidden, scale: Float(1 / schedule.finalTemperature), batch: batch)
        }
      }
    }
    count(states.base, batch, factor: -1)
  }

  /// Lets the chains go on, and counts where they have come to.
  private func goOn(_ state: LaneState, _ stage: Stage, _ time: Int, _ random: RandomAddress) {
    clear()
    numbers.removeAll(keepingCapacity: true)
    for chain in state.chains { numbers.append(UInt32(chain)) }
    let columns = numbers.count
    let base = state.elements.baseAddress!
    if stage.all.count < machine.wiring.units {
      var isHere = [Bool](repeating: false, count: machine.wiring.units)
      for unit in stage.all { isHere[Int(unit)] = true }
      for unit in isHere.indices where !isHere[unit] {
        (base + unit * columns).update(repeating: 0, count: columns)
      }
    }
    let still = CoolingSchedule([.init(schedule.finalTemperature, time)])
    numbers.withUnsafeBufferPointer {
      annealer.run(
        stage.all, of: base, numbers: $0, schedule: still, looks: 0, random: random,
        streams: Self.chainStreams)
    }
    count(base, columns, factor: 1)
  }

  private func clear() {
    counts.elements.update(repeating: 0)
    biasSums.elements.update(repeating: 0)
  }

  /// Adds factor · <s_i s_j> of every link and factor · <s_i> of every unit, summed over the columns.
  private func count(_ states: UnsafePointer<Float>, _ columns: Int, factor: Float) {
    let wiring = machine.wiring
    wiring.one.withUnsafeBufferPointer { one in
      wiring.other.withUnsafeBufferPointer {
        LinkedUnits.addCounts(
          of: states, one: one, other: $0, columns: columns, factor: factor, to: counts.elements)
      }
    }
    Reduction.rowSums(
      UnsafeBufferPointer(start: states, count: wiring.units * columns), into: sums.elements,
      rows: wiring.units, batch: columns)
    for unit in 0..<wiring.units { biasSums.base[unit] += factor * sums.base[unit] }
  }

  /// Adds factor times what was counted; returns the energy that it stands for.
  private func add(factor: Float, to contribution: Contribution) -> Double {
    var energy = 0.0
    for (slot, values) in [counts, biasSums].enumerated() {
      let target = contribution.slot(slot)
      let parameters = machine.group[slot]
      for place in parameters.indices {
        let own = factor * values.base[place]
        target.elements[place] = (target.adds ? target.elements[place] : 0) + own
        energy += Double(parameters[place]) * Double(own)
      }
    }
    return energy
  }
}
