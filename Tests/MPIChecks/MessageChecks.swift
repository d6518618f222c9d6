import MPI

let messageChecks = [
  Check("a message reaches its receiver whole", RingCheck()),
  Check("send-receive goes round a ring", SendReceiveCheck()),
  Check("a Bool and a single value travel") { communicator in
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    let request = try communicator.isend(Buffer([true, false, true]), to: next)
    var flags = [false, false, false]
    let status = try communicator.receive(into: &flags, from: previous)
    try expect(flags, [true, false, true])
    try expect(status.count(of: Bool.self), 3)
    _ = try request.wait()
  },
  Check("any source and any tag say who sent what") { communicator in
    let requests = try (0..<communicator.size).map { peer in
      try unsafeSend(communicator, [communicator.rank * 10 + peer], to: peer, tag: peer)
    }
    var seen: [Int] = []
    for _ in 0..<communicator.size {
      var value = [0]
      let status = try communicator.receive(into: &value, from: nil)
      try expect(value, [status.source * 10 + communicator.rank])
      try expect(status.tag, communicator.rank)
      try expect(status.count(of: Int.self), 1)
      seen.append(status.source)
    }
    try expect(seen.sorted(), Array(0..<communicator.size))
    for request in requests { try request.finish() }
    try communicator.barrier()
  },
  Check("a message that is too long throws truncated") { communicator in
    let request = try communicator.isend(Buffer([Int32](0..<8)), to: communicator.rank, tag: 1)
    var short = [Int32](repeating: -1, count: 2)
    try expect(.truncated) { try communicator.receive(into: &short, from: communicator.rank, tag: 1) }
    _ = try request.wait()
  },
  Check("a short message fills the beginning") { communicator in
    let request = try communicator.isend(Buffer([Float(1), 2]), to: communicator.rank)
    var long = [Float](repeating: -1, count: 5)
    let status = try communicator.receive(into: &long, from: communicator.rank)
    try expect(long, [1, 2, -1, -1, -1])
    try expect(status.count(of: Float.self), 2)
    try expect(status.count(of: UInt8.self), 8, "the count in bytes")
    _ = try request.wait()
  },
  Check("a probe sees a message before it is taken") { communicator in
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    try expect(communicator.iprobe(from: previous, tag: 77) == nil, true)
    let request = try communicator.isend(Buffer([Int16](0..<9)), to: next, tag: 4)
    let status = try communicator.probe(from: previous, tag: 4)
    try expect(status.source, previous)
    try expect(status.count(of: Int16.self), 9)
    try expect(communicator.iprobe(from: nil, tag: 4)?.source, previous)
    let (elements, taken) = try communicator.received(Int16.self, from: nil)
    try expect(elements, [Int16](0..<9))
    try expect(taken.tag, 4)
    _ = try request.wait()
  },
  Check("a matched probe keeps its message for its owner") { communicator in
    let request = try communicator.isend(Buffer([5, 6]), to: communicator.rank, tag: 1)
    let message = try communicator.matchedProbe(from: communicator.rank)
    try expect(communicator.iprobe(from: nil) == nil, true, "the message after a matched probe")
    try expect(message.count(of: Int.self), 2)
    var values = [0, 0]
    try message.receive(into: &values)
    try expect(values, [5, 6])
    try expect(communicator.imatchedProbe(from: nil) == nil, true)
    _ = try request.wait()
  },
  Check("a matched message that is dropped does not block its sender") { communicator in
    let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: 200_000)
    memory.initialize(repeating: 1)
    defer { memory.deallocate() }
    var request = try communicator.isynchronousSend(
      UnsafeBufferPointer(memory), to: communicator.rank, tag: 1)
    _ = try communicator.matchedProbe(from: communicator.rank)
    try request.wait()
  },
  Check("nobody sends nothing") { communicator in
    try communicator.send([1, 2], to: Communicator.nobody)
    var values = [7]
    let status = try communicator.receive(into: &values, from: Communicator.nobody)
    try expect(values, [7])
    try expect(status.count(of: Int.self), 0)
  },
  Check("spans can be sent and received") { communicator in
    let values = [Double](repeating: 2.5, count: 6)
    var got = [Double](repeating: 0, count: 6)
    if communicator.rank == 0 {
      for peer in 1..<max(1, communicator.size) { try communicator.send(values.span, to: peer) }
    } else {
      var span = got.mutableSpan
      try communicator.receive(into: &span, from: 0)
      try expect(got, values)
    }
    var span = got.mutableSpan
    try communicator.allReduce(&span, .sum)
    try expect(got, Array(repeating: 2.5 * Double(communicator.size - 1), count: 6))
    if communicator.rank == 0 { got = [1, 2, 3, 4, 5, 6] }
    var other = got.mutableSpan
    try communicator.broadcast(&other)
    try expect(got, [1, 2, 3, 4, 5, 6])
  },
]

/// A send on an array that stays alive until it is finished.
final class OpenSend {
  private let memory: UnsafeMutableBufferPointer<Int>
  private var request: Request

  init(_ memory: UnsafeMutableBufferPointer<Int>, _ request: Request) {
    self.memory = memory
    self.request = request
  }

  func finish() throws {
    try request.wait()
    memory.deallocate()
  }
}

func unsafeSend(_ communicator: Communicator, _ values: [Int], to peer: Int, tag: Int) throws -> OpenSend {
  let memory = UnsafeMutableBufferPointer<Int>.allocate(capacity: values.count)
  _ = memory.initialize(from: values)
  return OpenSend(memory, try communicator.isend(UnsafeBufferPointer(memory), to: peer, tag: tag))
}

private struct RingCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    for count in Element.counts(communicator) {
      let mine = Element.samples(communicator.rank, count)
      let request = try communicator.isend(Buffer(mine), to: next, tag: count)
      var got = [Element](repeating: 0, count: count)
      let status = try communicator.receive(into: &got, from: previous, tag: count)
      try expect(got, Element.samples(previous, count))
      try expect(status.count(of: type), count)
      _ = try request.wait()

      let receive = try communicator.ireceive(
        into: Buffer<Element>(repeating: 0, count: count), from: previous, tag: 9)
      if communicator.size > 1 {
        if communicator.rank.isMultiple(of: 2) {
          try communicator.synchronousSend(mine, to: next, tag: 9)
        } else {
          try communicator.send(mine, to: next, tag: 9)
        }
      } else {
        _ = try communicator.isynchronousSend(Buffer(mine), to: next, tag: 9)
      }
      var received = Status()
      try expect(receive.wait(&received).array(), Element.samples(previous, count))
      try expect(received.count(of: type), count)
    }
  }
}

private struct SendReceiveCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    for count in Element.counts(communicator) {
      let mine = Element.samples(communicator.rank, count)
      var got = [Element](repeating: 0, count: count + 4)
      let status = try mine.withUnsafeBufferPointer { mine in
        try got.withUnsafeMutableBufferPointer { got in
          try communicator.sendReceive(mine, to: next, into: got, from: previous)
        }
      }
      try expect(Array(got.prefix(count)), Element.samples(previous, count))
      try expect(status.count(of: type), count)
      var both = mine
      _ = try both.withUnsafeMutableBufferPointer { both in
        try communicator.sendReceiveReplacing(both, to: next, from: previous)
      }
      try expect(both, Element.samples(previous, count))
    }
  }
}
