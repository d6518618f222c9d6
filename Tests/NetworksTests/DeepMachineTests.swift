import Foundation
import Networks
import Testing

/// A deep machine of few units, and what holds for it exactly.
struct TinyDeepMachine {
  let machine: DeepMachine
  let group: ParameterGroup
  private let sizes: [Int]

  init(_ sizes: [Int], scale: Float = 1, sparsity: SparsityTarget? = nil) {
    let levels = sizes.map { UnitLayer([(.binary, $0)]) }
    let group = ParameterGroup(name: "joint", slots: DeepMachine.slots(levels, sparsity: sparsity))
    for slot in 0..<2 * sizes.count - 1 {
      Initializer.uniform(low: -scale, high: scale).fill(
        group[slot], shape: group.slots[slot].shape,
        random: RandomAddress(seed: 4, step: 0, stream: .initial(slot)))
    }
    self.group = group
    self.sizes = sizes
    machine = DeepMachine(levels, group: group)
  }

  /// All states of all units, level by level.
  var states: [[[Double]]] {
    (0..<1 << sizes.reduce(0, +)).map { number in
      var bit = 0
      return sizes.map { count in
        defer { bit += count }
        return (bit..<bit + count).map { Double(number >> $0 & 1) }
      }
    }
  }

  func energy(_ x: [[Double]]) -> Double {
    var sum = 0.0
    for level in sizes.indices {
      for unit in 0..<sizes[level] {
        sum -= Double(machine.bias(level)[unit]) * x[level][unit]
        guard level > 0 else { continue }
        for other in 0..<sizes[level - 1] {
          let weight = Double(machine.weights(level)[unit * sizes[level - 1] + other])
          sum -= x[level][unit] * weight * x[level - 1][other]
        }
      }
    }
    return sum
  }

  var logPartition: Double { log(states.reduce(0) { $0 + exp(-energy($1)) }) }

  /// Inputs of a unit given its neighbours.
  func input(_ level: Int, _ unit: Int, _ x: [[Double]]) -> Double {
    var sum = Double(machine.bias(level)[unit])
    if level > 0 {
      for other in 0..<sizes[level - 1] {
        sum += Double(machine.weights(level)[unit * sizes[level - 1] + other]) * x[level - 1][other]
      }
    }
    if level + 1 < sizes.count {
      for other in 0..<sizes[level + 1] {
        sum += Double(machine.weights(level + 1)[other * sizes[level] + unit]) * x[level + 1][other]
      }
    }
    return sum
  }

  /// The bound of a product distribution, by summing over all of its states.
  func bound(_ q: [[Double]], of v: [Double]) -> Double {
    states.filter { $0[0] == v }.reduce(0) { sum, x in
      var p = 1.0
      for level in 1..<sizes.count {
        for unit in 0..<sizes[level] { p *= x[level][unit] == 1 ? q[level][unit] : 1 - q[level][unit] }
      }
      return p > 0 ? sum + p * (-energy(x) - log(p)) : sum
    }
  }

  /// Mean statistics under a distribution, in the order of the slots.
  func statistics(_ weighted: [(x: [[Double]], p: Double)]) -> [[Double]] {
    var sums = (0..<2 * sizes.count - 1).map { [Double](repeating: 0, count: group.slots[$0].count) }
    for (x, p) in weighted {
      for level in sizes.indices {
        for unit in 0..<sizes[level] {
          sums[machine.biasSlot(level)][unit] += p * x[level][unit]
          guard level > 0 else { continue }
          for other in 0..<sizes[level - 1] {
            sums[machine.weightSlot(level)][unit * sizes[level - 1] + other] +=
              p * x[level][unit] * x[level - 1][other]
          }
        }
      }
    }
    return sums
  }
}

@Suite struct DeepMachineTests {
  private func columns(_ patterns: [[Double]], count: Int) -> FlatBuffer {
    let block = FlatBuffer(count: patterns[0].count * count)
    for unit in patterns[0].indices {
      for column in 0..<count {
        block.base[unit * count + column] = Float(patterns[column % patterns.count][unit])
      }
    }
    return block
  }

  @Test("The mean field is a fixed point, and its bound is the sum over states and below ln p(v)")
  func bound() {
    for sizes in [[4, 3, 3], [3, 3, 2, 3], [3, 2, 3, 2, 2]] {
      let tiny = TinyDeepMachine(sizes)
      let patterns = [[1.0, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0]].map { Array($0.prefix(sizes[0])) }
      let v = columns(patterns, count: 3)
      let field = MeanField(
        tiny.machine, options: .init(iterations: 2000, tolerance: 1e-7), maximumBatch: 3)
      let iterations = field.infer(v.base, batch: 3)
      #expect(iterations > 1 && iterations <= 2000)
      var bounds = [Double](repeating: 0, count: 3)
      bounds.withUnsafeMutableBufferPointer { field.addBound(of: v.base, to: $0) }
      for column in 0..<3 {
        let q = sizes.indices.map { level in
          (0..<sizes[level]).map {
            level == 0 ? patterns[column][$0] : Double(field.probabilities(level)[$0 * 3 + column])
          }
        }
        for level in 1..<sizes.count {
          for unit in 0..<sizes[level] {
            #expect(abs(q[level][unit] - 1 / (1 + exp(-tiny.input(level, unit, q)))) < 1e-5)
          }
        }
        #expect(abs(bounds[column] - tiny.bound(q, of: patterns[column])) < 1e-4)
        let truth = log(
          tiny.states.filter { $0[0] == patterns[column] }.reduce(0) { $0 + exp(-tiny.energy($1)) })
        #expect(bounds[column] < truth && truth - bounds[column] < 1, "\(bounds[column]), \(truth)")
      }
      withExtendedLifetime(v) {}
    }
  }

  @Test("Chains that have run long have the statistics of the sum over all states, less those of the data")
  func statistics() {
    for sizes in [[4, 3, 3], [3, 3, 2, 3]] {
      let tiny = TinyDeepMachine(sizes)
      let chains = 40_000
      let patterns = [[1.0, 0, 1, 1], [0, 1, 1, 0]].map { Array($0.prefix(sizes[0])) }
      let v = columns(patterns, count: 2)
      let field = MeanField(
        tiny.machine, options: .init(iterations: 500, tolerance: 1e-7), maximumBatch: 2)
      let learner = DeepMachineLearner(field, chains: chains, maximumBatch: 2)
      let odd = FlatBuffer(count: tiny.machine.oddCount * chains)
      let contribution = Contribution(to: tiny.group, metricCount: 0)
      contribution.begin()
      var state = LaneState(lane: 0, elements: odd.elements, places: chains, first: 0, beginsEpoch: true)
      state.chains = 0..<chains
      state.stepExamples = 2
      learner.learn(
        v.base, batch: 2, steps: 100, state: state,
        random: RandomAddress(seed: 8, step: 3, stream: .model(0)), into: contribution)
      let z = exp(tiny.logPartition)
      let model = tiny.statistics(tiny.states.map { ($0, exp(-tiny.energy($0)) / z) })
      let data = tiny.statistics(
        (0..<2).map { column in
          let q = sizes.indices.map { level in
            (0..<sizes[level]).map {
              level == 0 ? patterns[column][$0] : Double(field.probabilities(level)[$0 * 2 + column])
            }
          }
          return (q, 0.5)
        })
      for slot in model.indices {
        for place in model[slot].indices {
          let found = Double(contribution.vector.elements[tiny.group.offsets[slot] + place]) / 2
          // 40,000 chains: a standard error of at most 0.5 / 200.
          #expect(
            abs(found - (model[slot][place] - data[slot][place])) < 0.0125,
            "\(tiny.group.slots[slot].name)[\(place)]")
        }
      }
      withExtendedLifetime((v, odd, contribution)) {}
    }
  }

  @Test("A sparsity target adds the penalty's derivative by the weights and biases")
  func sparsity() {
    let target = SparsityTarget(target: 0.2, weight: 0.5)
    func contribution(_ sparsity: SparsityTarget?) -> (tiny: TinyDeepMachine, values: [[Float]], q: [[Float]])
    {
      let tiny = TinyDeepMachine([3, 2, 2], sparsity: sparsity)
      if sparsity != nil {
        for slot in 5..<7 {
          for unit in 0..<2 { tiny.group[slot][unit] = Float(slot - 4) * 0.3 + Float(unit) * 0.1 }
        }
      }
      let v = columns([[1, 0, 1], [1, 1, 0]], count: 2)
      let field = MeanField(tiny.machine, maximumBatch: 2)
      let result = Contribution(to: tiny.group, metricCount: 0)
      result.begin()
      DeepMachineLearner(field, chains: 1, sparsity: sparsity, maximumBatch: 2).learn(
        v.base, batch: 2, steps: 1, state: nil,
        random: RandomAddress(seed: 1, step: 0, stream: .model(0)), into: result)
      result.finish()
      let values = tiny.group.slots.indices.map { slot in
        (0..<tiny.group.slots[slot].count).map { result.vector.elements[tiny.group.offsets[slot] + $0] }
      }
      // Sums over the two examples.
      let q =
        [[v.base[0] + v.base[1], v.base[2] + v.base[3], v.base[4] + v.base[5]]]
        + (1...2).map { level in
          (0..<2).map { field.probabilities(level)[$0 * 2] + field.probabilities(level)[$0 * 2 + 1] }
        }
      withExtendedLifetime((v, result)) {}
      return (tiny, values, q)
    }
    let (plain, sparse) = (contribution(nil), contribution(target))
    let shifts = (0..<3).map { level in
      (0..<(level == 0 ? 3 : 2)).map {
        level == 0 ? 0 : Float(0.5) * (sparse.tiny.group[4 + level][$0] - 0.2)
      }
    }
    for level in 1...2 {
      let width = level == 1 ? 3 : 2
      for unit in 0..<2 {
        let bias = sparse.values[2 + level][unit] - plain.values[2 + level][unit]
        #expect(abs(bias - 2 * shifts[level][unit]) < 1e-5)
        #expect(abs(sparse.values[4 + level][unit] - sparse.q[level][unit]) < 1e-5)
        for other in 0..<width {
          let place = unit * width + other
          let found = sparse.values[level - 1][place] - plain.values[level - 1][place]
          let wanted =
            shifts[level][unit] * sparse.q[level - 1][other] + sparse.q[level][unit]
            * shifts[level - 1][other]
          #expect(abs(found - wanted) < 1e-5)
        }
      }
    }
  }

  /// All items of a request, and what they say.
  private static func figures(
    _ machine: DeepMachine, _ request: LikelihoodRequest, basis: [Float] = []
  ) throws -> [String: Double] {
    let partition = DeepPartition(machine)
    let work = try partition.work(request)
    var values = [Double](repeating: 0, count: work.count * work.width)
    for item in 0..<work.count {
      values.withUnsafeMutableBufferPointer {
        partition.compute(
          item: item, of: request, basis: basis, seed: 7,
          into: UnsafeMutableBufferPointer(rebasing: $0[item * work.width..<(item + 1) * work.width]))
      }
    }
    return try partition.figures(values, of: request, basis: basis)
  }

  @Test(
    "ln Z by counting and by annealing is that of the sum over all states, of two, three and four hidden levels"
  )
  func partition() throws {
    for sizes in [[4, 3, 5], [3, 4, 2, 3], [3, 2, 3, 2, 2]] {
      let tiny = TinyDeepMachine(sizes)
      let truth = tiny.logPartition
      let exact = try #require(try Self.figures(tiny.machine, LikelihoodRequest(.exact))["log_partition"])
      #expect(abs(exact - truth) < 1e-5, "\(exact), \(truth)")
      let annealed = try Self.figures(
        tiny.machine, LikelihoodRequest(.annealed, runs: 200, betas: 500),
        basis: (0..<sizes.reduce(0, +)).map { 0.2 * Float($0 % 3) })
      let (low, high) = (
        try #require(annealed["log_partition_low"]), try #require(annealed["log_partition_high"])
      )
      #expect(low < truth && truth < high && high - low < 0.5, "\(annealed), \(truth)")
    }
  }

  @Test("Annealing that begins with the mean activities of all levels finds inputs that are rarely on")
  func begin() throws {
    // Each of four units stands for five inputs; they are on together in a fifth of all states, and half of the time.
    let levels = [20, 4, 2].map { UnitLayer([(.binary, $0)]) }
    let group = ParameterGroup(name: "joint", slots: DeepMachine.slots(levels))
    let machine = DeepMachine(levels, group: group)
    for input in 0..<20 {
      group[machine.biasSlot(0)][input] = -6
      group[machine.weightSlot(1)][input / 5 * 20 + input] = 6
    }
    for unit in 0..<4 { group[machine.biasSlot(1)][unit] = -4.85 }
    let truth = try #require(try Self.figures(machine, LikelihoodRequest(.exact))["log_partition"])
    let basis = DeepPartition(machine).basis(
      sums: [Array(repeating: 10, count: 20), Array(repeating: 20, count: 4), [50, 50]], count: 100)
    func spread(_ basis: [Float]) throws -> Double {
      let figures = try Self.figures(
        machine, LikelihoodRequest(.annealed, runs: 160, betas: 20), basis: basis)
      let (low, high) = (
        figures["log_partition_low"] ?? -.infinity, try #require(figures["log_partition_high"])
      )
      #expect(low < truth && truth < high, "\(figures), \(truth)")
      return high - low
    }
    #expect(basis.count == 26)
    // Six times as narrow as with inputs that are on half of the time at first.
    #expect(try spread(basis) < 0.5 * spread(Array(basis[..<4])))
  }

  @Test("Gaussian input units are integrated over")
  func gaussian() throws {
    let levels = [UnitLayer([(.gaussian, 1)]), UnitLayer([(.binary, 2)]), UnitLayer([(.binary, 2)])]
    let group = ParameterGroup(name: "joint", slots: DeepMachine.slots(levels))
    for slot in group.slots.indices {
      for place in group[slot].indices { group[slot][place] = 0.3 * Float((slot + place) % 4) - 0.4 }
    }
    let machine = DeepMachine(levels, group: group)
    var total = 0.0
    for number in 0..<16 {
      let h = (0..<4).map { Double(number >> $0 & 1) }
      var (constant, input) = (0.0, Double(machine.bias(0)[0]))
      for i in 0..<2 {
        constant += Double(machine.bias(1)[i]) * h[i] + Double(machine.bias(2)[i]) * h[2 + i]
        input += Double(machine.weights(1)[i]) * h[i]
        for j in 0..<2 { constant += h[2 + i] * Double(machine.weights(2)[i * 2 + j]) * h[j] }
      }
      // The integral over v of e^(a v - v²/2).
      total += exp(constant + input * input / 2) * (2 * Double.pi).squareRoot()
    }
    let partition = DeepPartition(machine)
    let request = LikelihoodRequest(.exact)
    var value = [0.0]
    value.withUnsafeMutableBufferPointer {
      partition.compute(item: 0, of: request, basis: [], seed: 1, into: $0)
    }
    let found = try #require(try partition.figures(value, of: request, basis: [])["log_partition"])
    #expect(abs(found - log(total)) < 1e-5, "\(found), \(log(total))")
  }

  @Test("Layers make a deep machine: weights between halved, biases the mean of what both layers say")
  func composition() {
    let sizes = [3, 2, 4, 2]
    let levels = sizes.map { UnitLayer([(.binary, $0)]) }
    let machines = (0..<3).map { index in
      let group = ParameterGroup(
        name: "layer",
        slots: RestrictedMachine.slots(visible: levels[index], hidden: levels[index + 1], start: .init()))
      for slot in 0..<3 {
        for place in group[slot].indices { group[slot][place] = Float(100 * index + 10 * slot + place) }
      }
      return RestrictedMachine(
        visible: levels[index], hidden: levels[index + 1], group: group,
        scales: DeepMachine.scales(ofLayer: index, depth: 3))
    }
    #expect(machines.map(\.scales.up) == [2, 1, 1] && machines.map(\.scales.down) == [1, 1, 2])
    let deep = DeepMachine(levels, group: ParameterGroup(name: "deep", slots: DeepMachine.slots(levels)))
    deep.compose(machines)
    #expect(Array(deep.weights(1)) == (0..<6).map { Float($0) })
    #expect(Array(deep.weights(2)) == (0..<8).map { (100 + Float($0)) / 2 })
    #expect(Array(deep.weights(3)) == (0..<8).map { 200 + Float($0) })
    #expect((0..<3).map { deep.bias(0)[$0] } == [10, 11, 12])
    // (20 + 110) / 2 and (120 + 210) / 2.
    #expect((0..<2).map { deep.bias(1)[$0] } == [65, 66])
    #expect((0..<4).map { deep.bias(2)[$0] } == [165, 166, 167, 168])
    #expect((0..<2).map { deep.bias(3)[$0] } == [220, 221])
    // There and back, to the last bit.
    deep.decompose(into: machines)
    let again = DeepMachine(levels, group: ParameterGroup(name: "again", slots: DeepMachine.slots(levels)))
    again.compose(machines)
    for slot in 0..<7 { #expect(Array(again.group[slot]) == Array(deep.group[slot])) }
    #expect(Array(machines[1].weights) == (0..<8).map { 100 + Float($0) })
    #expect(machines[0].hiddenBias[0] == 65 && machines[1].visibleBias[0] == 65)
    // One unit below is on: its inputs count twice above the first layer, and twice below the last.
    let (x, y) = (FlatBuffer(count: 3), FlatBuffer(count: 4))
    x.base[1] = 1
    machines[0].hiddenInputs(of: x.base, batch: 1, into: y.base)
    #expect(y.base[0] == 2 && y.base[1] == 8)
    y.elements.update(repeating: 0)
    x.elements.update(repeating: 0)
    x.base[0] = 1
    machines[2].visibleInputs(of: x.base, batch: 1, into: y.base)
    #expect(Array(y.elements) == [400, 402, 404, 406])
  }
}
