import MPI
import Testing

@Suite
struct PartitionTests {
  @Test("blocks follow one another unless displacements are given")
  func packed() {
    let partition = Partition(counts: [3, 0, 2])
    #expect(partition.displacements == [0, 3, 3])
    #expect(partition.extent == 5)
    #expect(partition.range(of: 2) == 3..<5)
    #expect(Partition(counts: [1, 2], displacements: [5, 0]).extent == 6)
    #expect(Partition(counts: []).extent == 0)
  }

  @Test("an even partition covers everything and differs by at most one", arguments: [0, 1, 7, 100])
  func even(total: Int) {
    for ranks in 1...9 {
      let partition = Partition(evenly: total, over: ranks)
      #expect(partition.ranks == ranks)
      #expect(partition.extent == total)
      #expect(partition.counts.max()! - partition.counts.min()! <= 1)
    }
  }

  @Test("a buffer holds what it was given")
  func buffers() {
    var buffer = Buffer([1.5, 2.5])
    buffer[0] = 4
    #expect(buffer.array() == [4, 2.5])
    buffer.withUnsafeMutableBufferPointer { $0[1] = 8 }
    #expect(buffer.withUnsafeBufferPointer { $0.reduce(0, +) } == 12)
    #expect(Buffer<Int8>(repeating: 3, count: 0).array() == [])
  }
}
