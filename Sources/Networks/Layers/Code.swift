import Kernels

/// The code of an autoencoder: its input, kept for whoever wants to see it, with a penalty that makes it sparse.
///
///     y = x,  dx = dy + dP/dx
///
/// The penalty P of one example is a function of its code alone, so that contributions add (`SparsityConfiguration`).
public struct Code: Layer {
  /// The penalty; nil for none.
  public let sparsity: SparsityConfiguration?

  /// A code with this penalty.
  public init(sparsity: SparsityConfiguration? = nil) {
    self.sparsity = sparsity
  }

  /// The word for it in slot names.
  public var kind: String { "code" }
  /// What people call it.
  public var name: String { "code" + (sparsity.map { ", \($0.name)" } ?? "") }

  /// The running means of the activities, where the penalty needs them: no optimizer moves them.
  public func slots(for input: Shape) -> [Slot] {
    guard let sparsity, sparsity.kind == .kullbackLeibler else { return [] }
    return [
      Slot(
        "activity", shape: [input.count], initializer: .constant(Float(sparsity.target ?? 0.05)),
        decays: false,
        update: .average(rate: Float(sparsity.rate ?? 0.1)))
    ]
  }

  /// y = x.
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    y.copy(x)
  }

  /// dx = dy + dP/dx, and the sums of the activities.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    if pass.wantsGradients, sparsity?.kind == .kullbackLeibler {
      let activity = pass.gradient(0)
      Reduction.rowSums(
        x.values, into: activity.elements, rows: x.shape.count, batch: x.batch, accumulate: activity.adds)
    }
    guard let dx else { return }
    dx.copy(dy)
    guard let sparsity else { return }
    for unit in 0..<x.shape.count {
      let slope = sparsity.slope(activity: sparsity.kind == .l1 ? 0 : pass.parameter(0)[unit])
      for place in unit * x.batch..<(unit + 1) * x.batch {
        dx.base[place] += sparsity.kind == .l1 ? slope * x.base[place].sign : slope
      }
    }
  }

  /// The curvature of the network without the penalty.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    hx?.copy(hy)
  }

  /// The penalty P summed over a batch of codes.
  ///
  /// - Parameter activities: the running means; empty where the penalty needs none.
  public func penalty(of codes: Tensor, activities: UnsafeBufferPointer<Float>) -> Double {
    guard let sparsity else { return 0 }
    var total = 0.0
    for unit in 0..<codes.shape.count {
      let slope = Double(sparsity.slope(activity: sparsity.kind == .l1 ? 0 : activities[unit]))
      var sum = 0.0
      for place in unit * codes.batch..<(unit + 1) * codes.batch {
        let value = codes.base[place]
        sum += Double(sparsity.kind == .l1 ? abs(value) : value)
      }
      total += slope * sum
    }
    return total
  }
}

extension Float {
  /// -1, 0 or 1.
  fileprivate var sign: Float { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
