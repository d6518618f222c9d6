import Kernels

/// The cross-entropy of each output as the logit of an event of its own.
///
///     E = Σ log(1 + e^x) - t x,  dE/dx = σ(x) - t,  h = σ(x) (1 - σ(x))
///
/// Targets are 0 or 1 for classes, or the inputs in 0...1.
public struct BinaryCrossEntropy: Loss {
  /// What the outputs should be.
  public let targets: SquaredError.Targets

  /// The loss against classes, or against the inputs.
  public init(targets: SquaredError.Targets = .oneHot(off: 0, on: 1)) {
    self.targets = targets
  }

  /// The name in configs.
  public var name: String { "binary_cross_entropy" }

  /// Refuses outputs that do not fit, with the remedy.
  public func check(outputs: Shape, data: DataDescription) throws(ConfigurationError) {
    try targets.check(outputs, data, for: name)
  }

  /// The floats that the loss works in.
  public func scratchCount(outputs: Shape, batch: Int) -> Int { outputs.count * batch }

  /// The sums over the batch; writes the gradient where it is wanted.
  public func evaluate(
    _ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace
  ) -> LossSums {
    let errors = targets.errors(outputs, batch, workspace)
    let loss = Losses.binaryCrossEntropy(
      outputs.values, targets: targets.values(outputs, batch, workspace), features: outputs.shape.count,
      batch: outputs.batch, gradient: gradient?.elements)
    return LossSums(loss: loss, errors: errors)
  }

  /// Writes d²E/doutputs², h of the equations above.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    Kernels.Activation.sigmoid.apply(outputs.values, into: hy.elements)
    for index in 0..<hy.count { hy.base[index] *= 1 - hy.base[index] }
  }
}
