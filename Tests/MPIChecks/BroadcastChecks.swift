import MPI

let broadcastChecks = [
  Check("a broadcast gives the root's elements to all", BroadcastCheck()),
  Check("a broadcast gives one value and a Bool") { communicator in
    var flag = communicator.rank == 0
    try communicator.broadcast(&flag)
    try expect(flag, true)
    var rank = communicator.rank
    try communicator.broadcast(&rank, root: communicator.size - 1)
    try expect(rank, communicator.size - 1)
  },
  Check("a barrier passes many times") { communicator in
    for _ in 0..<5 { try communicator.barrier() }
  },
]

private struct BroadcastCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    for root in Element.roots(communicator) {
      for count in Element.counts(communicator) {
        let expected = Element.samples(root, count)
        let zeros = [Element](repeating: 0, count: count)
        var elements = communicator.rank == root ? expected : zeros
        try communicator.broadcast(&elements, root: root)
        try expect(elements, expected)
        let buffer = Buffer(communicator.rank == root ? expected : zeros)
        try expect(communicator.ibroadcast(buffer, root: root).wait().array(), expected)
      }
    }
  }
}
