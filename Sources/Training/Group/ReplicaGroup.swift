/// The processes (or, in tests, threads) that train together: what the loop needs of a network of ranks.
///
/// One primitive carries everything: a fixed set of transfers between pairs of ranks, described once with its
/// addresses and then started and awaited as often as one likes, without allocation.
public protocol ReplicaGroup: AnyObject {
  /// This replica's number, from 0. Rank 0 coordinates.
  var rank: Int { get }
  /// The number of replicas.
  var count: Int { get }

  /// Prepares transfers. Two ranks that exchange messages list them in the same order, with equal sizes.
  ///
  /// The memory must stay valid and in place as long as the result lives.
  ///
  /// - Parameter operation: what a stalled rank is said to be doing: `gradient sum`.
  func prepare(_ transfers: [Transfer], operation: String) throws -> any PreparedTransfers

  /// Replaces `vector` and `sums` by their sums over all ranks, in whatever order is fastest: the bits may depend on
  /// the number of ranks.
  func sumFast(_ vector: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>) throws

  /// Waits until all have come here.
  func barrier() throws

  /// Memory, zero at first, that all ranks read and write directly; nil, on every rank alike, where they do not share
  /// a machine. Collective.
  ///
  /// - Parameter byteCount: the size of this rank's segment; may be 0 and may differ between ranks.
  func shareMemory(byteCount: Int) throws -> SharedMemory?

  /// The group of those ranks that give the same color, in their order here, with messages of its own. Collective.
  func subgroup(color: Int) throws -> any ReplicaGroup

  /// Waits until all have come here; what each has written to shared memory before, all see afterwards. Collective,
  /// and only after `shareMemory` has given some.
  func synchronize(_ operation: String) throws
}

/// A segment of memory of each rank, all of them directly readable and writable by every rank.
///
/// `@unchecked Sendable`: the addresses never change; who writes which elements when is the users' agreement, with
/// `synchronize` between a write of one rank and a read of another.
public final class SharedMemory: @unchecked Sendable {
  /// The address of each rank's segment, 64-byte aligned, at this process's addresses.
  public let segments: [UnsafeMutableRawPointer]
  private let owner: AnyObject?

  /// Segments that `owner` keeps alive.
  public init(segments: [UnsafeMutableRawPointer], owner: AnyObject?) {
    self.segments = segments
    self.owner = owner
  }
}

/// One message between this rank and another.
public struct Transfer {
  /// Which way it goes.
  public enum Direction: Sendable {
    /// From here to the peer.
    case send
    /// From the peer to here.
    case receive
  }

  /// The other rank.
  public var peer: Int
  /// Which way it goes.
  public var direction: Direction
  /// The memory.
  public var bytes: UnsafeMutableRawBufferPointer

  /// A message to `peer`.
  public static func send(to peer: Int, _ bytes: UnsafeMutableRawBufferPointer) -> Transfer {
    Transfer(peer: peer, direction: .send, bytes: bytes)
  }

  /// A message from `peer`.
  public static func receive(from peer: Int, _ bytes: UnsafeMutableRawBufferPointer) -> Transfer {
    Transfer(peer: peer, direction: .receive, bytes: bytes)
  }
}

/// Transfers that can be started again and again.
public protocol PreparedTransfers: AnyObject {
  /// Starts all; returns at once. Memory to send must not be written, memory to receive not be touched until `wait`.
  func start() throws
  /// Waits until all are done.
  func wait() throws
}

/// The group of one: a single process for debugging, and every run that is started without a launcher.
public final class SoloGroup: ReplicaGroup {
  /// This replica's number.
  public var rank: Int { 0 }
  /// The number of replicas.
  public var count: Int { 1 }

  /// The group of this process alone.
  public init() {}

  /// Prepares transfers, as `ReplicaGroup` says.
  public func prepare(_ transfers: [Transfer], operation: String) -> any PreparedTransfers {
    precondition(transfers.isEmpty, "a process alone has no peers")
    return NoTransfers()
  }

  /// Sums over all ranks in the fastest order. Collective.
  public func sumFast(_ vector: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>)
  {}

  /// Waits until all have come here. Collective.
  public func barrier() {}

  /// Memory that all ranks share, where they can. Collective.
  public func shareMemory(byteCount: Int) -> SharedMemory? { nil }

  /// A barrier that also makes writes to shared memory seen. Collective.
  public func synchronize(_ operation: String) {}

  /// The same group: there is nobody else.
  public func subgroup(color: Int) -> any ReplicaGroup { self }
}

/// The transfers of a group of one.
final class NoTransfers: PreparedTransfers {
  func start() {}
  func wait() {}
}
