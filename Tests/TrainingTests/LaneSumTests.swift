import Networks
import ReplicaTesting
import Synchronization
import Testing
import Training

@Suite struct LaneSumTests {
  /// What lane `lane` contributes at place `index`: numbers of many sizes, so that the order of additions shows.
  private static func value(_ lane: Int, _ index: Int) -> Float {
    let bits = UInt32(truncatingIfNeeded: (lane &* 2_654_435_761) ^ (index &* 40_503 &+ 12_345))
    let scale: [Float] = [1e-4, 1, 1e3, 1e6]
    return (Float(bits % 100_003) / 50_000 - 1) * scale[Int(bits >> 7) % 4]
  }

  private static func group() -> ParameterGroup {
    ParameterGroup(
      name: "test",
      slots: [
        Slot("a", shape: [3000], initializer: .zero), Slot("b", shape: [7, 5], initializer: .zero),
        Slot("c", shape: [2500], initializer: .zero),
      ])
  }

  /// The bits of the whole sum, put together from what the ranks own, and of the metric sums.
  private static func sum(
    lanes: Int, ranks: Int, threads: Int, dedicated: Bool = false, sharesMemory: Bool = false
  ) throws -> [UInt64] {
    let count = group().buffer.count
    let plan = try LanePlan(lanes: lanes, ranks: ranks, dedicatedCoordinator: dedicated)
    let sink = Sink(count: count + 2)
    try onReplicas(ranks, sharesMemory: sharesMemory) { replicas in
      let sum = try LaneSum(
        group: group(), metricCount: 1, plan: plan, reduction: .exact, replicas: replicas,
        team: ThreadTeam(count: threads))
      for step in 0..<2 {
        try sum.accumulate { _, lane, contribution in
          for slot in [0, 2] {
            let (elements, adds) = contribution.slot(slot)
            for i in elements.indices {
              elements[i] = (adds ? elements[i] : 0) + value(lane, i + slot * 10_000)
            }
          }
          contribution.add(examples: lane + 1)
          contribution.add(Double(value(lane, 77)), toMetric: 0)
        }
        try sum.reduce(ControlWord())
        if step == 0 { try sum.publishParameters() }
      }
      withExtendedLifetime(sum) { sink.write(sum.ownRange) { UInt64(sum.total[$0].bitPattern) } }
      try sum.publishParameters()
      if replicas.rank == ranks - 1 { sink.write(count..<count + 2) { sum.totals[$0 - count].bitPattern } }
    }
    return sink.words
  }

  @Test(
    "The exact sum has the same bits on any number of ranks and threads, with or without a dedicated coordinator"
  )
  func sameBits() throws {
    for lanes in [1, 2, 3, 5, 8] {
      let alone = try Self.sum(lanes: lanes, ranks: 1, threads: 1)
      #expect(alone[alone.count - 2] == Double(lanes * (lanes + 1) / 2).bitPattern)
      for ranks in 1...lanes {
        for threads in [1, 2, 3] {
          #expect(try Self.sum(lanes: lanes, ranks: ranks, threads: threads) == alone)
          #expect(try Self.sum(lanes: lanes, ranks: ranks, threads: threads, sharesMemory: true) == alone)
        }
        #expect(try Self.sum(lanes: lanes, ranks: ranks + 1, threads: 1, dedicated: true) == alone)
      }
    }
  }

  @Test("The sum is the sum: it agrees with one in double precision, and unwritten slots are zero")
  func rightSum() throws {
    let words = try Self.sum(lanes: 8, ranks: 3, threads: 2)
    for index in [0, 1, 500, 2999] {
      let exact = (0..<8).reduce(0.0) { $0 + Double(Self.value($1, index)) }
      let size = (0..<8).reduce(0.0) { $0 + abs(Double(Self.value($1, index))) }
      #expect(abs(Double(Float(bitPattern: UInt32(words[index]))) - exact) <= size * 1e-6)
    }
    let group = Self.group()
    for index in group.offsets[1]..<group.offsets[1] + 35 { #expect(words[index] == 0) }
  }

  @Test("A wish to stop on any rank reaches all ranks in the same step")
  func control() throws {
    let plan = try LanePlan(lanes: 4, ranks: 3)
    try onReplicas(3) { replicas in
      let sum = try LaneSum(
        group: Self.group(), metricCount: 0, plan: plan, reduction: .exact, replicas: replicas,
        team: ThreadTeam(count: 1))
      for step in 0..<4 {
        try sum.accumulate { _, _, _ in }
        var own = ControlWord()
        own.stop = step == 2 && replicas.rank == 1
        own.save = step == 1 && replicas.rank == 2
        try sum.reduce(own)
        #expect(sum.control.stop == (step == 2))
        #expect(sum.control.save == (step == 1))
      }
    }
  }

  @Test("The fast sum agrees with the exact one up to rounding")
  func fast() throws {
    let plan = try LanePlan(lanes: 4, ranks: 2)
    try onReplicas(2) { replicas in
      let group = Self.group()
      let sum = try LaneSum(
        group: group, metricCount: 0, plan: plan, reduction: .fast, replicas: replicas,
        team: ThreadTeam(count: 1))
      try sum.accumulate { _, lane, contribution in
        let elements = contribution.slot(0).elements
        for i in elements.indices { elements[i] = Self.value(lane, i) }
        contribution.add(examples: 1)
      }
      try sum.reduce(ControlWord())
      #expect(sum.totals[0] == 4)
      #expect(sum.ownRange == 0..<group.buffer.count)
      let exact = (0..<4).reduce(0.0) { $0 + Double(Self.value($1, 9)) }
      #expect(
        abs(Double(sum.total[9]) - exact) <= 1e-6 * (0..<4).reduce(1) { $0 + abs(Double(Self.value($1, 9))) })
    }
  }
}

/// Words that several threads write to, each at its own places.
final class Sink: Sendable {
  private let storage: Mutex<[UInt64]>

  init(count: Int) { storage = Mutex(Array(repeating: 0, count: count)) }

  var words: [UInt64] { storage.withLock { $0 } }

  func write(_ range: Range<Int>, _ word: (Int) -> UInt64) {
    let values = range.map(word)
    storage.withLock { storage in
      for (index, value) in zip(range, values) { storage[index] = value }
    }
  }
}
