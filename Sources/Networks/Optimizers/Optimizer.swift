/// A rule that moves parameters along a summed contribution: a small value, the same on every rank.
///
/// Its state is a fixed number of vectors shaped like the parameter group, so that any optimizer can be checkpointed,
/// and updated range by range: a rank may own a part of the vector.
public protocol Optimizer: Codable, Sendable {
  /// The name in configs: `sgd`, `adam`.
  static var name: String { get }
  /// The names of the state vectors: `velocity`.
  var stateNames: [String] { get }
  /// The examples whose curvature it wants to see at the beginning of each epoch; 0 for most.
  var curvatureExamples: Int { get }
  /// Moves `update.parameters`.
  func apply(_ update: borrowing ParameterUpdate)
  /// Takes the mean curvature over the examples into its state. Most optimizers never ask for it.
  func observe(curvature update: borrowing ParameterUpdate)
}

extension Optimizer {
  /// None, unless a rule says otherwise.
  public var curvatureExamples: Int { 0 }
  /// Ignores it, unless a rule says otherwise.
  public func observe(curvature update: borrowing ParameterUpdate) {}
}

/// One range of a parameter group, about to be moved.
public struct ParameterUpdate: ~Copyable {
  /// The parameters w of the range.
  public var parameters: UnsafeMutableBufferPointer<Float>
  /// The contribution g of the range, summed over the global batch.
  public var sum: UnsafeBufferPointer<Float>
  /// The state vectors of the range, in the order of `stateNames`.
  public var states: [UnsafeMutableBufferPointer<Float>]
  /// What the sum is multiplied with to become the mean: 1 / examples, times the factor of gradient clipping.
  public var scale: Float
  /// The learning rate at this step.
  public var learningRate: Float
  /// The number of this step of this group, from 1.
  public var step: Int
  /// The momentum at this step; nil for the rule's own.
  public var momentum: Float?
  /// The ranges within this range that weight decay leaves alone are handled by the caller, which calls once for each
  /// run of slots with the same `decays`.
  public var decays: Bool

  /// An update of a range.
  public init(
    parameters: UnsafeMutableBufferPointer<Float>, sum: UnsafeBufferPointer<Float>,
    states: [UnsafeMutableBufferPointer<Float>], scale: Float, learningRate: Float, step: Int, decays: Bool,
    momentum: Float? = nil
  ) {
    self.parameters = parameters
    self.sum = sum
    self.states = states
    self.scale = scale
    self.learningRate = learningRate
    self.step = step
    self.decays = decays
    self.momentum = momentum
  }
}
