import Kernels
import Networks
import ReplicaTesting
import Synchronization
import Testing
import Training

@Suite struct RowNormsTests {
  /// Rows that lie across several blocks, within one, and slots whose rows stay as they are.
  private static func group() -> ParameterGroup {
    let group = ParameterGroup(
      name: "g",
      slots: [
        Slot("bias", shape: [300], initializer: .constant(50)),
        Slot("dense", shape: [5, 2700], initializer: .zero),
        Slot("convolution", shape: [6, 4, 5, 5], initializer: .zero),
        Slot("average", shape: [2, 30], initializer: .constant(50), update: .average(rate: 0.5)),
      ])
    for slot in 1...2 {
      let width = group.slots[slot].count / group.slots[slot].shape.extents[0]
      for place in group[slot].indices {
        // The rows' norms rise from about 1 to about 2 and 3.
        let scale = (1 + Float(place / width) * 0.35) / Float(width).squareRoot()
        group[slot][place] = scale * (place % 3 == 0 ? -1.1 : 0.95)
      }
    }
    return group
  }

  private static func norms(_ group: ParameterGroup, _ slot: Int) -> [Double] {
    let width = group.slots[slot].count / group.slots[slot].shape.extents[0]
    return stride(from: 0, to: group.slots[slot].count, by: width).map { start in
      group[slot][start..<start + width].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
  }

  @Test("Rows that are too long become as long as is allowed, others stay; the same bits on any ranks")
  func rows() throws {
    let before = Self.group()
    let alone = Self.group()
    try RowNorms(
      of: alone, limit: 1.5, reduction: .exact, replicas: SoloGroup(), team: ThreadTeam(count: 1)
    ).apply()
    for slot in 1...2 {
      let (old, new) = (Self.norms(before, slot), Self.norms(alone, slot))
      #expect(old.contains { $0 < 1.5 } && old.contains { $0 > 1.6 })
      for (row, (old, new)) in zip(old, new).enumerated() {
        #expect(abs(new - min(old, 1.5)) < 1e-5)
        let width = alone.slots[slot].count / alone.slots[slot].shape.extents[0]
        for place in row * width..<(row + 1) * width {
          let expected = before[slot][place] * Float(min(1, 1.5 / old))
          #expect(abs(alone[slot][place] - expected) < 1e-6)
          if old < 1.5 { #expect(alone[slot][place] == before[slot][place]) }
        }
      }
    }
    for slot in [0, 3] { #expect(alone[slot].elementsEqual(before[slot])) }

    for (ranks, threads) in [(1, 3), (2, 1), (3, 2), (5, 1), (8, 1)] {
      for reduction in [Training.Reduction.exact, .fast] {
        let differences = Mutex(0)
        try onReplicas(ranks) { replicas in
          let group = Self.group()
          let norms = try RowNorms(
            of: group, limit: 1.5, reduction: reduction, replicas: replicas, team: ThreadTeam(count: threads))
          try norms.apply()
          // Of the exact sum each rank moves its own chunk, and the others get it from there.
          let own =
            reduction == .exact
            ? LaneSum.chunk(replicas.rank, of: ranks, count: group.buffer.count) : 0..<group.buffer.count
          let count = own.filter { group.buffer.base[$0] != alone.buffer.base[$0] }.count
          differences.withLock { $0 += count }
        }
        #expect(differences.withLock { $0 } == 0, "\(ranks) ranks, \(threads) threads, \(reduction)")
      }
    }
  }
}
