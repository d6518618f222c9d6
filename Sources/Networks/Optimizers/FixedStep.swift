/// A fixed step against the sign of the gradient: every weight moves by the learning rate η, however large its gradient is.
///
///     w ← w - η sign(g / count) - η λ w,   sign of what is 0: 0
///
/// The rule of Ackley, Hinton & Sejnowski 1985, where g is the difference of two counts. A mean within ±10⁻⁶ counts as 0,
/// so that counts which cancel over lanes do not depend on how they are rounded.
public struct FixedStep: Optimizer {
  /// The name in configs.
  public static let name = "fixed_step"
  /// The weight decay λ, beside the step.
  public var weightDecay: Float

  private static let tolerance: Float = 1e-6

  /// Steps without weight decay, unless it is asked for.
  public init(weightDecay: Float = 0) {
    self.weightDecay = weightDecay
  }

  /// It keeps nothing.
  public var stateNames: [String] { [] }

  /// Moves the parameters of the range.
  public func apply(_ update: borrowing ParameterUpdate) {
    let step = update.learningRate
    let keep = update.decays ? 1 - step * weightDecay : 1
    for place in update.parameters.indices {
      let mean = update.scale * update.sum[place]
      let move = mean > Self.tolerance ? -step : mean < -Self.tolerance ? step : 0
      update.parameters[place] = keep * update.parameters[place] + move
    }
  }
}
