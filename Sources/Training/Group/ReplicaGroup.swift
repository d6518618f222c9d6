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
  public var rank: Int { 0 }
  public var count: Int { 1 }

  /// The group of this process alone.
  public init() {}

  public func prepare(_ transfers: [Transfer], operation: String) -> any PreparedTransfers {
    precondition(transfers.isEmpty, "a process alone has no peers")
    return NoTransfers()
  }

  public func sumFast(_ vector: UnsafeMutableBufferPointer<Float>, _ sums: UnsafeMutableBufferPointer<Double>) {}

  public func barrier() {}
}

/// The transfers of a group of one.
final class NoTransfers: PreparedTransfers {
  func start() {}
  func wait() {}
}
