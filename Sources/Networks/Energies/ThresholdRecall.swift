import Kernels

/// How a network of threshold units comes to rest.
public struct ThresholdRecall: Sendable, Hashable {
  /// Which units are set when.
  public enum Order: String, Keyword {
    /// One after the other, in an order drawn anew for each sweep: the energy never rises.
    case asynchronous
    /// All at once, from what they were.
    case synchronous

    /// What the choice is, for errors.
    public static var title: String { "recall order" }
  }

  /// Which units are set when.
  public var order: Order
  /// The most sweeps; recall ends before, once a sweep has changed nothing.
  public var sweeps: Int
  /// The value of a unit that is off: 0 or -1.
  public var low: Float

  /// A recall.
  public init(order: Order, sweeps: Int, low: Float) {
    self.order = order
    self.sweeps = sweeps
    self.low = low
  }
}

/// What a recall of some columns came to.
public struct RecallOutcome: Sendable, Hashable {
  /// The sweeps that were made until all columns were at rest, or the most there may be.
  public var sweeps: Int
  /// Whether all columns came to rest.
  public var isAtRest: Bool
}

/// The memory to recall up to `maximumBatch` columns of `units` units at a time; belongs to one thread.
///
/// With states V [units, batch] and symmetric weights T of zero diagonal the energy of a column is
///
///     E = -½ Σ_ij T_ij V_i V_j
public final class RecallWorkspace {
  private let inputs: FlatBuffer
  private let flipCounts: FlatBuffer
  private let energies: FlatBuffer
  private var order: [Int32]
  private let units: Int

  /// Memory for `units` units.
  public init(units: Int, maximumBatch: Int) {
    self.units = units
    inputs = FlatBuffer(count: units * maximumBatch)
    flipCounts = FlatBuffer(count: maximumBatch)
    energies = FlatBuffer(count: 2 * maximumBatch)
    order = (0..<Int32(units)).map { $0 }
  }

  /// The changes of each column since the last call of `recall` or `sweep(resettingFlips:)`.
  public var flips: UnsafeMutableBufferPointer<Float> { flipCounts.elements }

  /// Lets the columns of `states` `[units, batch]` come to rest.
  ///
  /// - Parameters:
  ///   - weights: T `[units, units]` with a diagonal of 0.
  ///   - random: where the order of each sweep is drawn from: the same for every column, whatever the batch.
  ///   - afterSweep: sees the states after each sweep, with the sweep's number from 1 and the changes of each column so
  ///     far.
  public func recall(
    _ states: UnsafeMutableBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, batch: Int,
    _ recall: ThresholdRecall, random: RandomAddress, afterSweep: (Int) throws -> Void = { _ in }
  ) rethrows -> RecallOutcome {
    precondition(states.count == units * batch && flipCounts.count >= batch, "states are [units, batch]")
    flipCounts.elements.update(repeating: 0)
    var before: Float = 0
    for sweep in 1...max(recall.sweeps, 1) {
      switch recall.order {
      case .asynchronous:
        shuffle(random, sweep: sweep)
        order.withUnsafeBufferPointer {
          ThresholdUnits.sweep(
            states, flips: flipCounts.elements, weights: weights, order: $0, batch: batch, pitch: batch,
            low: recall.low)
        }
      case .synchronous:
        let h = UnsafeMutableBufferPointer(start: inputs.base, count: units * batch)
        Matrix.multiply(weights, .init(states), into: h, rows: units, columns: batch, inner: units)
        ThresholdUnits.setAll(
          states, flips: flipCounts.elements, inputs: .init(h), batch: batch, low: recall.low)
      }
      try afterSweep(sweep)
      let now = flipCounts.elements.reduce(0, +)
      if now == before { return RecallOutcome(sweeps: sweep, isAtRest: true) }
      before = now
    }
    return RecallOutcome(sweeps: max(recall.sweeps, 1), isAtRest: false)
  }

  /// E of each column.
  public func energy(
    of states: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, batch: Int
  ) -> [Double] {
    let h = UnsafeMutableBufferPointer(start: inputs.base, count: units * batch)
    Matrix.multiply(weights, states, into: h, rows: units, columns: batch, inner: units)
    var energies = [Double](repeating: 0, count: batch)
    for i in 0..<units * batch { energies[i % batch] -= 0.5 * Double(h[i]) * Double(states[i]) }
    return energies
  }

  /// The order of a sweep: a function of the address and of the sweep's number.
  private func shuffle(_ random: RandomAddress, sweep: Int) {
    for i in order.indices { order[i] = Int32(i) }
    var stream = RandomStream(random).with(step: UInt32(truncatingIfNeeded: sweep))
    stream.shuffle(&order)
  }
}
