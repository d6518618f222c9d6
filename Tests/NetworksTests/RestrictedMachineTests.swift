import Foundation
import Kernels
import Networks
import Testing

/// A machine of few units, and what holds for it exactly.
struct TinyMachine {
  let machine: RestrictedMachine
  let (visible, hidden): (Int, Int)

  init(visible: UnitLayer, hidden: UnitLayer, scale: Float = 1.2, seed: UInt64 = 5) {
    let group = ParameterGroup(
      name: "machine", slots: RestrictedMachine.slots(visible: visible, hidden: hidden, start: .init()))
    for slot in 0..<3 {
      Initializer.uniform(low: -scale, high: scale).fill(
        group[slot], shape: [group[slot].count],
        random: RandomAddress(seed: seed, step: 0, stream: .initial(slot)))
    }
    machine = RestrictedMachine(visible: visible, hidden: hidden, group: group)
    self.visible = visible.count
    self.hidden = hidden.count
  }

  func states(_ count: Int) -> [[Double]] {
    (0..<1 << count).map { number in (0..<count).map { Double(number >> $0 & 1) } }
  }

  /// All visible states that can be: one unit of a choice is on.
  var visibleStates: [[Double]] {
    states(visible).filter { v in
      machine.visible.blocks.allSatisfy { block in
        guard case .softmax(let size) = block.kind else { return true }
        return stride(from: block.units.lowerBound, to: block.units.upperBound, by: size).allSatisfy {
          v[$0..<$0 + size].reduce(0, +) == 1
        }
      }
    }
  }

  func energy(_ v: [Double], _ h: [Double]) -> Double {
    var e = 0.0
    for i in 0..<visible { e -= Double(machine.visibleBias[i]) * v[i] }
    for j in 0..<hidden {
      e -= Double(machine.hiddenBias[j]) * h[j]
      for i in 0..<visible { e -= h[j] * Double(machine.weights[j * visible + i]) * v[i] }
    }
    return e
  }

  /// [<h v>, <v>, <h>] where h stands as its probability, under a distribution of v.
  func statistics(_ weights: [(v: [Double], p: Double)]) -> [Double] {
    var total = [Double](repeating: 0, count: hidden * visible + visible + hidden)
    for (v, p) in weights {
      let h = hiddenProbabilities(v)
      for j in 0..<hidden {
        for i in 0..<visible { total[j * visible + i] += p * h[j] * v[i] }
        total[hidden * visible + visible + j] += p * h[j]
      }
      for i in 0..<visible { total[hidden * visible + i] += p * v[i] }
    }
    return total
  }

  func hiddenProbabilities(_ v: [Double]) -> [Double] {
    (0..<hidden).map { j in
      var a = Double(machine.hiddenBias[j])
      for i in 0..<visible { a += Double(machine.weights[j * visible + i]) * v[i] }
      return 1 / (1 + exp(-a))
    }
  }

  /// p(v) of the machine.
  var modelDistribution: [(v: [Double], p: Double)] {
    let weights = visibleStates.map { v in states(hidden).reduce(0) { $0 + exp(-energy(v, $1)) } }
    let z = weights.reduce(0, +)
    return zip(visibleStates, weights).map { ($0, $1 / z) }
  }

  /// p(v after one Gibbs step | v before).
  func step(_ before: [(v: [Double], p: Double)]) -> [(v: [Double], p: Double)] {
    visible(
      under: before.flatMap { v, p in
        let on = hiddenProbabilities(v)
        return states(hidden).map { h in (h, zip(h, on).reduce(p) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }) }
      })
  }

  /// p(v) under a distribution of h.
  func visible(under weights: [(h: [Double], p: Double)]) -> [(v: [Double], p: Double)] {
    var result = [Double](repeating: 0, count: visibleStates.count)
    for (h, p) in weights {
      let unnormalized = visibleStates.map { exp(-energy($0, h)) }
      let z = unnormalized.reduce(0, +)
      for (index, weight) in unnormalized.enumerated() { result[index] += p * weight / z }
    }
    return zip(visibleStates, result).map { ($0, $1) }
  }

  func contribution() -> Contribution { Contribution(to: machine.group, metricCount: 0) }

  func values(_ contribution: Contribution) -> [Double] {
    withExtendedLifetime(contribution) {
      (0..<3).flatMap { slot in
        (0..<machine.group.slots[slot].count).map {
          Double(contribution.vector.elements[machine.group.offsets[slot] + $0])
        }
      }
    }
  }
}

@Suite struct RestrictedMachineTests {
  /// Data that all tests learn: three patterns in equal numbers.
  private func data(_ tiny: TinyMachine, copies: Int) -> (
    patterns: [[Double]], block: FlatBuffer, numbers: [UInt32]
  ) {
    let states = tiny.visibleStates
    let patterns = [states[1], states[states.count / 2], states[states.count - 1]]
    let batch = patterns.count * copies
    let block = FlatBuffer(count: tiny.visible * batch)
    for column in 0..<batch {
      for unit in 0..<tiny.visible {
        block.base[unit * batch + column] = Float(patterns[column % patterns.count][unit])
      }
    }
    return (patterns, block, (0..<UInt32(batch)).map { $0 })
  }

  private static let sides: [(visible: UnitLayer, hidden: UnitLayer)] = [
    (UnitLayer([(.binary, 4)]), UnitLayer([(.binary, 3)])),
    (UnitLayer([(.binary, 3), (.softmax(3), 3)]), UnitLayer([(.binary, 2)])),
  ]

  @Test(
    "Contrastive divergence contributes what enumeration says, for 1 and for 40 Gibbs steps",
    arguments: [0, 1])
  func contrastiveDivergence(sides: Int) {
    let tiny = TinyMachine(visible: Self.sides[sides].visible, hidden: Self.sides[sides].hidden)
    let (patterns, block, numbers) = data(tiny, copies: 20000)
    let learner = ContrastiveLearner(tiny.machine, options: .init(), maximumBatch: numbers.count)
    let start = patterns.map { (v: $0, p: 1 / Double(patterns.count)) }
    let positive = tiny.statistics(start)
    for (steps, negative) in [
      (1, tiny.statistics(tiny.step(start))), (40, tiny.statistics(tiny.modelDistribution)),
    ] {
      let contribution = tiny.contribution()
      contribution.begin()
      numbers.withUnsafeBufferPointer {
        _ = learner.learn(
          block.base, numbers: $0, steps: steps, chains: nil,
          random: RandomAddress(seed: 3, step: 8, stream: .model(0)), into: contribution)
      }
      for (index, value) in tiny.values(contribution).enumerated() {
        // 60,000 chains: a standard error of at most 0.5 / 245.
        #expect(
          abs(value / Double(numbers.count) - (negative[index] - positive[index])) < 0.01,
          "CD-\(steps), parameter \(index)")
      }
    }
  }

  @Test(
    "Persistent chains of three lanes contribute the gradient of the log-likelihood that enumeration gives")
  func persistent() {
    let tiny = TinyMachine(visible: Self.sides[0].visible, hidden: Self.sides[0].hidden)
    let (patterns, block, numbers) = data(tiny, copies: 1)
    let chains = 7000
    let learner = ContrastiveLearner(tiny.machine, options: .init(chains: chains), maximumBatch: 5)
    let exact = zip(
      tiny.statistics(tiny.modelDistribution),
      tiny.statistics(patterns.map { (v: $0, p: 1 / Double(patterns.count)) })
    ).map { $0 - $1 }
    let bounds = [0, 1001, 4000, 7000]
    let states = (0..<3).map { FlatBuffer(count: tiny.hidden * (bounds[$0 + 1] - bounds[$0])) }
    var mean = [Double](repeating: 0, count: exact.count)
    let (steps, settling) = (60, 20)
    for step in 0..<steps {
      let contribution = tiny.contribution()
      contribution.begin()
      for lane in 0..<3 {
        var state = LaneState(
          lane: lane, elements: states[lane].elements, places: bounds[lane + 1] - bounds[lane], first: 0,
          beginsEpoch: false)
        state.chains = bounds[lane]..<bounds[lane + 1]
        state.stepExamples = 3
        // One example a lane, and the chains that the lane has: the sum is that of 3 examples.
        let column = FlatBuffer(count: tiny.visible)
        for unit in 0..<tiny.visible { column.base[unit] = block.base[unit * 3 + lane] }
        numbers[lane...lane].withContiguousStorageIfAvailable {
          _ = learner.learn(
            column.base, numbers: $0, steps: 1, chains: state,
            random: RandomAddress(seed: 3, step: UInt64(step), stream: .model(0)), into: contribution)
        }
      }
      if step >= settling {
        for (index, value) in tiny.values(contribution).enumerated() {
          mean[index] += value / 3 / Double(steps - settling)
        }
      }
    }
    for index in exact.indices { #expect(abs(mean[index] - exact[index]) < 0.01, "parameter \(index)") }
  }

  @Test("The free energy is that of the sum over all hidden states")
  func freeEnergy() {
    let tiny = TinyMachine(visible: Self.sides[1].visible, hidden: Self.sides[1].hidden)
    let states = tiny.visibleStates
    let v = FlatBuffer(count: tiny.visible * states.count)
    for (column, state) in states.enumerated() {
      for unit in 0..<tiny.visible { v.base[unit * states.count + column] = Float(state[unit]) }
    }
    let x = FlatBuffer(count: tiny.hidden * states.count)
    tiny.machine.hiddenInputs(of: v.base, batch: states.count, into: x.base)
    var sums = [Double](repeating: 0, count: states.count)
    sums.withUnsafeMutableBufferPointer { tiny.machine.addLogProbability(of: v.base, inputs: x.base, to: $0) }
    for (column, state) in states.enumerated() {
      let exact = log(tiny.states(tiny.hidden).reduce(0) { $0 + exp(-tiny.energy(state, $1)) })
      #expect(abs(sums[column] - exact) < 1e-5)
    }
  }

  @Test("Gaussian visible units settle at their bias plus the weights of what is on, with variance 1")
  func gaussian() {
    let tiny = TinyMachine(
      visible: UnitLayer([(.gaussian, 2)]), hidden: UnitLayer([(.binary, 2)]), scale: 0.8)
    // p(h) ∝ exp(c h + |b + Wᵀ h|²/2), and v given h is normal with mean b + Wᵀ h.
    var (z, exact) = (0.0, [0.0, 0.0])
    for h in tiny.states(2) {
      let means = (0..<2).map { i in
        Double(tiny.machine.visibleBias[i])
          + (0..<2).reduce(0) { $0 + Double(tiny.machine.weights[$1 * 2 + i]) * h[$1] }
      }
      let bias = (0..<2).reduce(0) { $0 + Double(tiny.machine.hiddenBias[$1]) * h[$1] }
      let p = exp(bias + means.reduce(0) { $0 + $1 * $1 } / 2)
      z += p
      for i in 0..<2 { exact[i] += p * means[i] }
    }
    let count = 40000
    let sampler = GibbsSampler(tiny.machine, count: count)
    sampler.begin(random: RandomAddress(seed: 1, step: 0, stream: .model(0)))
    sampler.run(steps: 40, random: RandomAddress(seed: 1, step: 0, stream: .model(0)))
    for i in 0..<2 {
      let mean = (0..<count).reduce(0.0) { $0 + Double(sampler.visible.base[i * count + $1]) } / Double(count)
      #expect(abs(mean - exact[i] / z) < 0.03)
    }
  }

  @Test("The number of Gibbs steps follows its rows of epochs")
  func rows() throws {
    let steps = try JSONDecoder().decode(
      GibbsSteps.self, from: Data(#"[{"epochs": 2, "steps": 1}, {"epochs": 3, "steps": 5}]"#.utf8))
    #expect((0..<7).map { steps.rows[steps.row(atEpoch: $0)].steps } == [1, 1, 5, 5, 5, 5, 5])
    #expect(throws: ConfigurationError.self) { try GibbsSteps(0).validate(key: "model.steps") }
  }
}
