import MPI
import Training

/// The ranks of an MPI communicator as a group that trains together.
public final class MPIGroup: ReplicaGroup {
  /// This replica's number.
  public let rank: Int
  /// The number of replicas.
  public let count: Int
  let communicator: Communicator
  let watch: StallWatch
  private var sharedBarrier: SharedBarrier?
  private var knowsNoSharedMemory = false

  /// The group of all ranks of `communicator`, which it does not free.
  ///
  /// - Parameter watch: names the ranks that it waits for too long.
  public init(_ communicator: Communicator, watch: StallWatch) {
    self.communicator = communicator
    self.watch = watch
    rank = communicator.rank
    count = communicator.size
  }

  /// Prepares transfers, as `ReplicaGroup` says.
  public func prepare(_ transfers: [Transfer], operation: String) -> any PreparedTransfers {
    MPITransfers(transfers, operation: operation, group: self)
  }

  /// Sums over all ranks in the fastest order. Collective.
  public func sumFast(_ vector: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>)
    throws
  {
    watch.begin("fast sum of contributions")
    try communicator.allReduce(vector, .sum)
    try communicator.allReduce(sums, .sum)
    watch.end()
  }

  /// Waits until all have come here. Collective.
  public func barrier() throws {
    watch.begin("barrier")
    try communicator.barrier()
    watch.end()
  }

  /// Memory that all ranks share, where they can. Collective.
  public func shareMemory(byteCount: Int) throws -> SharedMemory? {
    if sharedBarrier == nil, !knowsNoSharedMemory {
      let node = try communicator.splitBySharedMemory()
      // One answer for all ranks: is everybody here?
      knowsNoSharedMemory = try communicator.allReduced(Int64(node.size), .minimum) < count || count == 1
      if !knowsNoSharedMemory { sharedBarrier = try SharedBarrier(node) }
    }
    guard let sharedBarrier else { return nil }
    return try sharedBarrier.memory(byteCount: byteCount)
  }

  /// The ranks of the same color, with a communicator of their own that lives until MPI ends. Collective.
  public func subgroup(color: Int) throws -> any ReplicaGroup {
    watch.begin("subgroup")
    defer { watch.end() }
    return MPIGroup(try communicator.split(color: color)!, watch: watch)
  }

  /// A barrier that also makes writes to shared memory seen. Collective.
  public func synchronize(_ operation: String) throws {
    watch.begin(operation)
    try sharedBarrier!.wait(watch)
    watch.end()
  }
}

/// Transfers as nonblocking sends and receives; one request each, allocated once.
final class MPITransfers: PreparedTransfers {
  private let receives: [Transfer]
  private let sends: [Transfer]
  private let requests: UnsafeMutableBufferPointer<Request>
  private let operation: String
  private let group: MPIGroup

  init(_ transfers: [Transfer], operation: String, group: MPIGroup) {
    receives = transfers.filter { $0.direction == .receive }
    sends = transfers.filter { $0.direction == .send }
    requests = .allocate(capacity: transfers.count)
    requests.initialize(repeating: Request())
    self.operation = operation
    self.group = group
  }

  deinit {
    requests.deallocate()
  }

  func start() throws {
    for (index, transfer) in receives.enumerated() {
      requests[index] = try group.communicator.ireceive(
        into: transfer.bytes.assumingMemoryBound(to: UInt8.self), from: transfer.peer, tag: 0)
    }
    for (index, transfer) in sends.enumerated() {
      requests[receives.count + index] = try group.communicator.isend(
        UnsafeBufferPointer(transfer.bytes.assumingMemoryBound(to: UInt8.self)), to: transfer.peer, tag: 0)
    }
  }

  func wait() throws {
    guard !requests.isEmpty else { return }
    group.watch.begin(operation)
    defer { group.watch.end() }
    guard group.watch.isOn else { return try Request.waitAll(requests) }
    var turns = 0
    while try !Request.testAll(requests) {
      turns += 1
      if turns % 4096 == 0, group.watch.isOverdue { try group.watch.report(waitingFor: unanswered()) }
    }
  }

  /// The ranks whose messages have not come or gone.
  private func unanswered() throws -> [Int] {
    var ranks: Set<Int> = []
    for (index, transfer) in (receives + sends).enumerated() where try !requests[index].test() {
      ranks.insert(transfer.peer)
    }
    return ranks.sorted()
  }
}
