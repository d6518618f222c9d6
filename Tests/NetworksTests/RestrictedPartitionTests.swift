import Foundation
import Networks
import Testing

@Suite struct RestrictedPartitionTests {
  /// All values of all items, in order or backwards.
  private func values(
    _ machine: RestrictedMachine, _ request: LikelihoodRequest, basis: [Float] = [], backwards: Bool = false
  ) throws -> [Double] {
    let partition = RestrictedPartition(machine)
    let work = try partition.work(request)
    var all = [Double](repeating: 0, count: work.count * work.width)
    let order = Array(0..<work.count)
    for item in backwards ? order.reversed() : order {
      all.withUnsafeMutableBufferPointer {
        partition.compute(
          item: item, of: request, basis: basis, seed: 7,
          into: UnsafeMutableBufferPointer(rebasing: $0[item * work.width..<(item + 1) * work.width]))
      }
    }
    return all
  }

  private func figures(
    _ machine: RestrictedMachine, _ request: LikelihoodRequest, basis: [Float] = []
  ) throws -> [String: Double] {
    try RestrictedPartition(machine).figures(
      values(machine, request, basis: basis), of: request, basis: basis)
  }

  private func machine(_ visible: Int, _ hidden: Int, scale: Float) -> TinyMachine {
    TinyMachine(
      visible: UnitLayer([(.binary, visible)]), hidden: UnitLayer([(.binary, hidden)]), scale: scale)
  }

  @Test("Counting the states of either side gives the sum over both sides")
  func enumeration() throws {
    for tiny in [
      machine(5, 3, scale: 1.5), machine(3, 5, scale: 1.5),
      TinyMachine(
        visible: UnitLayer([(.binary, 3), (.softmax(3), 6)]), hidden: UnitLayer([(.binary, 4)]), scale: 1.2),
    ] {
      var total = 0.0
      for v in tiny.visibleStates {
        for h in tiny.states(tiny.hidden) { total += exp(-tiny.energy(v, h)) }
      }
      // Of the last machine, visible states with more than one unit of the second choice on do not exist.
      if tiny.machine.visible.blocks.count > 1 {
        total = tiny.states(tiny.visible).filter { v in
          v[3..<6].reduce(0, +) == 1 && v[6..<9].reduce(0, +) == 1
        }.reduce(0.0) { sum, v in
          tiny.states(tiny.hidden).reduce(sum) { $0 + exp(-tiny.energy(v, $1)) }
        }
      }
      let found = try #require(try figures(tiny.machine, LikelihoodRequest(.exact))["log_partition"])
      #expect(abs(found - log(total)) < 1e-5, "\(found), \(log(total))")
    }
  }

  @Test("Gaussian visible units are integrated over")
  func gaussian() throws {
    let tiny = TinyMachine(
      visible: UnitLayer([(.gaussian, 2)]), hidden: UnitLayer([(.binary, 3)]), scale: 0.7)
    var total = 0.0
    let step = 0.05
    for i in -200...200 {
      for j in -200...200 {
        let v = [Double(i) * step, Double(j) * step]
        let square = (v[0] * v[0] + v[1] * v[1]) / 2
        for h in tiny.states(3) { total += exp(-tiny.energy(v, h) - square) * step * step }
      }
    }
    let found = try #require(try figures(tiny.machine, LikelihoodRequest(.exact))["log_partition"])
    #expect(abs(found - log(total)) < 1e-4)
    let annealed = try figures(
      tiny.machine, LikelihoodRequest(.annealed, runs: 200, betas: 500), basis: [0.3, -0.2])
    let (low, high) = (
      try #require(annealed["log_partition_low"]), try #require(annealed["log_partition_high"])
    )
    #expect(low < found && found < high && high - low < 0.5, "\(annealed), \(found)")
  }

  @Test("Annealed importance sampling is within its error of enumeration for 20 hidden units")
  func annealing() throws {
    let tiny = machine(60, 20, scale: 0.6)
    let exact = try #require(try figures(tiny.machine, LikelihoodRequest(.exact))["log_partition"])
    let basis = [Float](repeating: 0, count: 60)
    let request = LikelihoodRequest(.annealed, runs: 100, betas: 2000)
    let estimate = try figures(tiny.machine, request, basis: basis)
    let (low, high) = (
      try #require(estimate["log_partition_low"]), try #require(estimate["log_partition_high"])
    )
    #expect(low < exact && exact < high, "\(estimate), \(exact)")
    #expect(high - low < 1, "\(estimate)")
    // Another base model leads to the same.
    let other = try figures(tiny.machine, request, basis: (0..<60).map { Float($0 % 5) * 0.3 - 0.6 })
    let center = try #require(other["log_partition"])
    #expect(abs(center - exact) < 0.5, "\(other), \(exact)")
  }

  @Test("An item's bits depend on its number alone, not on what was computed before")
  func items() throws {
    let tiny = machine(40, 16, scale: 0.5)
    let annealed = LikelihoodRequest(.annealed, runs: 37, betas: 50)
    let basis = [Float](repeating: 0.1, count: 40)
    for request in [LikelihoodRequest(.exact), annealed] {
      let forwards = try values(tiny.machine, request, basis: basis)
      #expect(forwards.count > 3)
      #expect(try forwards == values(tiny.machine, request, basis: basis, backwards: true))
    }
    #expect(try Set(values(tiny.machine, annealed, basis: basis).prefix(37)).count == 37)
  }

  @Test(
    "auto counts the states of small machines and samples large ones; exact refuses what it cannot finish")
  func methods() throws {
    let (small, middle, large) = (
      machine(30, 20, scale: 0.1), machine(30, 25, scale: 0.1), machine(26, 26, scale: 0.1)
    )
    func name(_ tiny: TinyMachine, _ request: LikelihoodRequest) throws -> String {
      try RestrictedPartition(tiny.machine).work(request).name
    }
    #expect(try name(small, LikelihoodRequest()) == "enumeration of states")
    #expect(try name(middle, LikelihoodRequest()) == "annealed importance sampling")
    #expect(try name(middle, LikelihoodRequest(.exact)) == "enumeration of states")
    do {
      _ = try name(large, LikelihoodRequest(.exact))
      Issue.record("2^26 states were accepted")
    } catch let error as ConfigurationError {
      #expect(
        error.description.contains("26 visible and 26 hidden") && error.description.contains("annealed"))
    }
    #expect(throws: ConfigurationError.self) { try LikelihoodRequest(.annealed, runs: 1).validate() }
    #expect(throws: ConfigurationError.self) { try LikelihoodRequest(.exact, runs: 10).validate() }
  }

  @Test("The estimate of ln Z is the mean weight's, and its bounds lie three standard errors away")
  func estimate() {
    let estimate = PartitionEstimate(logWeights: [log(2), log(4), log(6), log(8)].map { $0 + 700 }, base: 3)
    #expect(abs(estimate.logPartition - (703 + log(5))) < 1e-12)
    // The variance is 20/3 and the standard error its root over 2: three of them are 3.873.
    #expect(abs(estimate.upper - (703 + log(5 + 3.872983346))) < 1e-8)
    #expect(abs(estimate.lower! - (703 + log(5 - 3.872983346))) < 1e-8)
    #expect(PartitionEstimate(logWeights: [0, 50], base: 0).lower == nil)
  }

  @Test("The temperatures of 2008 are 14,500 steps from 0 to 1, closest together at the end")
  func schedule() {
    let betas = AnnealingSchedule.betas(nil)
    #expect(betas.count == 14_501 && betas[0] == 0 && betas.last == 1)
    #expect(zip(betas, betas.dropFirst()).allSatisfy { $0 < $1 })
    #expect(betas[500] == 0.5 && betas[4500] == 0.9)
    #expect(AnnealingSchedule.betas(4) == [0, 0.25, 0.5, 0.75, 1])
  }
}
