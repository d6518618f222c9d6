import MPI

let windowChecks = [
  Check("a shared window shows everybody's segment", SharedWindowCheck()),
  Check("a shared window may have one segment for all") { communicator in
    let shared = try communicator.splitBySharedMemory()
    let window = try SharedWindow<UInt8>(shared, count: shared.rank == 0 ? 1000 : 0)
    let segment = try window.segment(of: 0)
    try expect(segment.count, 1000)
    for index in segment.indices where index % shared.size == shared.rank {
      segment[index] = UInt8(index % 251)
    }
    try window.fence()
    try expect(Array(segment), (0..<1000).map { UInt8($0 % 251) })
    try window.fence()
    try window.free()
    try shared.free()
  },
  Check("a message can say when to read a shared window") { communicator in
    let shared = try communicator.splitBySharedMemory()
    let window = try SharedWindow<Int>(shared, count: 1)
    let next = (shared.rank + 1) % shared.size
    let previous = (shared.rank + shared.size - 1) % shared.size
    try window.segment[0] = 100 + shared.rank
    try window.synchronize()
    let request = try shared.isend(Buffer([true]), to: next)
    _ = try shared.received(Bool.self, from: previous)
    try window.synchronize()
    try expect(window.segment(of: previous)[0], 100 + previous)
    _ = try request.wait()
    try window.fence()
    try window.free()
    try shared.free()
  },
  Check("a segment of a negative or impossible length is refused") { communicator in
    try expect(.count) { _ = try SharedWindow<Double>(communicator, count: -1) }
    try expect(.count) { _ = try SharedWindow<Double>(communicator, count: Int.max / 2) }
  },
]

private struct SharedWindowCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let shared = try communicator.splitBySharedMemory()
    let window = try SharedWindow<Element>(shared, count: 10 + shared.rank)
    let mine = try window.segment
    try expect(mine.count, 10 + shared.rank)
    try expect(mine.allSatisfy { $0 == 0 }, true, "fresh memory is zero")
    try window.fence()
    _ = mine.update(from: Element.samples(shared.rank, mine.count))
    try window.fence()
    for peer in 0..<shared.size {
      try expect(Array(try window.segment(of: peer)), Element.samples(peer, 10 + peer))
    }
    try window.fence()
    try window.free()
    try shared.free()
  }
}
