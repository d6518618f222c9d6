import Kernels

/// The stochastic diagonal Levenberg–Marquardt method: a learning rate of its own for each parameter.
///
/// With G = g / count + λ w and h the mean curvature that was measured at the beginning of the epoch:
///
///     w ← w - η / (μ + h) · G
///
/// h is the diagonal of the Gauss–Newton Hessian over `curvatureExamples` examples. LeCun, Bottou, Bengio & Haffner
/// 1998, appendix C: μ = 0.02, 500 examples.
public struct DiagonalLevenbergMarquardt: Optimizer {
  /// The name in configs.
  public static let name = "sdlm"
  /// What is added to the curvature, so that flat directions do not run away.
  public var mu: Float
  /// The examples whose curvature is measured before each epoch.
  public var curvatureExamples: Int
  /// The coupled weight decay λ.
  public var weightDecay: Float

  /// The rule with the constants of the paper.
  public init(mu: Float = 0.02, curvatureExamples: Int = 500, weightDecay: Float = 0) {
    self.mu = mu
    self.curvatureExamples = curvatureExamples
    self.weightDecay = weightDecay
  }

  /// The state vectors, in their order.
  public var stateNames: [String] { ["curvature"] }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    Kernels.ParameterUpdate.levenbergMarquardt(
      update.parameters, curvature: UnsafeBufferPointer(update.states[0]), gradient: update.sum,
      rate: update.learningRate, mu: mu, scale: update.scale, decay: update.decays ? weightDecay : 0)
  }

  /// h ← sum · scale.
  public func observe(curvature update: borrowing ParameterUpdate) {
    let curvature = update.states[0]
    for index in curvature.indices { curvature[index] = update.sum[index] * update.scale }
  }
}
