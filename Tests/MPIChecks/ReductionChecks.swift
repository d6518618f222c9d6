import MPI

let reductionChecks = [
  Check("an all-reduce combines on all ranks", AllReduceCheck()),
  Check("a reduce combines on the root only", ReduceCheck()),
  Check("scans combine the ranks before", ScanCheck()),
  Check("a reduce-scatter gives each rank its part", ReduceScatterCheck()),
  Check("logical and bitwise reductions hold for integers and Bool") { communicator in
    let all = (0..<communicator.size)
    let rank = communicator.rank
    try expect(communicator.allReduced(rank == 0, .logicalAnd), communicator.size == 1)
    try expect(communicator.allReduced(rank == 0, .logicalOr), true)
    try expect(communicator.allReduced(true, .logicalExclusiveOr), communicator.size % 2 == 1)
    try bits(communicator, UInt8.self)
    try bits(communicator, Int16.self)
    try bits(communicator, UInt32.self)
    try bits(communicator, Int.self)
    try expect(communicator.allReduced(rank + 1, .product), all.reduce(1) { $0 * ($1 + 1) })
  },
  Check("the place of the extreme is found") { communicator in
    let middle = communicator.size / 2
    let value = Double(abs(communicator.rank - middle))
    let least = try communicator.allReduced(Located(value, at: communicator.rank), .minimumLocation)
    try expect(Int(least.index), middle)
    try expect(least.value, 0)
    let most = try communicator.allReduced(Located(Float(-value), at: communicator.rank), .maximumLocation)
    try expect(Int(most.index), middle)
    let whole = try communicator.allReduced(Located(Int32(7), at: communicator.rank), .maximumLocation)
    try expect(whole.index, 0, "the index of equal values")
    var several = (0..<8).map { Located(Double($0 * communicator.rank), at: communicator.rank) }
    try communicator.allReduce(&several, .maximumLocation)
    try expect(several.map(\.value), (0..<8).map { Double($0 * (communicator.size - 1)) })
  },
  Check("lengths that do not fit are refused") { communicator in
    let given = [Float](repeating: 0, count: 4)
    var taken = [Float](repeating: 0, count: 3)
    try given.withUnsafeBufferPointer { given in
      try taken.withUnsafeMutableBufferPointer { taken in
        try expect(.count) { try communicator.allReduce(given, into: taken, .sum) }
        try expect(.count) { try communicator.scan(given, into: taken, .sum) }
        try expect(.count) { try communicator.allGather(given, into: taken) }
        try expect(.count) { try communicator.allToAll(given, into: taken) }
        if communicator.size > 1 {
          try expect(.count) {
            try communicator.allGather(
              UnsafeMutableBufferPointer(rebasing: taken[0..<1]))
          }
        }
      }
    }
  },
  Check("a nonblocking reduction of too many elements is refused") { communicator in
    guard communicator.limitsCounts else { return }
    try expect(.count) {
      _ = try communicator.iallReduce(Buffer<Float>(repeating: 0, count: 4), .sum)
    }
  },
]

private func bits<Element: Datatype & FixedWidthInteger>(
  _ communicator: Communicator, _ type: Element.Type
) throws {
  let all = (0..<communicator.size).map { Element(5 + $0) }
  let mine = all[communicator.rank]
  try expect(communicator.allReduced(mine, .bitwiseAnd), all.reduce(~0, &))
  try expect(communicator.allReduced(mine, .bitwiseOr), all.reduce(0, |))
  try expect(communicator.allReduced(mine, .bitwiseExclusiveOr), all.reduce(0, ^))
  try expect(communicator.allReduced(Element(communicator.rank), .logicalAnd), 0)
  try expect(communicator.allReduced(Element(communicator.rank), .logicalOr), communicator.size > 1 ? 1 : 0)
  try expect(communicator.allReduced(1 as Element, .logicalExclusiveOr), Element(communicator.size % 2))
}

/// What reducing the samples of some ranks must give.
func combined<Element: Number>(
  _ ranks: Range<Int>, _ count: Int, _ combine: (Element, Element) -> Element
) -> [Element] {
  (0..<count).map { index in
    ranks.dropFirst().reduce(Element.sample(ranks.lowerBound, index)) {
      combine($0, Element.sample($1, index))
    }
  }
}

private struct AllReduceCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let ranks = 0..<communicator.size
    for count in Element.counts(communicator) {
      let mine = Element.samples(communicator.rank, count)
      let sums: [Element] = combined(ranks, count, +)
      var elements = mine
      try communicator.allReduce(&elements, .sum)
      try expect(elements, sums)
      elements = mine
      try communicator.allReduce(&elements, .minimum)
      try expect(elements, combined(ranks, count, min))
      var other = mine
      try mine.withUnsafeBufferPointer { mine in
        try other.withUnsafeMutableBufferPointer { try communicator.allReduce(mine, into: $0, .maximum) }
      }
      try expect(other, combined(ranks, count, max))
      if !communicator.limitsCounts {
        try expect(communicator.iallReduce(Buffer(mine), .sum).wait().array(), sums)
      }
    }
    let small = Element.sample(0, communicator.rank % 2 + 1) - 2
    let expected = ranks.reduce(1 as Element) { $0 * (Element.sample(0, $1 % 2 + 1) - 2) }
    try expect(communicator.allReduced(small, .product), expected)
  }
}

private struct ReduceCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    for root in Element.roots(communicator) {
      for count in Element.counts(communicator) {
        let mine = Element.samples(communicator.rank, count)
        let sums: [Element] = combined(0..<communicator.size, count, +)
        let isRoot = communicator.rank == root
        var elements = mine
        try communicator.reduce(&elements, .sum, root: root)
        try expect(elements, isRoot ? sums : mine)
        var result = [Element](repeating: 0, count: count)
        try mine.withUnsafeBufferPointer { mine in
          try result.withUnsafeMutableBufferPointer {
            try communicator.reduce(mine, into: isRoot ? $0 : nil, .sum, root: root)
          }
        }
        try expect(result, isRoot ? sums : Array(repeating: 0, count: count))
        if !communicator.limitsCounts {
          let back = try communicator.ireduce(Buffer(mine), .sum, root: root).wait().array()
          try expect(back, isRoot ? sums : mine)
        }
      }
      let value = try communicator.reduced(Element.sample(communicator.rank, 1), .maximum, root: root)
      let most: [Element] = combined(0..<communicator.size, 2, max)
      try expect(value, communicator.rank == root ? most[1] : nil)
    }
  }
}

private struct ScanCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let rank = communicator.rank
    for count in Element.counts(communicator) {
      let mine = Element.samples(rank, count)
      let upToHere: [Element] = combined(0..<rank + 1, count, +)
      let before: [Element] = rank == 0 ? [] : combined(0..<rank, count, +)
      var elements = mine
      try communicator.scan(&elements, .sum)
      try expect(elements, upToHere)
      elements = mine
      try communicator.exclusiveScan(&elements, .sum)
      if rank > 0 { try expect(elements, before) }
      var result = [Element](repeating: 0, count: count)
      try mine.withUnsafeBufferPointer { mine in
        try result.withUnsafeMutableBufferPointer { try communicator.scan(mine, into: $0, .sum) }
      }
      try expect(result, upToHere)
      try mine.withUnsafeBufferPointer { mine in
        try result.withUnsafeMutableBufferPointer { try communicator.exclusiveScan(mine, into: $0, .sum) }
      }
      if rank > 0 { try expect(result, before) }
      if !communicator.limitsCounts {
        try expect(communicator.iscan(Buffer(mine), .sum).wait().array(), upToHere)
        let exclusive = try communicator.iexclusiveScan(Buffer(mine), .sum).wait().array()
        if rank > 0 { try expect(exclusive, before) }
      }
    }
  }
}

private struct ReduceScatterCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let (rank, size) = (communicator.rank, communicator.size)
    for count in Element.counts(communicator, longest: 500) {
      let mine = Element.samples(rank, count * size)
      let all: [Element] = combined(0..<size, count * size, +)
      let expected = Array(all[count * rank..<count * (rank + 1)])
      try expect(communicator.reducedScattered(mine, .sum), expected)
      var elements = mine
      try elements.withUnsafeMutableBufferPointer { try communicator.reduceScatterBlock($0, .sum) }
      try expect(Array(elements.prefix(count)), expected)
      if !communicator.limitsCounts {
        let back = try communicator.ireduceScatterBlock(Buffer(mine), .sum).wait().array()
        try expect(Array(back.prefix(count)), expected)
      }
    }
    let partition = Partition(counts: (0..<size).map { 2 * $0 + 1 })
    let mine = Element.samples(rank, partition.extent)
    let all: [Element] = combined(0..<size, partition.extent, +)
    var part = [Element](repeating: 0, count: partition.counts[rank])
    try mine.withUnsafeBufferPointer { mine in
      try part.withUnsafeMutableBufferPointer {
        try communicator.reduceScatter(mine, into: $0, partition, .sum)
      }
    }
    try expect(part, Array(all[partition.range(of: rank)]))
    if partition.counts[size - 1] <= 3 || !communicator.limitsCounts {
      let pair = try communicator.ireduceScatter(
        Buffer(mine), into: Buffer(repeating: 0, count: partition.counts[rank]), partition, .sum
      ).wait()
      try expect(pair.taken.array(), part)
      try expect(pair.given.array(), mine)
    }
  }
}
