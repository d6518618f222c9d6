import Foundation
import Kernels

/// The figures of a restricted machine on a batch, as sums over its examples.
///
/// - `reconstruction_error`: Σ (v - v')², v' the expectation of v one step down from h;
/// - `free_energy`: F(v) = -ln Σ_h e^-E(v, h). Its difference between test and training examples shows overfitting;
/// - `pseudo_log_likelihood`: n ln p(v_i | all others) for a unit i drawn for each example out of n binary ones
///   (Besag 1975);
/// - `error`: whether p(label | all others) is largest for another label.
public final class MachineAssessor {
  /// The metrics, in the order of `sums`.
  public let metrics: [Metric]
  /// The sums of the last batch.
  public private(set) var sums: [Double]

  private let machine: RestrictedMachine
  private let hasLabels: Bool
  private let hasPseudoLikelihood: Bool
  private let columns: FlatBuffer
  private let hidden: FlatBuffer
  private let visible: FlatBuffer
  private let bias: FlatBuffer
  private let units: UnsafeMutableBufferPointer<Int32>
  private let first: UnsafeMutableBufferPointer<Double>
  private let second: UnsafeMutableBufferPointer<Double>
  private let best: UnsafeMutableBufferPointer<Double>

  // Training with chains does not go down from the data: so many examples of a lane's batch are reconstructed.
  private static let probe = 4

  /// Figures for at most `maximumBatch` examples; `labels`: whether the last block of visible units is the label.
  public init(_ machine: RestrictedMachine, labels: Bool, maximumBatch: Int) {
    self.machine = machine
    hasLabels = labels
    hasPseudoLikelihood = machine.visible.blocks[0].kind == .binary
    metrics =
      [
        Metric("reconstruction_error", per: "reconstructed_examples"),
        Metric("reconstructed_examples", isShown: false), Metric("free_energy"),
      ] + (hasPseudoLikelihood ? [Metric("pseudo_log_likelihood")] : []) + (labels ? [Metric("error")] : [])
    sums = Array(repeating: 0, count: metrics.count)
    columns = FlatBuffer(count: maximumBatch)
    hidden = FlatBuffer(count: machine.hidden.count * maximumBatch)
    visible = FlatBuffer(count: machine.visible.count * maximumBatch)
    bias = FlatBuffer(count: machine.hidden.count)
    units = .zeros(maximumBatch)
    func doubles() -> UnsafeMutableBufferPointer<Double> {
      let buffer = UnsafeMutableBufferPointer<Double>.zeros(maximumBatch)
      return buffer
    }
    first = doubles()
    second = doubles()
    best = doubles()
  }

  deinit {
    units.deallocate()
    first.deallocate()
    second.deallocate()
    best.deallocate()
  }

  /// Computes the sums.
  ///
  /// - Parameters:
  ///   - v: The visible states, [visible, batch].
  ///   - x: W v, [hidden, batch].
  ///   - reconstruction: The visible expectations after a step down; nil to compute them.
  ///   - all: Whether all examples are reconstructed where that has to be computed; if not, a few.
  public func assess(
    _ v: UnsafePointer<Float>, inputs x: UnsafePointer<Float>, _ batch: Batch,
    reconstruction: UnsafePointer<Float>?, random: RandomAddress, all: Bool = false
  ) {
    let count = batch.count
    let (hiddenTerms, visibleTerms) = (rebased(first, count), rebased(second, count))
    hiddenTerms.update(repeating: 0)
    visibleTerms.update(repeating: 0)
    machine.addHiddenTerm(inputs: x, to: hiddenTerms)
    machine.addVisibleTerm(of: v, to: visibleTerms)
    sums[2] = -hiddenTerms.reduce(0, +) - visibleTerms.reduce(0, +)
    reconstruct(v, x, count, reconstruction, columns: all ? count : min(count, Self.probe))
    if hasPseudoLikelihood { sums[3] = pseudoLikelihood(v, x, hiddenTerms: hiddenTerms, batch, random) }
    if hasLabels { sums[hasPseudoLikelihood ? 4 : 3] = Double(errors(x, batch)) }
  }

  private func rebased(_ buffer: UnsafeMutableBufferPointer<Double>, _ count: Int)
    -> UnsafeMutableBufferPointer<Double>
  {
    UnsafeMutableBufferPointer(rebasing: buffer[..<count])
  }

  private func reconstruct(
    _ v: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    _ reconstruction: UnsafePointer<Float>?, columns: Int
  ) {
    var width = count
    if reconstruction == nil {
      width = columns
      for unit in 0..<machine.hidden.count {
        (hidden.base + unit * width).update(from: x + unit * count, count: width)
      }
      machine.hidden.expect(hidden.base, bias: machine.hiddenBias, batch: width)
      machine.visibleInputs(of: hidden.base, batch: width, into: visible.base)
      machine.visible.expect(visible.base, bias: machine.visibleBias, batch: width)
    } else {
      visible.base.update(from: reconstruction!, count: machine.visible.count * count)
    }
    for unit in 0..<machine.visible.count {
      let (row, target) = (visible.base + unit * width, v + unit * count)
      for column in 0..<width { row[column] -= target[column] }
    }
    sums[0] = Reduction.sumOfSquares(
      UnsafeBufferPointer(start: visible.base, count: machine.visible.count * width))
    sums[1] = Double(width)
  }

  private func pseudoLikelihood(
    _ v: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    hiddenTerms before: UnsafeMutableBufferPointer<Double>, _ batch: Batch, _ random: RandomAddress
  ) -> Double {
    let count = batch.count
    let pixels = machine.visible.blocks[0].units.count
    let draws = UnsafeMutableBufferPointer(start: columns.base, count: count)
    RandomStream(random.stream(.model(4))).drawUniform(draws, features: 1, examples: batch.examples)
    let after = rebased(second, count)
    for column in 0..<count {
      let unit = min(Int(draws[column] * Float(pixels)), pixels - 1)
      units[column] = Int32(unit)
      let change = 1 - 2 * v[unit * count + column]
      draws[column] = change
      after[column] = Double(machine.visibleBias[unit] * change)
    }
    StochasticUnits.changeUnits(
      x, weights: machine.weights.baseAddress!,
      units: UnsafeBufferPointer(UnsafeMutableBufferPointer(rebasing: units[..<count])),
      changes: UnsafePointer(columns.base), into: hidden.base, rows: machine.hidden.count,
      columns: machine.visible.count)
    machine.addHiddenTerm(inputs: hidden.base, to: after)
    var total = 0.0
    for column in 0..<count { total -= log1p(exp(after[column] - before[column])) }
    return total * Double(pixels)
  }

  /// The examples whose label is not the most probable one: p(y | v) ∝ e^(b_y) Π (1 + e^(x + c + W_y)).
  private func errors(_ x: UnsafePointer<Float>, _ batch: Batch) -> Int {
    let count = batch.count
    let label = machine.visible.blocks[machine.visible.blocks.count - 1].units
    let width = machine.visible.count
    for column in 0..<count {
      units[column] = Int32(label.lowerBound) + batch.labels[column]
      columns.base[column] = -1
    }
    StochasticUnits.changeUnits(
      x, weights: machine.weights.baseAddress!,
      units: UnsafeBufferPointer(UnsafeMutableBufferPointer(rebasing: units[..<count])),
      changes: UnsafePointer(columns.base), into: hidden.base, rows: machine.hidden.count, columns: width)
    let (scores, best) = (rebased(first, count), rebased(best, count))
    let choices = UnsafeMutableBufferPointer(rebasing: units[..<count])
    for unit in label {
      for row in 0..<machine.hidden.count {
        bias.base[row] = machine.hiddenBias[row] + machine.weights[row * width + unit]
      }
      scores.update(repeating: Double(machine.visibleBias[unit]))
      machine.addHiddenTerm(inputs: hidden.base, bias: bias.base, to: scores)
      for column in 0..<count where unit == label.lowerBound || scores[column] > best[column] {
        best[column] = scores[column]
        choices[column] = Int32(unit - label.lowerBound)
      }
    }
    return (0..<count).reduce(0) { $0 + (choices[$1] == batch.labels[$1] ? 0 : 1) }
  }
}
