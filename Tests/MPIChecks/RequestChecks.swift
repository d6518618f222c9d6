import MPI

let requestChecks = [
  Check("a buffer comes back from its request") { communicator in
    guard !communicator.limitsCounts else { return }
    var buffer = Buffer<Float>(repeating: 2, count: 100)
    buffer[3] = 5
    try expect(buffer.count, 100)
    let back = try communicator.iallReduce(buffer, .sum).wait()
    try expect(back[0], Float(2 * communicator.size))
    try expect(back[3], Float(5 * communicator.size))
    try expect(back.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) % 64 }, 0, "the alignment")
  },
  Check("a test says when a request is finished") { communicator in
    var receive = try communicator.ireceive(
      into: Buffer(repeating: 0, count: 3), from: communicator.rank, tag: 8)
    try expect(receive.test(), false)
    var send = try communicator.isend(Buffer([1, 2, 3]), to: communicator.rank, tag: 8)
    while try !receive.test() {}
    while try !send.test() {}
    try expect(receive.wait().array(), [1, 2, 3])
    try expect(send.wait().array(), [1, 2, 3])
  },
  Check("a dropped receive takes no later message") { communicator in
    for _ in 0..<10 {
      _ = try communicator.ireceive(into: Buffer(repeating: 0, count: 10), from: communicator.rank, tag: 2)
    }
    let send = try communicator.isend(Buffer([1]), to: communicator.rank, tag: 2)
    var value = [0]
    try communicator.receive(into: &value, from: communicator.rank, tag: 2)
    try expect(value, [1])
    _ = try send.wait()
  },
  Check("a dropped send still arrives") { communicator in
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    for tag in 0..<3 {
      _ = try communicator.isend(Buffer(repeating: communicator.rank, count: 60_000), to: next, tag: tag)
    }
    for tag in 0..<3 {
      try expect(
        communicator.received(Int.self, from: previous, tag: tag).elements,
        Array(repeating: previous, count: 60_000))
    }
    try communicator.barrier()
  },
  Check("a dropped collective goes on for the others") { communicator in
    if communicator.rank == 0 {
      _ = try communicator.ibroadcast(Buffer(repeating: 4.0, count: 1000))
      try communicator.barrier()
    } else {
      let request = try communicator.ibroadcast(Buffer(repeating: 0.0, count: 1000))
      try expect(request.wait().array(), Array(repeating: 4, count: 1000))
      try communicator.barrier()
    }
  },
  Check("what was dropped is freed once it is finished") { communicator in
    for _ in 0..<1000 where AbandonedRequests.count > 0 {
      AbandonedRequests.settle()
      _ = try communicator.iprobe(from: nil)
    }
    try expect(AbandonedRequests.count, 0)
  },
  Check("a cancelled receive says so") { communicator in
    let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: 4)
    defer { memory.deallocate() }
    var request = try communicator.ireceive(into: memory, from: communicator.rank, tag: 11)
    try request.cancel()
    try expect(request.waitForStatus().isCancelled, true)
    try expect(request.isNull, true)
    try request.wait()
    try request.cancel()
  },
  Check("many requests are waited for at once", ManyRequestsCheck()),
  Check("one of many requests is found") { communicator in
    let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: 3)
    memory.initialize(repeating: 0)
    defer { memory.deallocate() }
    var requests = try (0..<3).map { index in
      try communicator.ireceive(
        into: UnsafeMutableBufferPointer(rebasing: memory[index...index]), from: communicator.rank, tag: index
      )
    }
    try requests.withUnsafeMutableBufferPointer { requests in
      var indices = [Int32](repeating: 0, count: 3)
      try expect(Request.testAny(requests) == nil, true)
      try expect(Request.testAll(requests), false)
      try expect(indices.withUnsafeMutableBufferPointer { try Request.testSome(requests, indices: $0) }, 0)
      try communicator.send(10, to: communicator.rank, tag: 1)
      let first = try Request.waitAny(requests)
      try expect(first?.index, 1)
      try expect(first?.status.tag, 1)
      try expect(memory[1], 10)
      try communicator.send(30, to: communicator.rank, tag: 2)
      try expect(indices.withUnsafeMutableBufferPointer { try Request.waitSome(requests, indices: $0) }, 1)
      try expect(indices[0], 2)
      try communicator.send(20, to: communicator.rank, tag: 0)
      var found: (index: Int, status: Status)?
      while found == nil { found = try Request.testAny(requests) }
      try expect(found?.index, 0)
      try expect(Array(memory), [20, 10, 30])
      try expect(Request.waitAny(requests) == nil, true, "waiting for null requests")
      try expect(Request.testAll(requests), true)
      try expect(.count) {
        _ = try Request.waitSome(requests, indices: UnsafeMutableBufferPointer(start: nil, count: 0))
      }
    }
  },
  Check("a nonblocking barrier holds until all are there") { communicator in
    var request = try communicator.ibarrier()
    while try !request.test() {}
    try communicator.barrier()
  },
]

private struct ManyRequestsCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let size = communicator.size
    let given = UnsafeMutableBufferPointer<Element>.allocate(capacity: 10 * size)
    let taken = UnsafeMutableBufferPointer<Element>.allocate(capacity: 10 * size)
    defer {
      given.deallocate()
      taken.deallocate()
    }
    _ = given.initialize(from: Element.samples(communicator.rank, 10 * size))
    taken.initialize(repeating: 0)
    var requests: [Request] = []
    for peer in 0..<size {
      let part = 10 * peer..<10 * (peer + 1)
      requests.append(
        try communicator.ireceive(into: UnsafeMutableBufferPointer(rebasing: taken[part]), from: peer))
      requests.append(
        try communicator.isend(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(given)[part]), to: peer))
    }
    var statuses = [Status](repeating: Status(), count: 2 * size)
    try requests.withUnsafeMutableBufferPointer { requests in
      try statuses.withUnsafeMutableBufferPointer { try Request.waitAll(requests, statuses: $0) }
    }
    try expect(requests.allSatisfy(\.isNull), true)
    for peer in 0..<size {
      let expected = (0..<10).map { Element.sample(peer, 10 * communicator.rank + $0) }
      try expect(Array(taken[10 * peer..<10 * (peer + 1)]), expected)
      try expect(statuses[2 * peer].source, peer)
      try expect(statuses[2 * peer].count(of: type), 10)
    }
    try Request.waitAll(&requests)
    try communicator.barrier()
  }
}
