import Foundation
import Networks
import Testing

@Suite struct WakeSleepTests {
  private func states(_ count: Int) -> [[Double]] {
    (0..<1 << count).map { number in (0..<count).map { Double(number >> $0 & 1) } }
  }

  private func probability(_ states: [Double], _ on: [Double]) -> Double {
    zip(states, on).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
  }

  /// Persistent chains begin with all hidden states equally likely.
  @Test(
    "Up-down statistics of two directed layers and a top with labels are what enumeration says",
    arguments: [nil, 60_000])
  func statistics(chains: Int?) {
    let sides = [
      (visible: UnitLayer([(.binary, 3)]), hidden: UnitLayer([(.binary, 2)])),
      (visible: UnitLayer([(.binary, 2)]), hidden: UnitLayer([(.binary, 2)])),
      (visible: UnitLayer([(.binary, 2), (.softmax(2), 2)]), hidden: UnitLayer([(.binary, 2)])),
    ]
    let group = ParameterGroup(name: "up_down", slots: WakeSleepLearner.slots(sides))
    #expect(group.slots.map(\.name)[3] == "1.recognition_weights" && group.slots.count == 11)
    for slot in group.slots.indices {
      Initializer.uniform(low: -1.5, high: 1.5).fill(
        group[slot], shape: group.slots[slot].shape,
        random: RandomAddress(seed: 2, step: 0, stream: .initial(slot)))
    }
    let top = TinyMachine(visible: sides[2].visible, hidden: sides[2].hidden)
    for slot in 0..<3 {
      group[8 + slot].baseAddress!.update(
        from: top.machine.group[slot].baseAddress!, count: group[8 + slot].count)
    }

    func up(_ layer: Int, _ x: [Double]) -> [Double] {
      group[4 * layer + 2].indices.map { j in
        let a = x.indices.reduce(Double(group[4 * layer + 2][j])) {
          $0 + Double(group[4 * layer + 3][j * x.count + $1]) * x[$1]
        }
        return 1 / (1 + exp(-a))
      }
    }
    func down(_ layer: Int, _ h: [Double]) -> [Double] {
      let width = group[4 * layer + 1].count
      return (0..<width).map { i in
        let a = h.indices.reduce(Double(group[4 * layer + 1][i])) {
          $0 + Double(group[4 * layer][$1 * width + i]) * h[$1]
        }
        return 1 / (1 + exp(-a))
      }
    }
    var expected = group.slots.map { [Double](repeating: 0, count: $0.count) }
    func add(_ h: [Double], _ v: [Double], _ weight: Double, to slot: Int) {
      for j in h.indices { for i in v.indices { expected[slot][j * v.count + i] += weight * h[j] * v[i] } }
    }
    func add(_ x: [Double], _ weight: Double, to slot: Int) {
      for i in x.indices { expected[slot][i] += weight * x[i] }
    }

    let patterns: [(v: [Double], label: Int)] = [([1, 0, 1], 0), ([0, 1, 1], 1), ([0, 0, 0], 1)]
    var start: [(v: [Double], p: Double)] = []
    for (v, label) in patterns {
      for h1 in states(2) {
        for h2 in states(2) {
          let weight = probability(h1, up(0, v)) * probability(h2, up(1, h1)) / Double(patterns.count)
          let (first, second) = (
            zip(down(0, h1), v).map { $0 - $1 }, zip(down(1, h2), h1).map { $0 - $1 }
          )
          add(h1, first, weight, to: 0)
          add(first, weight, to: 1)
          add(h2, second, weight, to: 4)
          add(second, weight, to: 5)
          start.append((h2 + [label == 0 ? 1 : 0, label == 1 ? 1 : 0], weight))
        }
      }
    }
    let after = chains == nil ? top.step(start) : top.visible(under: states(2).map { ($0, 0.25) })
    let difference = zip(top.statistics(after), top.statistics(start)).map { $0 - $1 }
    expected[8] = Array(difference[0..<8])
    expected[9] = Array(difference[8..<12])
    expected[10] = Array(difference[12..<14])
    for (x, p) in after {
      let h2 = Array(x[0..<2])
      for h1 in states(2) {
        let weight = p * probability(h1, down(1, h2))
        let v = down(0, h1)
        let (first, second) = (zip(up(0, v), h1).map { $0 - $1 }, zip(up(1, h1), h2).map { $0 - $1 })
        add(first, v, weight, to: 3)
        add(first, weight, to: 2)
        add(second, h1, weight, to: 7)
        add(second, weight, to: 6)
      }
    }

    let batch = patterns.count * 30_000
    let stack = WakeSleepLearner.stack(sides, group: group, maximumBatch: batch)
    let learner = WakeSleepLearner(stack, chains: chains)
    let memory = FlatBuffer(count: 2 * (chains ?? 0))
    let state = chains.map { chains in
      for place in memory.elements.indices {
        memory.base[place] = Float((place % chains) >> (place / chains) & 1)
      }
      var state = LaneState(lane: 0, elements: memory.elements, places: chains, first: 0, beginsEpoch: false)
      state.chains = 0..<chains
      state.stepExamples = batch
      return state
    }
    let block = FlatBuffer(count: 3 * batch)
    for column in 0..<batch {
      for unit in 0..<3 { block.base[unit * batch + column] = Float(patterns[column % 3].v[unit]) }
    }
    stack.set(block.base, batch: batch)
    let labels = (0..<batch).map { Int32(patterns[$0 % 3].label) }
    let contribution = Contribution(to: group, metricCount: 0)
    contribution.begin()
    (0..<batch).map { UInt32($0) }.withUnsafeBufferPointer { numbers in
      labels.withUnsafeBufferPointer { labels in
        learner.learn(
          numbers: numbers, labels: labels, classes: 2, steps: 1, state: state,
          random: RandomAddress(seed: 3, step: 8, stream: .model(0)), into: contribution)
      }
    }
    withExtendedLifetime((contribution, memory)) {
      for slot in group.slots.indices {
        for place in expected[slot].indices {
          let found = Double(contribution.vector.elements[group.offsets[slot] + place]) / Double(batch)
          // 60,000 draws or more: a standard error of at most 0.5 / 245.
          #expect(abs(found - expected[slot][place]) < 0.008, "\(group.slots[slot].name)[\(place)]")
        }
      }
    }
    // Errors of prediction: of the first layer, E (v - p)².
    #expect(learner.errors.count == (chains == nil ? 3 : 2) && learner.errors.allSatisfy { $0 > 0 })
  }

  @Test("The mean of the bound's draws is the bound, and lies below the log-probability")
  func bound() {
    let machine = TinyMachine(
      visible: UnitLayer([(.binary, 3)]), hidden: UnitLayer([(.binary, 2)]), scale: 1.5, seed: 6)
    let top = TinyMachine(
      visible: UnitLayer([(.binary, 2)]), hidden: UnitLayer([(.binary, 2)]), scale: 1.5, seed: 7)
    let batch = 40_000
    let stack = BeliefStack(
      layers: [.init(recognition: machine.machine, generation: machine.machine)], top: top.machine,
      maximumBatch: batch)
    let v = [1.0, 0, 1]
    func down(_ h: [Double]) -> Double {
      let on = (0..<3).map { i in
        1
          / (1
            + exp(
              -(0..<2).reduce(Double(machine.machine.visibleBias[i])) {
                $0 + Double(machine.machine.weights[$1 * 3 + i]) * h[$1]
              }))
      }
      return probability(v, on)
    }
    func topTerm(_ x: [Double]) -> Double { log(states(2).reduce(0) { $0 + exp(-top.energy(x, $1)) }) }
    let up = machine.hiddenProbabilities(v)
    let exact = states(2).reduce(0.0) { sum, h in
      let q = probability(h, up)
      return sum + q * (log(down(h)) - log(q) + topTerm(h))
    }
    let truth = log(states(2).reduce(0.0) { $0 + down($1) * exp(topTerm($1)) })
    let block = FlatBuffer(count: 3 * batch)
    for unit in 0..<3 {
      for column in 0..<batch { block.base[unit * batch + column] = Float(v[unit]) }
    }
    stack.set(block.base, batch: batch)
    var sums = [Double](repeating: 0, count: batch)
    (0..<batch).map { UInt32($0) }.withUnsafeBufferPointer { numbers in
      sums.withUnsafeMutableBufferPointer {
        stack.addBound(
          drawing: numbers, random: RandomAddress(seed: 1, step: 0, stream: .model(0)), to: $0, setLabels: {})
      }
    }
    let mean = sums.reduce(0, +) / Double(batch)
    #expect(abs(mean - exact) < 0.02, "\(mean), \(exact)")
    #expect(exact < truth && truth - exact < 1, "\(exact), \(truth)")
  }

  @Test("A part of a run has a progress of its own, by which its schedules go")
  func progress() {
    let whole = Progress(step: 57, stepsPerEpoch: 10, totalSteps: 200)
    let part = whole.within(4..<9)
    #expect(part == Progress(step: 17, stepsPerEpoch: 10, totalSteps: 50))
    #expect(whole.within(nil) == whole)
    #expect(whole.within(8..<9).step == 0)
  }

  @Test("A figure of which there were no instances is left out")
  func figures() {
    let metrics = [Metric("error", per: "seen"), Metric("seen", isShown: false), Metric("loss")]
    #expect(Metric.figures(metrics, sums: [10, 3, 0, 20]).map(\.name) == ["loss"])
    #expect(Metric.figures(metrics, sums: [10, 3, 6, 20]).map(\.value) == [0.5, 2])
  }
}
