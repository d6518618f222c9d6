import Kernels

/// RMSProp: each parameter's step is divided by the root mean square of its recent gradients.
///
/// With G = g / count + λ w:
///
///     s ← β s + (1 - β) G²,  u = G / (√s + ε),  v ← m v + u,  w ← w - η v
///
/// without v where m = 0. Tieleman & Hinton 2012, lecture 6e.
public struct RMSProp: Optimizer {
  /// The name in configs.
  public static let name = "rmsprop"
  /// The decay β of the mean of squares.
  public var beta: Float
  /// The fraction m of the last velocity that is kept.
  public var momentum: Float
  /// What is added to the root.
  public var epsilon: Float
  /// The coupled weight decay λ.
  public var weightDecay: Float

  /// The rule with its usual constants.
  public init(beta: Float = 0.99, momentum: Float = 0, epsilon: Float = 1e-8, weightDecay: Float = 0) {
    self.beta = beta
    self.momentum = momentum
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// The state vectors, in their order.
  public var stateNames: [String] { momentum == 0 ? ["mean_square"] : ["mean_square", "velocity"] }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    Kernels.ParameterUpdate.rmsProp(
      update.parameters, squares: update.states[0], velocity: momentum == 0 ? nil : update.states[1],
      gradient: update.sum, rate: update.learningRate, alpha: beta, epsilon: epsilon, momentum: momentum,
      scale: update.scale, decay: update.decays ? weightDecay : 0)
  }
}
