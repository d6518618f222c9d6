import Kernels

/// Half the squared distance between outputs and targets.
///
///     E = ½ Σ (x - t)²,  dE/dx = x - t,  h = 1
///
/// The sum over outputs, not their mean. With one-hot targets the first choice is the largest output.
public struct SquaredError: Loss {
  /// What the outputs should be.
  public enum Targets: Hashable, Sendable {
    /// `on` at the unit of the example's class, `off` elsewhere.
    case oneHot(off: Float, on: Float)
    /// The example itself: autoencoders.
    case inputs
  }

  /// What the outputs should be.
  public let targets: Targets

  /// The loss for these targets.
  public init(targets: Targets = .oneHot(off: 0, on: 1)) {
    self.targets = targets
  }

  /// The name in configs.
  public var name: String { "squared_error" }

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
    let loss = Losses.squaredError(
      outputs.values, targets: targets.values(outputs, batch, workspace), features: outputs.shape.count,
      batch: outputs.batch, gradient: gradient?.elements)
    return LossSums(loss: loss, errors: errors)
  }

  /// Writes d²E/doutputs², h of the equations above.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    hy.elements.update(repeating: 1)
  }
}

extension SquaredError.Targets {
  func check(_ outputs: Shape, _ data: DataDescription, for loss: String) throws(ConfigurationError) {
    switch self {
    case .oneHot: try OneOutputForEachClass.check(outputs, data, for: loss)
    case .inputs:
      guard outputs.count == data.input.count else {
        throw ConfigurationError(
          "the network ends with \(outputs.count) outputs, but an input has \(data.input.count) values: the loss "
            + "«\(loss)» against the inputs needs as many; end «layers» with «- dense: \(data.input.count)»")
      }
    }
  }

  /// The targets `[outputs, batch]`.
  func values(_ outputs: Tensor, _ batch: Batch, _ workspace: LossWorkspace) -> UnsafeBufferPointer<Float> {
    guard case .oneHot(let off, let on) = self else { return batch.inputs.values }
    let targets = workspace.scratch(outputs.count)
    Elementwise.fill(targets, with: off)
    for example in 0..<outputs.batch {
      targets[Int(batch.labels[example]) * outputs.batch + example] = on
    }
    return UnsafeBufferPointer(targets)
  }

  /// How often the largest output is not that of the class.
  func errors(_ outputs: Tensor, _ batch: Batch, _ workspace: LossWorkspace) -> Int {
    guard case .oneHot = self else { return 0 }
    let choices = workspace.choices(outputs.batch)
    Softmax.argmax(outputs.values, into: choices, classes: outputs.shape.count, batch: outputs.batch)
    return choices.indices.count { choices[$0] != batch.labels[$0] }
  }
}
