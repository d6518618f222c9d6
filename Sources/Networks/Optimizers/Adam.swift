import Kernels

/// Adam, and with decoupled weight decay AdamW.
///
/// With G = g / count + λ w (AdamW: G = g / count) and t the step of the group from 1:
///
///     m ← β₁ m + (1 - β₁) G,  v ← β₂ v + (1 - β₂) G²
///     w ← w - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)        (AdamW: - η λ w besides)
///
/// Kingma & Ba 2015; Loshchilov & Hutter 2019.
public struct Adam: Optimizer {
  /// The name in configs.
  public static let name = "adam"
  /// The decay β₁ of the mean of gradients.
  public var beta1: Float
  /// The decay β₂ of the mean of squared gradients.
  public var beta2: Float
  /// What is added to the root.
  public var epsilon: Float
  /// The weight decay λ.
  public var weightDecay: Float
  /// Whether weight decay acts beside the gradient (AdamW) instead of within it.
  public var isDecoupled: Bool

  /// The rule with the constants of the paper.
  public init(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0,
    isDecoupled: Bool = false
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
  }

  /// The state vectors, in their order.
  public var stateNames: [String] { ["mean", "mean_square"] }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    let decay = update.decays ? weightDecay : 0
    Kernels.ParameterUpdate.adam(
      update.parameters, mean: update.states[0], squares: update.states[1], gradient: update.sum,
      time: update.step, rate: update.learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      scale: update.scale, decay: isDecoupled ? 0 : decay, decoupledDecay: isDecoupled ? decay : 0)
  }
}
