import MPI

/// Moves more than `Int32.max` elements by a message, a broadcast, an all-gather and an all-reduce.
///
/// Takes 2.2 GB a process; the everyday checks reach the same code by a low limit.
func moveLargeCounts(_ world: Communicator) throws {
  let count = Int(Int32.max) + 10
  let elements = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
  defer { elements.deallocate() }
  func value(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 >> 3) & 15 }
  func fill(_ isFull: Bool) {
    for index in elements.indices { elements[index] = isFull ? value(index) : 0 }
  }
  func expectAll(_ what: String, _ factor: UInt8 = 1) throws {
    for index in elements.indices where elements[index] != value(index) &* factor {
      throw CheckFailure("\(what): element \(index) is \(elements[index])")
    }
    if world.rank == 0 { print("passed: \(what) of \(count) elements") }
  }
  fill(world.rank == 0)
  if world.rank == 0 {
    for peer in 1..<max(1, world.size) { try world.send(UnsafeBufferPointer(elements), to: peer) }
  } else {
    let status = try world.receive(into: elements, from: 0)
    try expect(status.count(of: UInt8.self), count)
  }
  try expectAll("a message")
  fill(world.rank == world.size - 1)
  try world.broadcast(elements, root: world.size - 1)
  try expectAll("a broadcast")
  try world.allReduce(elements, .sum)
  try expectAll("an all-reduce", UInt8(world.size))
  let partition = Partition(evenly: count, over: world.size)
  let mine = partition.range(of: world.rank)
  for index in elements.indices { elements[index] = mine.contains(index) ? value(index) : 0 }
  try world.allGatherv(elements, partition)
  try expectAll("an all-gatherv")
}
