import Foundation
import Networks
import Testing

@Suite struct GeneralMachineTests {
  /// Two visible groups, one of them linked inside, and three hidden units, two of them linked with the third.
  private func machine(temperature: Float = 2, seed: UInt64 = 3) -> GeneralMachine {
    let wiring = UnitWiring(
      groups: [
        ("top", 1, false, false), ("a", 3, true, true), ("code", 2, false, false), ("b", 2, true, false),
      ],
      pairs: [(1, 2), (3, 2), (0, 2), (1, 0)])
    let group = ParameterGroup(name: "machine", slots: GeneralMachine.slots(wiring, deviation: 3))
    group.initialize(seed: seed, group: 0)
    for (place, bias) in group[1].indices.enumerated() { group[1][bias] = Float(place % 3) - 1.5 }
    let machine = GeneralMachine(wiring, group: group, temperature: temperature)
    machine.prepare()
    return machine
  }

  private func logWeight(_ machine: GeneralMachine, _ state: Int) -> Double {
    func s(_ unit: Int) -> Float { Float(state >> unit & 1) }
    var sum: Float = 0
    for i in 0..<machine.wiring.units {
      sum += machine.bias[i] * s(i)
      for j in 0..<i { sum += machine.weight(i, j) * s(i) * s(j) }
    }
    return Double(sum / machine.temperature)
  }

  private func logSum(_ values: [Double]) -> Double {
    let largest = values.max()!
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
  }

  @Test("Visible groups come first, every link is there once and is seen from both of its ends")
  func wiring() {
    let wiring = machine().wiring
    #expect(wiring.groups.map(\.name) == ["a", "b", "top", "code"])
    #expect(wiring.visible == 5 && wiring.units == 8)
    #expect(wiring.linkCount == 3 + 3 * 2 + 2 * 2 + 2 + 3)
    #expect(zip(wiring.one, wiring.other).allSatisfy { $0 < $1 })
    for unit in 0..<8 {
      for place in Int(wiring.starts[unit])..<Int(wiring.starts[unit + 1]) {
        let (neighbour, link) = (wiring.neighbours[place], Int(wiring.links[place]))
        #expect(Set([wiring.one[link], wiring.other[link]]) == [Int32(unit), neighbour])
      }
    }
    let independent = wiring.independent(of: Array(0..<8))
    #expect(
      independent.allSatisfy { i in independent.allSatisfy { !wiring.neighbours(of: i).contains(Int32($0)) } }
    )
    #expect(independent.count >= 2)
    #expect(wiring.independent(of: [5, 6, 7], without: [5]) == [6, 7])
  }

  @Test("Sums over states are those of all states, whatever is clamped")
  func sums() {
    let machine = machine()
    let all = (0..<256).map { logWeight(machine, $0) }
    let whole = StateSum(machine, over: Array(0..<8))
    #expect(whole.counted.count < 8)
    let off = [Float](repeating: 0, count: 8)
    let logPartition = off.withUnsafeBufferPointer { whole.logSum(0..<1 << whole.counted.count, clamped: $0) }
    #expect(abs(logPartition - logSum(all)) < 1e-5)

    let hidden = StateSum(machine, over: [5, 6, 7])
    var states = [Float](repeating: 1, count: 8 * 32)
    for column in 0..<32 { for unit in 0..<5 { states[unit * 32 + column] = Float(column >> unit & 1) } }
    var sums = [Double](repeating: 0, count: 32)
    states.withUnsafeMutableBufferPointer { states in
      sums.withUnsafeMutableBufferPointer { hidden.addLogSums(of: states.baseAddress!, to: $0) }
    }
    for v in 0..<32 { #expect(abs(sums[v] - logSum((0..<8).map { all[v + 32 * $0] })) < 1e-5) }

    // Without a unit, its states are those in which it is off.
    let less = StateSum(machine, over: [0, 1, 2, 3, 4, 6, 7])
    let part = off.withUnsafeBufferPointer { less.logSum(0..<1 << less.counted.count, clamped: $0) }
    #expect(abs(part - logSum((0..<256).filter { $0 >> 5 & 1 == 0 }.map { all[$0] })) < 1e-5)
  }

  @Test("At equilibrium units are on together as often as counting all states says")
  func equilibrium() {
    let machine = machine(temperature: 3)
    let all = (0..<256).map { logWeight(machine, $0) }
    let total = logSum(all)
    let annealer = Annealer(machine)
    let schedule = CoolingSchedule([.init(12, 5), .init(6, 5), .init(3, 30)])
    let columns = 3000
    let looks = 5
    for isClamped in [false, true] {
      // Clamped: a is 1 0 1, b is 0 1.
      let units = (isClamped ? 5..<8 : 0..<8).map { Int32($0) }
      let fits = (0..<256).filter { !isClamped || $0 & 31 == 0b10101 }
      let norm = logSum(fits.map { all[$0] })
      #expect(isClamped || norm == total)
      var states = [Float](repeating: 0, count: 8 * columns)
      for unit in [0, 2, 4] { for column in 0..<columns { states[unit * columns + column] = 1 } }
      let numbers = (0..<columns).map { UInt32($0) }
      let random = RandomAddress(seed: 5, step: 1, stream: .model(0))
      states.withUnsafeMutableBufferPointer { states in
        numbers.withUnsafeBufferPointer {
          annealer.randomize(
            units, of: states.baseAddress!, numbers: $0, random: random, streams: Annealer.Streams(1))
          annealer.run(
            units, of: states.baseAddress!, numbers: $0, schedule: schedule, looks: looks, random: random,
            streams: Annealer.Streams(1))
        }
      }
      let samples = columns * looks
      for i in 0..<8 {
        for j in 0...i {
          let expected = fits.filter { $0 >> i & 1 == 1 && $0 >> j & 1 == 1 }.reduce(0) {
            $0 + exp(all[$1] - norm)
          }
          let seen = (0..<samples).reduce(0.0) {
            $0 + Double(annealer.samples[i * samples + $1] * annealer.samples[j * samples + $1])
          }
          // Five deviations of as many independent draws as there are columns.
          let error = 5 * (expected * (1 - expected) / Double(columns)).squareRoot() + 1e-9
          #expect(abs(seen / Double(samples) - expected) < error, "\(i) \(j)")
        }
      }
    }
  }

  @Test("Annealed importance sampling agrees with counting all states within its error")
  func annealedImportanceSampling() throws {
    let machine = machine()
    let partition = GeneralPartition(machine, units: Array(0..<8))
    func figures(_ request: LikelihoodRequest) throws -> [String: Double] {
      let work = try partition.work(request)
      var values = [Double](repeating: 0, count: work.count * work.width)
      for item in 0..<work.count {
        values.withUnsafeMutableBufferPointer {
          partition.compute(
            item: item, of: request, seed: 1,
            into: UnsafeMutableBufferPointer(rebasing: $0[item * work.width..<(item + 1) * work.width]))
        }
      }
      return try partition.figures(values, of: request)
    }
    let exact = try #require(try figures(LikelihoodRequest(.exact))["log_partition"])
    #expect(abs(exact - logSum((0..<256).map { logWeight(machine, $0) })) < 1e-5)
    let estimate = try figures(LikelihoodRequest(.annealed, runs: 200, betas: 300))
    let (low, high) = (
      try #require(estimate["log_partition_low"]), try #require(estimate["log_partition_high"])
    )
    #expect(low < exact && exact < high, "\(low) \(exact) \(high)")
    #expect(high - low < 0.5)
  }

  @Test(
    "Completion finds the most probable states of what is read, and annealing the same where they are clear")
  func completion() {
    let machine = machine(temperature: 0.5)
    let all = (0..<256).map { logWeight(machine, $0) }
    var v = [Float](repeating: 0, count: 5 * 32)
    for column in 0..<32 { for unit in 0..<5 { v[unit * 32 + column] = Float(column >> unit & 1) } }
    let numbers = (0..<32).map { UInt32($0) }
    func wrong(_ runs: Int?) -> [Double] {
      let test = CompletionTest(
        machine,
        options: .init(
          clamped: [0, 1, 2], read: [3, 4], isChoice: false, runs: runs,
          schedule: CoolingSchedule([.init(8, 5), .init(4, 5), .init(2, 5), .init(1, 10), .init(0.5, 10)]),
          looks: 11))
      return numbers.withUnsafeBufferPointer {
        test.wrongShares(
          v, examples: $0, removed: [], random: RandomAddress(seed: 1, step: 0, stream: .model(0)))
      }
    }
    let exact = wrong(nil)
    for column in 0..<32 {
      let best = (0..<4).max {
        func weight(_ read: Int) -> Double { logSum((0..<8).map { all[column & 7 | read << 3 | $0 << 5] }) }
        return weight($0) < weight($1)
      }!
      #expect(exact[column] == (best == column >> 3 ? 0 : 1))
    }
    #expect(exact.reduce(0, +) == 24)
    let annealed = wrong(20)
    #expect(zip(exact, annealed).reduce(0) { $0 + abs($1.0 - $1.1) } < 3.2)
  }

  @Test("Codes are the hidden units' most probable states, and their distances are counted")
  func codes() {
    let machine = machine()
    let all = (0..<256).map { logWeight(machine, $0) }
    var v = [Float](repeating: 0, count: 5 * 32)
    for column in 0..<32 { for unit in 0..<5 { v[unit * 32 + column] = Float(column >> unit & 1) } }
    let codes = HiddenCodes(machine, units: [6, 7], hidden: [5, 6, 7]).codes(v, batch: 32)
    // Without the unit that they are linked with, each code unit follows its own input.
    let alone = HiddenCodes(machine, units: [6, 7], hidden: [6, 7]).codes(v, batch: 32)
    for column in 0..<32 {
      func best(_ tops: [Int]) -> Int {
        (0..<4).max {
          func weight(_ code: Int) -> Double { logSum(tops.map { all[column | $0 << 5 | code << 6] }) }
          return weight($0) < weight($1)
        }!
      }
      #expect(codes[column] == [best([0, 1]) & 1 == 1, best([0, 1]) >> 1 == 1])
      #expect(alone[column] == [best([0]) & 1 == 1, best([0]) >> 1 == 1])
    }
    let four = [[false, false], [false, true], [true, true], [false, true]]
    #expect(HiddenCodes.distinct(four) == 3 && HiddenCodes.smallestDistance(four) == 0)
    #expect(HiddenCodes.repeated(four, least: 1) == 1 && HiddenCodes.repeated(four, least: 2) == 3)
  }

  @Test("A fixed step follows the sign alone, and nothing moves where counts are equal")
  func fixedStep() throws {
    let rule = try OptimizerConfiguration(.fixedStep, learningRate: 2, weightDecay: 0.01).makeOptimizer()
    var w: [Float] = [1, 1, 1, 1]
    w.withUnsafeMutableBufferPointer { w in
      let sums: [Float] = [12, -0.5, 0, 1e-6]
      sums.withUnsafeBufferPointer {
        rule.apply(
          ParameterUpdate(
            parameters: w, sum: $0, states: [], scale: 0.1, learningRate: 2, step: 1, decays: true))
      }
    }
    #expect(zip(w, [-1.02, 2.98, 0.98, 0.98] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(throws: ConfigurationError.self) {
      try OptimizerConfiguration(.fixedStep, momentum: 0.9).makeOptimizer()
    }
  }

  @Test("A diagram has a panel for each unit, with squares where it is linked")
  func diagram() {
    let machine = machine()
    let picture = machine.weightDiagram(of: 5..<8)
    #expect(picture.pixels.contains(0) && picture.pixels.contains(255) && picture.pixels.contains(150))
    #expect(picture.width > picture.height / 2)
  }
}
