import Networks

/// The parameters of a group and the ranks' sums in memory that all ranks of a machine share.
///
/// A rank's segment holds the vectors of its nodes and its part of the message words; rank 0's second segment holds the
/// parameters. The owner of a chunk is the only one who writes it after the barrier, in whoever's vector it lies.
final class SharedVectors {
  private let vectors: [[FlatBuffer]]
  private let words: [UnsafeMutablePointer<Double>]

  /// Moves the parameters of `group` into shared memory; nil where the ranks do not share any. Collective.
  ///
  /// - Parameter nodes: how many nodes each rank holds.
  init?(group: ParameterGroup, width: Int, nodes: [Int], replicas: any ReplicaGroup) throws {
    let count = group.buffer.count
    let vectorBytes = (count * 4 + 63) / 64 * 64
    func wordCount(_ rank: Int) -> Int { nodes[rank] * width + ControlWord.count }
    guard
      let memory = try replicas.shareMemory(
        byteCount: nodes[replicas.rank] * vectorBytes + wordCount(replicas.rank) * 8),
      let parameters = try replicas.shareMemory(byteCount: replicas.rank == 0 ? vectorBytes : 0)
    else { return nil }
    vectors = nodes.enumerated().map { rank, nodes in
      (0..<nodes).map {
        FlatBuffer(base: memory.segments[rank] + $0 * vectorBytes, count: count, owner: memory)
      }
    }
    words = nodes.enumerated().map { rank, nodes in
      (memory.segments[rank] + nodes * vectorBytes).bindMemory(to: Double.self, capacity: wordCount(rank))
    }
    group.move(to: FlatBuffer(base: parameters.segments[0], count: count, owner: parameters))
  }

  /// The vector of node `index` of `rank`.
  func vector(_ rank: Int, _ index: Int) -> FlatBuffer { vectors[rank][index] }

  /// Shows this rank's words to all and fetches theirs; afterwards the vectors of all ranks can be read. Collective.
  func exchange(
    _ messages: UnsafeMutableBufferPointer<Double>, ranges: [Range<Int>], _ replicas: any ReplicaGroup
  ) throws {
    let rank = replicas.rank
    words[rank].update(from: messages.baseAddress! + ranges[rank].lowerBound, count: ranges[rank].count)
    try replicas.synchronize("sum of contributions")
    for peer in ranges.indices where peer != rank {
      (messages.baseAddress! + ranges[peer].lowerBound).update(from: words[peer], count: ranges[peer].count)
    }
  }
}
