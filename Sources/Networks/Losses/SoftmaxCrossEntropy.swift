import Kernels

/// The cross-entropy of the softmax of the outputs.
///
///     p = softmax(x),  E = -log p[label],  dE/dx = p - onehot(label),  h = p (1 - p)
///
/// x [classes, batch]. The first choice is the largest output.
public struct SoftmaxCrossEntropy: Loss {
  /// The loss.
  public init() {}

  /// The name in configs.
  public var name: String { "softmax_cross_entropy" }

  /// Refuses outputs that do not fit, with the remedy.
  public func check(outputs: Shape, data: DataDescription) throws(ConfigurationError) {
    try OneOutputForEachClass.check(outputs, data, for: name)
  }

  /// The sums over the batch; writes the gradient where it is wanted.
  public func evaluate(
    _ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace
  ) -> LossSums {
    Softmax.crossEntropy(
      outputs.values, labels: batch.labels, classes: outputs.shape.count, batch: outputs.batch,
      gradient: gradient?.elements, predictions: workspace.choices(outputs.batch))
  }

  /// Writes d²E/doutputs², h of the equations above.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    Softmax.forward(outputs.values, into: hy.elements, classes: outputs.shape.count, batch: outputs.batch)
    for index in 0..<hy.count { hy.base[index] *= 1 - hy.base[index] }
  }
}

/// What losses over classes have in common.
enum OneOutputForEachClass {
  static func check(
    _ outputs: Shape, _ data: DataDescription, for loss: String
  ) throws(ConfigurationError) {
    guard data.classes > 0 else {
      throw ConfigurationError("the loss «\(loss)» needs labelled examples: this data has no labels")
    }
    guard outputs.count == data.classes else {
      throw ConfigurationError(
        "the network ends with \(outputs.count) outputs, but the data has \(data.classes) classes: the loss «\(loss)» "
          + "needs one output for each; end «layers» with «- dense: \(data.classes)»")
    }
  }
}
