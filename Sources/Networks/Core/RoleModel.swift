/// A model whose networks may work on different ranks: each has a role, and they hand each other blocks of values.
///
/// A phase is a list of stages. A stage belongs to one role, may receive a block that another role has sent for the same
/// lane, may send one, and at most one stage of a phase contributes to the phase's parameter group, which its role owns.
/// Where all roles are on one rank, the stages follow one another; where each role has ranks of its own, each rank runs
/// its role's stages and the blocks travel. The bits are the same.
public protocol RoleModel: Model {
  /// The roles, by number.
  var roles: [Role] { get }
  /// The blocks that travel between roles, by number.
  var exchanges: [ExchangeFormat] { get }
  /// Where the roles work.
  var placement: Placement { get }
  /// The stages of a phase. Called often: returns a stored array.
  func stages(of phase: Phase) -> [Stage]
  /// Does what a stage says for one lane.
  ///
  /// - Parameters:
  ///   - exchange: receives and sends the lane's blocks.
  ///   - contribution: where the stage that contributes adds; nil for the others.
  func perform(
    _ stage: Stage, on batch: Batch, random: RandomAddress, exchange: any LaneExchange,
    into contribution: Contribution?
  ) throws
}

/// A part that a rank can play.
public struct Role: Sendable, Hashable {
  /// The name, in configs and errors: `generator`.
  public let name: String
  /// The parameter groups that only this role moves.
  public let groups: [Int]

  /// A role.
  public init(_ name: String, groups: [Int]) {
    self.name = name
    self.groups = groups
  }
}

/// One role's part of a phase.
public struct Stage: Sendable, Hashable {
  /// The name, for errors: `judge`.
  public let name: String
  /// The number of the role.
  public let role: Int
  /// The number of the exchange whose block it receives.
  public let receives: Int?
  /// The number of the exchange whose block it sends.
  public let sends: Int?
  /// Whether it contributes to the phase's parameter group.
  public let contributes: Bool
  /// Whether an earlier phase of the same step has done the same and sent the same block: it is left out where roles have
  /// ranks of their own, as both sides still have what they need.
  public let repeats: Bool

  /// A stage.
  public init(
    _ name: String, role: Int, receives: Int? = nil, sends: Int? = nil, contributes: Bool = false,
    repeats: Bool = false
  ) {
    self.name = name
    self.role = role
    self.receives = receives
    self.sends = sends
    self.contributes = contributes
    self.repeats = repeats
  }
}

/// What a block holds for each lane: values for each example, and sums over the lane.
public struct ExchangeFormat: Sendable, Hashable {
  /// The number of the role that sends it.
  public let sender: Int
  /// The number of the role that receives it.
  public let receiver: Int
  /// The shape of an example's values.
  public let shape: Shape
  /// The number of sums that travel with the values.
  public let sums: Int

  /// A format.
  public init(from sender: Int, to receiver: Int, shape: Shape, sums: Int = 0) {
    self.sender = sender
    self.receiver = receiver
    self.shape = shape
    self.sums = sums
  }
}

/// How a stage gets and gives blocks for the lane that it works on.
public protocol LaneExchange: AnyObject {
  /// The block of exchange `number` for this lane; waits until it is there. Valid until the end of the stage.
  func receive(_ number: Int) throws -> (values: Tensor, sums: UnsafeBufferPointer<Double>)
  /// Sends `values` and `sums` to whoever receives exchange `number` for this lane.
  func send(_ number: Int, _ values: Tensor, sums: UnsafeBufferPointer<Double>) throws
}

/// Where the roles of a model work.
public enum Placement: Sendable, Hashable {
  /// Every rank plays every role.
  case shared
  /// Each role has ranks of its own; as many for each as evenly as possible.
  case split
  /// Each role has this many ranks.
  case sizes([Int])
  /// Each role has ranks of its own, in numbers that follow from the measured cost of its stages; shared on one rank.
  case automatic
}

/// The exchange of a rank that plays all roles: what is received is what was sent, in the sender's memory.
public final class LocalExchange: LaneExchange {
  private var blocks: [(values: Tensor, sums: UnsafeBufferPointer<Double>)?]

  /// An exchange of this many kinds of blocks.
  public init(count: Int) {
    blocks = Array(repeating: nil, count: count)
  }

  /// The block that was sent last.
  public func receive(_ number: Int) -> (values: Tensor, sums: UnsafeBufferPointer<Double>) {
    guard let block = blocks[number] else {
      preconditionFailure("a stage receives block \(number) before it was sent")
    }
    return block
  }

  /// Keeps the addresses of a block.
  public func send(_ number: Int, _ values: Tensor, sums: UnsafeBufferPointer<Double>) {
    blocks[number] = (values, sums)
  }
}
