import MPI

let gatherChecks = [
  Check("a gather brings all blocks to the root", GatherCheck()),
  Check("a gatherv brings blocks of any length to the root", GatherVaryingCheck()),
  Check("an all-gather brings all blocks to all", AllGatherCheck()),
  Check("a scatter gives each rank its block", ScatterCheck()),
  Check("partitions that do not fit are refused") { communicator in
    let size = communicator.size
    let long = Partition(counts: Array(repeating: 2, count: size))
    var elements = [Int](repeating: 0, count: 2 * size - 1)
    try elements.withUnsafeMutableBufferPointer { elements in
      try expect(.count) { try communicator.allGatherv(elements, long) }
      try expect(.count) {
        try communicator.allGatherv(elements, Partition(counts: Array(repeating: 0, count: size + 1)))
      }
      if communicator.rank == 0 && !communicator.limitsCounts {
        try expect(.argument) { try communicator.gatherv(elements, nil) }
      }
    }
  },
]

/// Blocks of lengths 1, 2, 0, 4 …, each followed by a gap of one element.
func gappedPartition(_ size: Int) -> Partition {
  let counts = (0..<size).map { $0 == 2 ? 0 : $0 + 1 }
  var displacements: [Int] = []
  for count in counts.dropLast() { displacements.append((displacements.last ?? 0) + count + 1) }
  return Partition(counts: counts, displacements: [0] + displacements)
}

private struct GatherCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    for root in Element.roots(communicator) {
      for count in Element.counts(communicator, longest: 500) {
        let mine = Element.samples(rank, count)
        let all = (0..<size).flatMap { Element.samples($0, count) }
        try expect(communicator.gathered(mine, root: root), rank == root ? all : nil)
        var elements = mine
        if rank == root {
          elements = [Element](repeating: 0, count: count * size)
          elements.replaceSubrange(count * rank..<count * (rank + 1), with: mine)
        }
        var inPlace = elements
        try inPlace.withUnsafeMutableBufferPointer { try communicator.gather($0, root: root) }
        try expect(inPlace, rank == root ? all : mine)
        try expect(communicator.igather(Buffer(elements), root: root).wait().array(), inPlace)
      }
    }
  }
}

private struct GatherVaryingCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    let partition = gappedPartition(size)
    let mine = Element.samples(rank, partition.counts[rank])
    for root in Element.roots(communicator) {
      var expected = [Element](repeating: 99, count: partition.extent + 2)
      for peer in 0..<size {
        expected.replaceSubrange(
          partition.range(of: peer), with: Element.samples(peer, partition.counts[peer]))
      }
      var elements = mine
      if rank == root {
        elements = [Element](repeating: 99, count: partition.extent + 2)
        elements.replaceSubrange(partition.range(of: rank), with: mine)
      }
      var inPlace = elements
      try inPlace.withUnsafeMutableBufferPointer {
        let needed = rank == root || communicator.limitsCounts
        try communicator.gatherv($0, needed ? partition : nil, root: root)
      }
      try expect(inPlace, rank == root ? expected : mine)
      var other = [Element](repeating: 99, count: partition.extent + 2)
      try mine.withUnsafeBufferPointer { mine in
        try other.withUnsafeMutableBufferPointer {
          try communicator.gatherv(mine, into: rank == root ? $0 : nil, partition, root: root)
        }
      }
      if rank == root { try expect(other, expected) }
      if !communicator.limitsCounts {
        try expect(communicator.igatherv(Buffer(elements), partition, root: root).wait().array(), inPlace)
      }
      let gathered = try communicator.gatheredVarying(mine, root: root)
      try expect(
        gathered?.elements,
        rank == root ? (0..<size).flatMap { Element.samples($0, partition.counts[$0]) } : nil)

      var part = rank == root ? expected : [Element](repeating: 0, count: partition.counts[rank])
      try part.withUnsafeMutableBufferPointer {
        let needed = rank == root || communicator.limitsCounts
        try communicator.scatterv($0, needed ? partition : nil, root: root)
      }
      try expect(part, rank == root ? expected : mine)
      var outside = [Element](repeating: 0, count: partition.counts[rank])
      try expected.withUnsafeBufferPointer { expected in
        try outside.withUnsafeMutableBufferPointer {
          try communicator.scatterv(rank == root ? expected : nil, into: $0, partition, root: root)
        }
      }
      try expect(outside, mine)
      if !communicator.limitsCounts {
        let buffer = Buffer(rank == root ? expected : [Element](repeating: 0, count: mine.count))
        try expect(communicator.iscatterv(buffer, partition, root: root).wait().array(), part)
      }
    }
  }
}

private struct AllGatherCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    for count in Element.counts(communicator, longest: 500) {
      let mine = Element.samples(rank, count)
      let all = (0..<size).flatMap { Element.samples($0, count) }
      try expect(communicator.allGathered(mine), all)
      var elements = [Element](repeating: 0, count: count * size)
      elements.replaceSubrange(count * rank..<count * (rank + 1), with: mine)
      try expect(communicator.iallGather(Buffer(elements)).wait().array(), all)
      try elements.withUnsafeMutableBufferPointer { try communicator.allGather($0) }
      try expect(elements, all)
    }
    let partition = gappedPartition(size)
    let mine = Element.samples(rank, partition.counts[rank])
    var expected = [Element](repeating: 99, count: partition.extent)
    var elements = expected
    for peer in 0..<size {
      expected.replaceSubrange(partition.range(of: peer), with: Element.samples(peer, partition.counts[peer]))
    }
    elements.replaceSubrange(partition.range(of: rank), with: mine)
    if !communicator.limitsCounts {
      try expect(communicator.iallGatherv(Buffer(elements), partition).wait().array(), expected)
    }
    try elements.withUnsafeMutableBufferPointer { try communicator.allGatherv($0, partition) }
    try expect(elements, expected)
    var other = [Element](repeating: 99, count: partition.extent)
    try mine.withUnsafeBufferPointer { mine in
      try other.withUnsafeMutableBufferPointer { try communicator.allGatherv(mine, into: $0, partition) }
    }
    try expect(other, expected)
    let (varying, lengths) = try communicator.allGatheredVarying(mine)
    try expect(varying, (0..<size).flatMap { Element.samples($0, partition.counts[$0]) })
    try expect(lengths.counts, partition.counts)
  }
}

private struct ScatterCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    for root in Element.roots(communicator) {
      for count in Element.counts(communicator, longest: 500) {
        let all = Element.samples(root, count * size)
        let expected = Array(all[count * rank..<count * (rank + 1)])
        try expect(communicator.scattered(rank == root ? all : nil, count: count, root: root), expected)
        let elements = rank == root ? all : [Element](repeating: 0, count: count)
        var inPlace = elements
        try inPlace.withUnsafeMutableBufferPointer { try communicator.scatter($0, root: root) }
        try expect(inPlace, rank == root ? all : expected)
        try expect(communicator.iscatter(Buffer(elements), root: root).wait().array(), inPlace)
      }
    }
  }
}
