import Foundation
import MPI
import Synchronization
import Training

/// Memory that the ranks of one machine share, and a barrier in it: each rank counts its own arrivals and waits until
/// nobody has counted less. Costs a fraction of a microsecond where every rank has a core.
final class SharedBarrier {
  private let node: Communicator
  private let counters: [UnsafeMutablePointer<Atomic<Int>>]
  private let processors = ProcessInfo.processInfo.activeProcessorCount

  /// A barrier for all ranks of `node`, which has the order of the whole group. Collective.
  init(_ node: Communicator) throws {
    self.node = node
    // One cache line a rank, and the next line that the processor fetches with it. The memory is zero: no arrivals.
    let window = try SharedWindow<UInt8>(node, count: 128)
    counters = try (0..<node.size).map { rank in
      UnsafeMutableRawPointer(try window.segment(of: rank).baseAddress!)
        .bindMemory(to: Atomic<Int>.self, capacity: 1)
    }
  }

  /// Shared memory of `byteCount` bytes of this rank; it lives until MPI ends. Collective.
  func memory(byteCount: Int) throws -> SharedMemory {
    // 64 bytes more, so that every segment can begin at a cache line.
    let window = try SharedWindow<UInt8>(node, count: byteCount + 64)
    let segments = try (0..<node.size).map { rank in
      UnsafeMutableRawPointer(try window.segment(of: rank).baseAddress!).alignedUp(toMultipleOf: 64)
    }
    return SharedMemory(segments: segments, owner: nil)
  }

  /// Waits until all ranks are here.
  func wait(_ watch: StallWatch) throws {
    let arrivals = counters[node.rank].pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).newValue
    // Where ranks outnumber processors, whoever is waited for may need this one's.
    let patience = node.size > processors ? 50 : 20_000
    for peer in counters.indices {
      var turns = 0
      while counters[peer].pointee.load(ordering: .acquiring) < arrivals {
        turns += 1
        guard turns > patience else { continue }
        sched_yield()
        if turns % 1024 == 0, watch.isOn, watch.isOverdue { watch.report(waitingFor: late(arrivals)) }
      }
    }
  }

  private func late(_ arrivals: Int) -> [Int] {
    counters.indices.filter { counters[$0].pointee.load(ordering: .acquiring) < arrivals }
  }
}
