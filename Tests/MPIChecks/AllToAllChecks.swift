import MPI

let allToAllChecks = [
  Check("an all-to-all gives block i to rank i", AllToAllCheck()),
  Check("an all-to-allv exchanges blocks of any length", AllToAllVaryingCheck()),
]

private struct AllToAllCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    for count in Element.counts(communicator, longest: 500) {
      let mine = Element.samples(rank, count * size)
      let expected = (0..<size).flatMap { peer in
        (0..<count).map { Element.sample(peer, count * rank + $0) }
      }
      try expect(communicator.exchangedAllToAll(mine), expected)
      var elements = mine
      try elements.withUnsafeMutableBufferPointer { try communicator.allToAll($0) }
      try expect(elements, expected)
      try expect(communicator.iallToAll(Buffer(mine)).wait().array(), expected)
      let pair = try communicator.iallToAll(
        Buffer(mine), into: Buffer(repeating: 0, count: count * size)
      ).wait()
      try expect(pair.taken.array(), expected)
      try expect(pair.given.array(), mine)
    }
  }
}

private struct AllToAllVaryingCheck: TypedCheck {
  /// How many elements one rank gives another.
  private func length(_ giver: Int, _ taker: Int) -> Int { (giver + 2 * taker) % 4 }

  /// The same in both directions, for the exchange in place.
  private func equalLength(_ one: Int, _ other: Int) -> Int { (one + other) % 3 + 1 }

  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    let given = Partition(counts: (0..<size).map { length(rank, $0) })
    let taken = Partition(counts: (0..<size).map { length($0, rank) })
    if communicator.limitsCounts && size > 1 { return }
    let mine = (0..<size).flatMap { Element.samples(rank + $0, length(rank, $0)) }
    let expected = (0..<size).flatMap { Element.samples($0 + rank, length($0, rank)) }
    var result = [Element](repeating: 99, count: taken.extent)
    try mine.withUnsafeBufferPointer { mine in
      try result.withUnsafeMutableBufferPointer {
        try communicator.allToAllv(mine, given, into: $0, taken)
      }
    }
    try expect(result, expected)
    let pair = try communicator.iallToAllv(
      Buffer(mine), given, into: Buffer(repeating: 99, count: taken.extent), taken
    ).wait()
    try expect(pair.taken.array(), expected)

    let both = Partition(counts: (0..<size).map { equalLength(rank, $0) })
    var elements = (0..<size).flatMap { Element.samples(rank + 3 * $0, equalLength(rank, $0)) }
    let exchanged = (0..<size).flatMap { Element.samples($0 + 3 * rank, equalLength($0, rank)) }
    try expect(communicator.iallToAllv(Buffer(elements), both).wait().array(), exchanged)
    try elements.withUnsafeMutableBufferPointer { try communicator.allToAllv($0, both) }
    try expect(elements, exchanged)
  }
}
