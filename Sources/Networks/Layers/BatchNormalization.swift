import Kernels

/// Each feature (of images: each map) brought to mean 0 and variance 1 over the examples of a lane, or of all lanes.
///
///     y = γ (x - m) / √(v + ε) + β
///
/// While training, m and v are the mean and variance over the examples (and positions) of the pass; running averages
/// of both are kept and take their place in evaluation. They move by `rate` towards what a step has seen, as a mean over
/// its lanes. A lane must therefore be worked on in one go. Over a lane nothing is sent, and the result depends on the
/// number of lanes. Over all lanes, each pass adds up 3 numbers a feature on the way forward and 2 on the way back:
/// exactly what one lane with all examples computes. Ioffe & Szegedy 2015.
public struct BatchNormalization: Layer {
  /// What is added to the variance, ε.
  public let epsilon: Float
  /// How far the running averages move in a step.
  public let rate: Float
  /// Which examples count.
  public let extent: Extent

  /// Which examples m and v are taken over.
  public enum Extent: String, Keyword {
    /// Those of the lane.
    case lane
    /// Those of all lanes: the whole batch.
    case all

    /// What the choice is, for errors.
    public static var title: String { "extent of batch normalisation" }
  }

  /// The layer with the constants of today.
  public init(epsilon: Float = 1e-5, rate: Float = 0.1, over extent: Extent = .lane) {
    precondition(epsilon > 0 && rate > 0 && rate <= 1, "batch normalisation with ε \(epsilon), rate \(rate)")
    self.epsilon = epsilon
    self.rate = rate
    self.extent = extent
  }

  /// The word for it in configs and slot names.
  public var kind: String { "batch_normalization" }
  /// What people call it.
  public var name: String { "batch normalization" }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }
  /// Whether the examples of a lane have to pass together.
  public var mixesExamples: Bool { true }
  /// Whether all lanes have to pass together.
  public var needsAllLanes: Bool { extent == .all }

  private static func rows(of shape: Shape) -> Int {
    shape.extents.count == 3 ? shape.extents[0] : shape.count
  }

  /// γ, β, and the running averages of m and v.
  public func slots(for input: Shape) -> [Slot] {
    let rows: Shape = [Self.rows(of: input)]
    return [
      Slot("weight", shape: rows, initializer: .constant(1), decays: false),
      Slot("bias", shape: rows, initializer: .zero, decays: false),
      Slot("mean", shape: rows, initializer: .zero, decays: false, update: .average(rate: rate)),
      Slot("variance", shape: rows, initializer: .constant(1), decays: false, update: .average(rate: rate)),
    ]
  }

  /// m, v, 1 / √(v + ε) and γ / √(v + ε) of the pass, and the number of values that they are taken over.
  public func scratchCount(for input: Shape, batch: Int) -> Int { 4 * Self.rows(of: input) + 1 }

  /// The floats that one call works in.
  public func temporaryCount(for input: Shape, batch: Int) -> Int { 2 * Self.rows(of: input) }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    let rows = Self.rows(of: x.shape)
    let columns = x.count / rows
    let (mean, variance) = (Self.part(0, pass, rows), Self.part(1, pass, rows))
    if pass.isTraining {
      RowNormalization.moments(x.values, columns: columns, mean: mean, variance: variance)
      let total = shareMoments(mean, variance, columns: columns, pass)
      pass.scratch[4 * rows] = Float(total)
    } else {
      mean.baseAddress!.update(from: pass.parameter(2).baseAddress!, count: rows)
      variance.baseAddress!.update(from: pass.parameter(3).baseAddress!, count: rows)
    }
    let (inverse, scale) = (Self.part(2, pass, rows), Self.part(3, pass, rows))
    let weight = pass.parameter(0)
    for row in 0..<rows {
      inverse[row] = 1 / (variance[row] + epsilon).squareRoot()
      scale[row] = weight[row] * inverse[row]
    }
    RowNormalization.normalize(
      x.values, columns: columns, mean: UnsafeBufferPointer(mean), scale: UnsafeBufferPointer(scale),
      shift: pass.parameter(1), into: y.elements)
  }

  /// dγ = Σ dy x̂, dβ = Σ dy, dx = γ / √(v + ε) (dy - Σ dy / n - x̂ Σ dy x̂ / n), and what was observed of m and v.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    let rows = Self.rows(of: x.shape)
    let columns = x.count / rows
    let (mean, inverse) = (Self.part(0, pass, rows), Self.part(2, pass, rows))
    let total = pass.isTraining ? pass.scratch[4 * rows] : 0
    let sums = UnsafeMutableBufferPointer(start: pass.temporary, count: rows)
    let products = UnsafeMutableBufferPointer(start: pass.temporary + rows, count: rows)
    RowNormalization.gradientSums(
      dy.values, x.values, columns: columns, mean: UnsafeBufferPointer(mean),
      inverse: UnsafeBufferPointer(inverse), sums: sums, products: products)
    if pass.wantsGradients { contribute(sums, products, total: total, batch: x.batch, pass) }
    guard let dx else { return }
    if pass.isTraining { shareSums(sums, products, pass) }
    // Running averages do not depend on the examples: nothing is taken off then.
    let share = total > 0 ? 1 / total : 0
    Elementwise.scale(sums, by: share)
    Elementwise.scale(products, by: share)
    RowNormalization.gradient(
      dy.values, x.values, columns: columns, mean: UnsafeBufferPointer(mean),
      inverse: UnsafeBufferPointer(inverse), scale: UnsafeBufferPointer(Self.part(3, pass, rows)),
      sums: UnsafeBufferPointer(sums), products: UnsafeBufferPointer(products), into: dx.elements)
  }

  /// m and v over all lanes in place of those of this lane; the number of values that they are taken over.
  ///
  /// First m = Σ n m_l / n, then v = Σ n (v_l + (m_l - m)²) / n, in Double: no digits are lost where m² is much larger
  /// than v.
  private func shareMoments(
    _ mean: UnsafeMutableBufferPointer<Float>, _ variance: UnsafeMutableBufferPointer<Float>, columns: Int,
    _ pass: LayerPass
  ) -> Double {
    guard extent == .all, let lanes = pass.lanes else { return Double(columns) }
    let rows = mean.count
    let values = lanes.room(for: rows + 1)
    let count = Double(columns)
    for row in 0..<rows { values[row] = count * Double(mean[row]) }
    values[rows] = count
    lanes.addUp(values)
    let total = max(values[rows], 1)
    for row in 0..<rows {
      let common = values[row] / total
      let distance = Double(mean[row]) - common
      mean[row] = Float(common)
      values[row] = count * (Double(variance[row]) + distance * distance)
    }
    let squares = UnsafeMutableBufferPointer(rebasing: values[..<rows])
    lanes.addUp(squares)
    for row in 0..<rows { variance[row] = Float(squares[row] / total) }
    return total
  }

  /// Σ dy and Σ dy x̂ over all lanes in place of those of this lane.
  private func shareSums(
    _ sums: UnsafeMutableBufferPointer<Float>, _ products: UnsafeMutableBufferPointer<Float>,
    _ pass: LayerPass
  ) {
    guard extent == .all, let lanes = pass.lanes else { return }
    let rows = sums.count
    let values = lanes.room(for: 2 * rows)
    for row in 0..<rows { (values[row], values[rows + row]) = (Double(sums[row]), Double(products[row])) }
    lanes.addUp(values)
    for row in 0..<rows { (sums[row], products[row]) = (Float(values[row]), Float(values[rows + row])) }
  }

  /// Adds dγ and dβ; m and v as sums over the examples, so that lanes add up to the mean.
  private func contribute(
    _ sums: UnsafeMutableBufferPointer<Float>, _ products: UnsafeMutableBufferPointer<Float>, total: Float,
    batch: Int, _ pass: LayerPass
  ) {
    let rows = sums.count
    let weight = Float(batch) * pass.share
    // The variance of a population that the pass is a sample of.
    let unbiased = total > 1 ? total / (total - 1) : 1
    let (mean, variance) = (Self.part(0, pass, rows), Self.part(1, pass, rows))
    func add(_ slot: Int, _ value: (Int) -> Float) {
      let place = pass.gradient(slot)
      for row in 0..<rows { place.elements[row] = (place.adds ? place.elements[row] : 0) + value(row) }
    }
    add(0) { products[$0] }
    add(1) { sums[$0] }
    add(2) { weight * mean[$0] }
    add(3) { weight * unbiased * variance[$0] }
  }

  private static func part(_ index: Int, _ pass: LayerPass, _ rows: Int) -> UnsafeMutableBufferPointer<Float>
  {
    UnsafeMutableBufferPointer(start: pass.scratch + index * rows, count: rows)
  }
}
