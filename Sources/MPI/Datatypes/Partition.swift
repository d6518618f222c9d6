/// How the elements of a buffer belong to the ranks: for every rank a count and a displacement.
///
/// The v-forms of the collectives take it. Making one allocates; using it does not, so make it once.
public struct Partition: Sendable {
  /// The number of elements of each rank.
  public let counts: [Int]
  /// Where the elements of each rank start.
  public let displacements: [Int]
  /// The number of elements from the start of the buffer to the end of the last block.
  public let extent: Int

  @usableFromInline let storage: Storage
  /// The largest count or displacement.
  @usableFromInline let largest: Int

  /// A partition whose blocks follow one another without gaps.
  public init(counts: [Int]) {
    var displacements: [Int] = []
    displacements.reserveCapacity(counts.count)
    var next = 0
    for count in counts {
      displacements.append(next)
      next += count
    }
    self.init(counts: counts, displacements: displacements)
  }

  /// A partition with gaps, or in another order than the ranks'.
  ///
  /// - Precondition: There are as many displacements as counts, and none of either is negative.
  public init(counts: [Int], displacements: [Int]) {
    precondition(counts.count == displacements.count, "Partition: counts and displacements differ in number")
    precondition(counts.allSatisfy { $0 >= 0 }, "Partition: a count is negative")
    precondition(displacements.allSatisfy { $0 >= 0 }, "Partition: a displacement is negative")
    self.counts = counts
    self.displacements = displacements
    extent = zip(counts, displacements).map { $0 + $1 }.max() ?? 0
    largest = max(counts.max() ?? 0, displacements.max() ?? 0)
    storage = Storage(counts: counts, displacements: displacements)
  }

  /// The `total` elements split over `ranks` as evenly as possible; the first ranks get one more.
  public init(evenly total: Int, over ranks: Int) {
    let (share, rest) = total.quotientAndRemainder(dividingBy: ranks)
    self.init(counts: (0..<ranks).map { $0 < rest ? share + 1 : share })
  }

  /// The number of ranks.
  @inlinable public var ranks: Int { counts.count }

  /// The indices of a rank's elements.
  @inlinable public func range(of rank: Int) -> Range<Int> {
    displacements[rank]..<displacements[rank] + counts[rank]
  }

  /// The counts as the C library takes them, at an address that stays.
  ///
  /// A nonblocking call reads them until it is finished.
  @usableFromInline
  final class Storage: Sendable {
    // Written once, before anyone else sees the object, and only read from then on: safe to share.
    @usableFromInline nonisolated(unsafe) let counts: UnsafePointer<Int32>
    @usableFromInline nonisolated(unsafe) let displacements: UnsafePointer<Int32>

    init(counts: [Int], displacements: [Int]) {
      let memory = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, 2 * counts.count))
      for index in counts.indices {
        memory[index] = Int32(clamping: counts[index])
        memory[counts.count + index] = Int32(clamping: displacements[index])
      }
      self.counts = UnsafePointer(memory)
      self.displacements = UnsafePointer(memory + counts.count)
    }

    deinit { counts.deallocate() }
  }
}
