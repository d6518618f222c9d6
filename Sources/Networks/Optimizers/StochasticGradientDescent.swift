import Kernels

/// Stochastic gradient descent, with momentum if wanted.
///
/// With G = g / count + λ w:
///
///     v ← m v + G,  w ← w - η v        (nesterov: w ← w - η (G + m v))
///
/// and w ← w - η G where m = 0. Sutskever, Martens, Dahl & Hinton 2013.
public struct StochasticGradientDescent: Optimizer {
  /// The name in configs.
  public static let name = "sgd"
  /// The fraction m of the last velocity that is kept.
  public var momentum: Float
  /// Whether the gradient is taken ahead of the velocity.
  public var isNesterov: Bool
  /// The coupled weight decay λ.
  public var weightDecay: Float

  /// Plain descent, unless more is asked for.
  public init(momentum: Float = 0, isNesterov: Bool = false, weightDecay: Float = 0) {
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  /// The state vectors, in their order.
  public var stateNames: [String] { momentum == 0 ? [] : ["velocity"] }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    let decay = update.decays ? weightDecay : 0
    if momentum == 0 {
      Kernels.ParameterUpdate.sgd(
        update.parameters, gradient: update.sum, rate: update.learningRate, scale: update.scale, decay: decay)
    } else {
      Kernels.ParameterUpdate.momentum(
        update.parameters, velocity: update.states[0], gradient: update.sum, rate: update.learningRate,
        momentum: update.momentum ?? momentum, scale: update.scale, decay: decay, nesterov: isNesterov)
    }
  }
}
