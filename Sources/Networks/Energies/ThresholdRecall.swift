import Kernels

/// How a network of threshold units comes to rest.
public struct ThresholdRecall: Sendable, Hashable {
  /// Which units are set when.
  public enum Order: String, Keyword {
    /// One after the other, in an order drawn anew for each state and sweep: the energy never rises.
    case asynchronous
    /// All at once, from what they were.
    case synchronous

    /// What the choice is, for errors.
    public static var title: String { "recall order" }
  }

  /// Which units are set when.
  public var order: Order
  /// The most sweeps over all units; recall ends before, once a sweep has changed nothing.
  public var sweeps: Int
  /// The value of a unit that is off: 0 or -1.
  public var low: Float
  /// What the orders are drawn from.
  public var seed: UInt32

  /// A recall.
  public init(order: Order, sweeps: Int, low: Float, seed: UInt32 = 1) {
    self.order = order
    self.sweeps = sweeps
    self.low = low
    self.seed = seed
  }
}

/// The links between threshold units.
public struct ThresholdLinks {
  /// U `[units, units]`: row j is what unit j sends, U_ji = T_ij; the diagonal is 0.
  public var outgoing: UnsafeBufferPointer<Float>
  /// Whether T_ij = T_ji, so that asynchronous recall cannot raise the energy.
  public var isSymmetric: Bool

  /// Links.
  public init(outgoing: UnsafeBufferPointer<Float>, isSymmetric: Bool) {
    self.outgoing = outgoing
    self.isSymmetric = isSymmetric
  }
}

/// What became of one state.
public struct RecallCourse: Sendable, Hashable {
  /// The sweeps until one changed nothing, or the most there may be.
  public var sweeps = 0
  /// Whether the last of them changed nothing.
  public var isAtRest = false
  /// The changes in all sweeps.
  public var flips = 0
  /// The changes in the first sweep.
  public var firstFlips = 0
  /// The energy at the end.
  public var energy = 0.0

  /// A course; nothing has happened yet unless more is said.
  public init(sweeps: Int = 0, isAtRest: Bool = false, flips: Int = 0, firstFlips: Int = 0) {
    self.sweeps = sweeps
    self.isAtRest = isAtRest
    self.flips = flips
    self.firstFlips = firstFlips
  }
}
