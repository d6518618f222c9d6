import Synchronization

/// A group whose ranks are threads of one process: the same loop over memory instead of a network, for tests and for
/// trying many ranks without a launcher.
///
/// `@unchecked Sendable` of the shared part: all mailboxes are guarded by one mutex.
public final class InMemoryGroup: ReplicaGroup {
  /// This replica's number.
  public let rank: Int
  /// The number of replicas.
  public let count: Int
  private let exchange: Exchange
  private let sharesMemory: Bool
  private var subgroups = 0

  private init(rank: Int, count: Int, exchange: Exchange, sharesMemory: Bool) {
    self.rank = rank
    self.count = count
    self.exchange = exchange
    self.sharesMemory = sharesMemory
  }

  /// The members of a new group of `count` ranks; each is to be used by one thread.
  ///
  /// - Parameter sharesMemory: whether the ranks behave as on one machine, or as on several.
  public static func members(_ count: Int, sharesMemory: Bool = false) -> [InMemoryGroup] {
    let exchange = Exchange()
    return (0..<count).map {
      InMemoryGroup(rank: $0, count: count, exchange: exchange, sharesMemory: sharesMemory)
    }
  }

  /// Prepares transfers, as `ReplicaGroup` says.
  public func prepare(_ transfers: [Transfer], operation: String) -> any PreparedTransfers {
    InMemoryTransfers(transfers, rank: rank, exchange: exchange)
  }

  /// Sums over all ranks in the fastest order. Collective.
  public func sumFast(_ vector: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>)
    throws
  {
    let others = (0..<count).filter { $0 != rank }
    let ownVector = UnsafeMutableBufferPointer<Float>.allocate(capacity: vector.count)
    let ownSums = UnsafeMutableBufferPointer<Double>.allocate(capacity: sums.count)
    defer {
      ownVector.deallocate()
      ownSums.deallocate()
    }
    _ = ownVector.initialize(from: vector)
    _ = ownSums.initialize(from: sums)
    for peer in others {
      try transfer(
        [.send(to: peer, .init(ownVector)), .send(to: peer, .init(ownSums))], operation: "fast sum")
    }
    let otherVector = UnsafeMutableBufferPointer<Float>.allocate(capacity: vector.count)
    let otherSums = UnsafeMutableBufferPointer<Double>.allocate(capacity: sums.count)
    defer {
      otherVector.deallocate()
      otherSums.deallocate()
    }
    for peer in others {
      try transfer(
        [.receive(from: peer, .init(otherVector)), .receive(from: peer, .init(otherSums))],
        operation: "fast sum")
      for i in vector.indices { vector[i] += otherVector[i] }
      for i in sums.indices { sums[i] += otherSums[i] }
    }
  }

  /// Waits until all have come here. Collective.
  public func barrier() throws {
    _ = try broadcast(try gather([], operation: "barrier").map { _ in [] } ?? [], operation: "barrier")
  }

  /// Memory that all ranks share, where they can. Collective.
  public func shareMemory(byteCount: Int) throws -> SharedMemory? {
    guard sharesMemory, count > 1 else { return nil }
    let own = Segment(byteCount: byteCount)
    let all = Segment(byteCount: count * MemoryLayout<Int>.size)
    let addresses = all.base.bindMemory(to: Int.self, capacity: count)
    addresses[rank] = Int(bitPattern: own.base)
    let buffer = UnsafeMutableBufferPointer(start: addresses, count: count)
    let transfers = try prepareAllGather(
      buffer, ranges: (0..<count).map { $0..<$0 + 1 }, operation: "sharing memory")
    try transfers.start()
    try transfers.wait()
    exchange.segments.withLock { $0.append(own) }
    return SharedMemory(segments: buffer.map { UnsafeMutableRawPointer(bitPattern: $0)! }, owner: exchange)
  }

  /// A barrier that also makes writes to shared memory seen. Collective.
  public func synchronize(_ operation: String) throws { try barrier() }

  /// The ranks of the same color, with mailboxes of their own. Collective.
  public func subgroup(color: Int) throws -> any ReplicaGroup {
    let colors = UnsafeMutableBufferPointer<Int>.zeros(count)
    defer { colors.deallocate() }
    colors[rank] = color
    let transfers = try prepareAllGather(
      colors, ranges: (0..<count).map { $0..<$0 + 1 }, operation: "subgroup")
    try transfers.start()
    try transfers.wait()
    let members = (0..<count).filter { colors[$0] == color }
    subgroups += 1
    let name = "\(subgroups) of \(color)"
    let part = exchange.parts.withLock { parts in
      let part = parts[name] ?? Exchange()
      parts[name] = part
      return part
    }
    return InMemoryGroup(
      rank: members.firstIndex(of: rank)!, count: members.count, exchange: part, sharesMemory: sharesMemory)
  }

  /// A rank's part of shared memory; it lives as long as the group.
  ///
  /// `@unchecked Sendable`: the address never changes; who writes which bytes when is the users' agreement, with
  /// `synchronize` between a write of one rank and a read of another, as for `SharedMemory`.
  final class Segment: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) {
      base = .allocate(byteCount: max(byteCount, 64), alignment: 64)
      base.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 64))
    }

    deinit { base.deallocate() }
  }

  /// The mailboxes of a group.
  final class Exchange: Sendable {
    struct Route: Hashable {
      var from: Int
      var to: Int
    }
    /// The messages of one route that have not been taken, by number.
    struct Mailbox {
      private var sent = 0
      private var expected = 0
      var messages: [Int: [UInt8]] = [:]

      mutating func add(_ message: [UInt8]) {
        messages[sent] = message
        sent += 1
      }

      /// The number of the message that the next receive gets.
      mutating func expect() -> Int {
        expected += 1
        return expected - 1
      }
    }
    let mailboxes = Mutex<[Route: Mailbox]>([:])
    let segments = Mutex<[Segment]>([])
    let parts = Mutex<[String: Exchange]>([:])
  }
}

/// Transfers over mailboxes: a send copies its message, a receive waits for the one that it is due when it starts.
///
/// As in MPI, the n-th receive that is started on a route gets the n-th message, whichever is awaited first.
final class InMemoryTransfers: PreparedTransfers {
  private let transfers: [Transfer]
  private let rank: Int
  private let exchange: InMemoryGroup.Exchange
  private var numbers: [Int]

  init(_ transfers: [Transfer], rank: Int, exchange: InMemoryGroup.Exchange) {
    self.transfers = transfers
    numbers = transfers.map { _ in 0 }
    self.rank = rank
    self.exchange = exchange
  }

  func start() {
    exchange.mailboxes.withLock { mailboxes in
      for (index, transfer) in transfers.enumerated() {
        switch transfer.direction {
        case .send:
          let route = InMemoryGroup.Exchange.Route(from: rank, to: transfer.peer)
          mailboxes[route, default: .init()].add([UInt8](transfer.bytes))
        case .receive:
          let route = InMemoryGroup.Exchange.Route(from: transfer.peer, to: rank)
          numbers[index] = mailboxes[route, default: .init()].expect()
        }
      }
    }
  }

  func wait() {
    for (index, transfer) in transfers.enumerated() where transfer.direction == .receive {
      let route = InMemoryGroup.Exchange.Route(from: transfer.peer, to: rank)
      while true {
        let message = exchange.mailboxes.withLock { $0[route]?.messages.removeValue(forKey: numbers[index]) }
        if let message {
          precondition(
            message.count == transfer.bytes.count, "the two ends of a transfer disagree on its size")
          transfer.bytes.copyBytes(from: message)
          break
        }
        Backoff.yield()
      }
    }
  }
}
