import Kernels

/// Rosenblatt's rule for several classes: only mistakes count.
///
/// For an example of class c with the highest score at k:
///
///     E = s_k - s_c,  dE/ds_k = +1,  dE/ds_c = -1        where k ≠ c; 0 otherwise
///
/// so that descending adds x to the weights of the right class and takes it from those of the wrong one. With two
/// classes this is the perceptron of 1958, and Novikoff's bound holds: at most (R/γ)² mistakes, where examples come one
/// at a time. The metric `mistakes` sums them.
public struct PerceptronLoss: Loss {
  /// The loss.
  public init() {}

  /// The name in configs.
  public var name: String { "perceptron" }
  /// Figures beyond `loss` and `error`.
  public var additionalMetrics: [Metric] { [Metric("mistakes")] }

  /// Refuses outputs that do not fit, with the remedy.
  public func check(outputs: Shape, data: DataDescription) throws(ConfigurationError) {
    try OneOutputForEachClass.check(outputs, data, for: name)
  }

  /// The sums over the batch; writes the gradient where it is wanted.
  public func evaluate(
    _ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace
  ) -> LossSums {
    let count = outputs.batch
    let choices = workspace.choices(count)
    Softmax.argmax(outputs.values, into: choices, classes: outputs.shape.count, batch: count)
    var sums = LossSums(loss: 0, errors: 0)
    for example in 0..<count where choices[example] != batch.labels[example] {
      let chosen = outputs.base[Int(choices[example]) * count + example]
      let right = outputs.base[Int(batch.labels[example]) * count + example]
      sums.loss += Double(chosen) - Double(right)
      sums.errors += 1
    }
    workspace.additionalSums[0] = Double(sums.errors)
    guard let gradient else { return sums }
    Elementwise.fill(gradient.elements, with: 0)
    for example in 0..<count where choices[example] != batch.labels[example] {
      gradient.base[Int(choices[example]) * count + example] = 1
      gradient.base[Int(batch.labels[example]) * count + example] = -1
    }
    return sums
  }

  /// Zero: the loss is piecewise linear.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    Elementwise.fill(hy.elements, with: 0)
  }
}
