import Foundation
import Kernels

/// How the hidden units of a deep machine are inferred: `mean_field: {iterations: 25, tolerance: 0.0001}`.
public struct MeanFieldOptions: Codable, Hashable, Sendable {
  /// The most iterations (25).
  public var iterations: Int?
  /// The largest change of a probability in an iteration after which no other follows (0.0001).
  public var tolerance: Double?

  /// Options.
  public init(iterations: Int? = nil, tolerance: Double? = nil) {
    self.iterations = iterations
    self.tolerance = tolerance
  }

  /// Checks the numbers.
  public func validate() throws(ConfigurationError) {
    if let iterations, !(1...100_000).contains(iterations) {
      throw ConfigurationError("model.mean_field.iterations is \(iterations): at least 1 is needed")
    }
    if let tolerance, !(tolerance >= 0 && tolerance < 1) {
      throw ConfigurationError(
        "model.mean_field.tolerance is \(tolerance): a change of probabilities lies between 0 and 1")
    }
  }
}

/// The mean-field approximation q(h | v) = Π q_l of a deep machine's posterior: the product that makes the bound largest.
///
///     q_l = σ(W_l q_l-1 + W_l+1ᵀ q_l+1 + b_l),   q_0 = v
///     ln p(v) ≥ -E(v, q) + H(q) - ln Z
///
/// It begins with one way up with doubled weights, which stand for the level above; then odd and even levels take turns,
/// which never lowers the bound, until no probability of the batch changes by more than the tolerance. A mean field
/// belongs to one thread and has room for `maximumBatch` examples.
public final class MeanField {
  /// The machine.
  public let machine: DeepMachine
  private let iterations: Int
  private let tolerance: Float
  private let q: [FlatBuffer]
  private let fromInput: FlatBuffer
  private let scratch: FlatBuffer

  /// A mean field.
  public init(_ machine: DeepMachine, options: MeanFieldOptions = .init(), maximumBatch: Int) {
    self.machine = machine
    iterations = options.iterations ?? 25
    tolerance = Float(options.tolerance ?? 1e-4)
    q = machine.levels.indices.map {
      FlatBuffer(count: $0 == 0 ? 0 : machine.levels[$0].count * maximumBatch)
    }
    fromInput = FlatBuffer(count: machine.levels[1].count * maximumBatch)
    scratch = FlatBuffer(count: machine.levels.map(\.count).max()! * maximumBatch)
  }

  /// q of hidden level l, [units, batch]; valid until the next call of `infer`.
  public func probabilities(_ level: Int) -> UnsafeMutablePointer<Float> { q[level].base }

  /// Finds q for a batch [visible, batch].
  ///
  /// - Returns: the number of iterations.
  @discardableResult
  public func infer(_ v: UnsafePointer<Float>, batch: Int) -> Int {
    let depth = machine.depth
    machine.addFromBelow(1, v, batch: batch, to: fromInput.base)
    for level in 1...depth {
      let factor: Float = level < depth ? 2 : 1
      if level == 1 {
        q[1].base.update(from: fromInput.base, count: machine.levels[1].count * batch)
        Elementwise.scale(elements(1, batch), by: factor)
      } else {
        machine.addFromBelow(level, q[level - 1].base, batch: batch, factor: factor, to: q[level].base)
      }
      expect(level, batch)
    }
    guard depth > 1 else { return 0 }
    for iteration in 1...iterations {
      for level in stride(from: 1, through: depth, by: 2) { update(level, batch) }
      var change: Float = 0
      for level in stride(from: 2, through: depth, by: 2) {
        let old = UnsafeMutableBufferPointer(start: scratch.base, count: elements(level, batch).count)
        Elementwise.copy(UnsafeBufferPointer(elements(level, batch)), to: old)
        update(level, batch)
        Elementwise.axpy(-1, UnsafeBufferPointer(elements(level, batch)), to: old)
        change = max(change, Reduction.maximumMagnitude(UnsafeBufferPointer(old)))
      }
      if change <= tolerance { return iteration }
    }
    return iterations
  }

  /// Adds the bound on ln p(v), without ln Z, of the q that `infer` has found for v, to `sums`, for each column.
  public func addBound(of v: UnsafePointer<Float>, to sums: UnsafeMutableBufferPointer<Double>) {
    let batch = sums.count
    for block in machine.levels[0].blocks {
      let start = v + block.units.lowerBound * batch
      StochasticUnits.addWeighted(
        start, by: machine.bias(0) + block.units.lowerBound, units: block.units.count, to: sums)
      guard block.kind == .gaussian else { continue }
      for place in 0..<block.units.count * batch {
        sums[place % batch] -= Double(start[place]) * Double(start[place]) / 2
      }
    }
    for level in 1...machine.depth {
      let (own, count) = (q[level].base, machine.levels[level].count)
      StochasticUnits.addWeighted(own, by: machine.bias(level), units: count, to: sums)
      if level > 1 { machine.addFromBelow(level, q[level - 1].base, batch: batch, to: scratch.base) }
      let inputs = level == 1 ? fromInput.base : scratch.base
      for unit in 0..<count {
        for column in 0..<batch {
          let p = Double(own[unit * batch + column])
          sums[column] += p * Double(inputs[unit * batch + column])
          if p > 0, p < 1 { sums[column] -= p * log(p) + (1 - p) * log1p(-p) }
        }
      }
    }
  }

  /// The expectation of the input given q of the first hidden level; valid until the next call of anything.
  public func reconstruct(batch: Int) -> UnsafeMutablePointer<Float> {
    machine.addFromAbove(0, q[1].base, batch: batch, to: scratch.base)
    machine.levels[0].expect(scratch.base, bias: machine.bias(0), batch: batch)
    return scratch.base
  }

  private func elements(_ level: Int, _ batch: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: q[level].base, count: machine.levels[level].count * batch)
  }

  private func update(_ level: Int, _ batch: Int) {
    if level == 1 {
      q[1].base.update(from: fromInput.base, count: machine.levels[1].count * batch)
    } else {
      machine.addFromBelow(level, q[level - 1].base, batch: batch, to: q[level].base)
    }
    if level < machine.depth {
      machine.addFromAbove(level, q[level + 1].base, batch: batch, adds: true, to: q[level].base)
    }
    expect(level, batch)
  }

  private func expect(_ level: Int, _ batch: Int) {
    machine.levels[level].expect(q[level].base, bias: machine.bias(level), batch: batch)
  }
}
