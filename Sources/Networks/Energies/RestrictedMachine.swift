import Foundation
import Kernels

/// A restricted Boltzmann machine: visible units v and hidden units h, connected by weights W, with biases b and c.
///
///     E(v, h) = -hᵀ W v - bᵀ v - cᵀ h        (Gaussian units: + v²/2 of each)
///     p(v, h) = e^(-E) / Z
///
/// Given one side the units of the other are independent, with the inputs W v + c and Wᵀ h + b. Smolensky 1986.
/// Its parameters are three slots of a parameter group: `weights` [hidden, visible], `visible_bias`, `hidden_bias`.
public final class RestrictedMachine {
  /// The visible side.
  public let visible: UnitLayer
  /// The hidden side.
  public let hidden: UnitLayer
  /// The group that holds its parameters.
  public private(set) var group: ParameterGroup
  /// The number of its first slot in the group.
  public let firstSlot: Int
  /// The number of the slot of its weights: the first, unless it shares only the biases with another machine.
  public let weightSlot: Int
  /// The means of the visible units that their biases are counted from; nil where they are counted from 0.
  public private(set) var marginals: ParameterGroup?
  /// What inputs are multiplied with on the way up and on the way down: 1, unless the machine stands for one with two
  /// copies of a side, which is how the layers of a deep machine are trained. Energies are those of 1 and 1.
  public let scales: Scales
  private let shiftedBias: FlatBuffer?

  /// What inputs are multiplied with.
  public struct Scales: Hashable, Sendable {
    /// Those of the hidden units.
    public var up: Float
    /// Those of the visible units.
    public var down: Float

    /// Both are 1 unless said otherwise.
    public init(up: Float = 1, down: Float = 1) {
      self.up = up
      self.down = down
    }
  }

  /// The first values of the parameters.
  public struct Start: Hashable, Sendable {
    /// The standard deviation of the weights.
    public var deviation: Float
    /// The biases of the hidden units.
    public var hiddenBias: Float

    /// Small weights, and hidden units that are on half of the time.
    public init(deviation: Float = 0.01, hiddenBias: Float = 0) {
      self.deviation = deviation
      self.hiddenBias = hiddenBias
    }
  }

  /// The slots of a machine.
  public static func slots(
    visible: UnitLayer, hidden: UnitLayer, start: Start, prefix: String = ""
  ) -> [Slot] {
    [
      Slot(
        prefix + "weights", shape: [hidden.count, visible.count],
        initializer: .normal(mean: 0, standardDeviation: start.deviation)),
      Slot(prefix + "visible_bias", shape: [visible.count], initializer: .zero, decays: false),
      Slot(
        prefix + "hidden_bias", shape: [hidden.count],
        initializer: start.hiddenBias == 0 ? .zero : .constant(start.hiddenBias), decays: false),
    ]
  }

  /// A machine on the slots from `firstSlot` of `group` on.
  ///
  /// - Parameter marginals: a group of one slot of mean activities m of the visible units: the visible biases are counted
  ///   from ln m/(1 - m) (Gaussian units: m; softmax: ln m), so that a machine begins with the frequencies of its data.
  public init(
    visible: UnitLayer, hidden: UnitLayer, group: ParameterGroup, firstSlot: Int = 0,
    weightSlot: Int? = nil, marginals: ParameterGroup? = nil, scales: Scales = Scales()
  ) {
    self.visible = visible
    self.hidden = hidden
    self.group = group
    self.firstSlot = firstSlot
    self.weightSlot = weightSlot ?? firstSlot
    self.marginals = marginals
    self.scales = scales
    shiftedBias = marginals.map { _ in FlatBuffer(count: visible.count) }
  }

  /// W, [hidden, visible].
  public var weights: UnsafeBufferPointer<Float> { UnsafeBufferPointer(group[weightSlot]) }
  /// b, from the last `prepare` on where biases are counted from marginals.
  public var visibleBias: UnsafePointer<Float> {
    UnsafePointer(shiftedBias?.base ?? group[firstSlot + 1].baseAddress!)
  }
  /// c.
  public var hiddenBias: UnsafePointer<Float> { UnsafePointer(group[firstSlot + 2].baseAddress!) }

  /// Works on the parameters of other groups from now on.
  public func share(_ group: ParameterGroup, marginals: ParameterGroup?) {
    self.group = group
    self.marginals = marginals
  }

  /// Computes what depends on the parameters alone: call it when they have changed.
  public func prepare() {
    guard let marginals, let shiftedBias else { return }
    let means = marginals[0]
    let own = group[firstSlot + 1]
    for block in visible.blocks {
      for unit in block.units {
        // A frequency of 0 or 1 in a few examples says little: keep 1 % of doubt.
        let mean = 0.01 + 0.98 * min(max(means[unit], 0), 1)
        let offset: Float =
          switch block.kind {
          case .binary: log(mean / (1 - mean))
          case .gaussian: means[unit]
          case .softmax: log(mean)
          }
        shiftedBias.base[unit] = own[unit] + offset
      }
    }
  }

  /// x = up · W v: the inputs of the hidden units without their biases. v is [visible, batch], x [hidden, batch].
  public func hiddenInputs(
    of v: UnsafePointer<Float>, batch: Int, into x: UnsafeMutablePointer<Float>
  ) {
    Matrix.multiply(
      weights, UnsafeBufferPointer(start: v, count: visible.count * batch),
      into: UnsafeMutableBufferPointer(start: x, count: hidden.count * batch), rows: hidden.count,
      columns: batch, inner: visible.count, alpha: scales.up, isSparse: true)
  }

  /// x = down · Wᵀ h: the inputs of the visible units without their biases.
  public func visibleInputs(
    of h: UnsafePointer<Float>, batch: Int, into x: UnsafeMutablePointer<Float>
  ) {
    Matrix.multiply(
      weights, UnsafeBufferPointer(start: h, count: hidden.count * batch),
      into: UnsafeMutableBufferPointer(start: x, count: visible.count * batch), rows: visible.count,
      columns: batch, inner: hidden.count, transposeA: true, alpha: scales.down)
  }

  /// Replaces the inputs x of the hidden units by p(h | v).
  public func expectHidden(_ x: UnsafeMutablePointer<Float>, batch: Int) {
    hidden.expect(x, bias: hiddenBias, batch: batch)
  }

  /// Adds -F(v), the log of the unnormalised probability of v, to `sums`, for each column.
  ///
  ///     -F(v) = bᵀ v + Σ ln(1 + e^(x + c)),  x = W v
  ///
  /// Gaussian visible units take -(v - b)²/2, which leaves -b²/2 out that no v changes; Gaussian hidden ones give
  /// (x + c)²/2.
  public func addLogProbability(
    of v: UnsafePointer<Float>, inputs x: UnsafePointer<Float>, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    addVisibleTerm(of: v, to: sums)
    addHiddenTerm(inputs: x, to: sums)
  }

  func addVisibleTerm(of v: UnsafePointer<Float>, to sums: UnsafeMutableBufferPointer<Double>) {
    let batch = sums.count
    for block in visible.blocks {
      let start = v + block.units.lowerBound * batch
      StochasticUnits.addWeighted(
        start, by: visibleBias + block.units.lowerBound, units: block.units.count, to: sums)
      if block.kind == .gaussian {
        for row in 0..<block.units.count {
          for column in 0..<batch {
            let value = Double(start[row * batch + column])
            sums[column] -= value * value / 2
          }
        }
      }
    }
  }

  func addHiddenTerm(
    inputs x: UnsafePointer<Float>, bias: UnsafePointer<Float>? = nil,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    hidden.addLogPartition(x, bias: bias ?? hiddenBias, to: sums)
  }
}
