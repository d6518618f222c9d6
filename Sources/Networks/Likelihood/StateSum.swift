import Kernels

/// Sums over the states of some units of a general machine, the others clamped.
///
/// Units that no link joins are independent given all others: their part of a sum is a product of factors 1 + e^(a/T). The
/// states of the rest are counted one by one: state s has counted unit k on where bit k of s is 1.
/// Cost: 2^counted · links.
public final class StateSum {
  /// The most units whose states are counted.
  public static let limit = 25
  /// The states that are worked on side by side; fixed, because the last bits depend on it.
  static let columns = 256

  /// The machine; prepare it before sums are asked for.
  public let machine: GeneralMachine
  /// The units whose states are counted.
  public let counted: [Int]
  private let summed: [Int32]
  private let states: FlatBuffer
  private var inputs: FlatBuffer
  private let zeros: FlatBuffer
  private var sums: [Double] = []

  /// Sums over the states of `units`.
  ///
  /// - Parameter kept: those of them that are to be counted, in this order; more follow as needed.
  public init(_ machine: GeneralMachine, over units: [Int], counting kept: [Int] = []) {
    self.machine = machine
    let independent = machine.wiring.independent(of: units, without: kept)
    summed = independent.map { Int32($0) }
    let rest = Set(units).subtracting(independent).subtracting(kept)
    counted = kept + rest.sorted()
    states = FlatBuffer(count: machine.wiring.units * Self.columns)
    inputs = FlatBuffer(count: independent.count * Self.columns)
    zeros = FlatBuffer(count: independent.count)
  }

  /// Adds ln of the weight of each column's state, summed over the independent units: -E/T and their factors.
  ///
  /// - Parameter states: [units, columns]; the rows of independent units are 0.
  public func addLogWeights(
    of states: UnsafePointer<Float>, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    let columns = sums.count
    if inputs.count < summed.count * columns { inputs = FlatBuffer(count: summed.count * columns) }
    machine.withLinks { links in
      links.addEnergies(of: states, scale: 1 / machine.temperature, to: sums)
      guard !summed.isEmpty else { return }
      summed.withUnsafeBufferPointer {
        links.inputs(of: $0, states, batch: columns, into: inputs.base)
      }
    }
    guard !summed.isEmpty else { return }
    StochasticUnits.addSoftplus(
      inputs.base, bias: zeros.base, units: summed.count, scale: 1 / machine.temperature, to: sums)
  }

  /// Calls `body` with the number of each state of `range` and ln of its weight.
  ///
  /// - Parameter clamped: the values of all units; those of counted and independent units do not matter.
  public func forEach(
    _ range: Range<Int>, clamped: UnsafeBufferPointer<Float>,
    _ body: (_ state: Int, _ logWeight: Double) -> Void
  ) {
    if sums.count < Self.columns { sums = Array(repeating: 0, count: Self.columns) }
    for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.columns) {
      let count = min(Self.columns, range.upperBound - first)
      for unit in 0..<machine.wiring.units {
        (states.base + unit * count).update(repeating: clamped[unit], count: count)
      }
      for unit in summed { (states.base + Int(unit) * count).update(repeating: 0, count: count) }
      for (bit, unit) in counted.enumerated() {
        let row = states.base + unit * count
        for column in 0..<count { row[column] = Float((first + column) >> bit & 1) }
      }
      sums.withUnsafeMutableBufferPointer { sums in
        let part = UnsafeMutableBufferPointer(rebasing: sums[..<count])
        part.update(repeating: 0)
        addLogWeights(of: states.base, to: part)
        for column in 0..<count { body(first + column, part[column]) }
      }
    }
  }

  /// ln of the sum over the states of `range` of the counted units, and over all of the independent ones.
  public func logSum(_ range: Range<Int>, clamped: UnsafeBufferPointer<Float>) -> Double {
    var total = LogSum()
    forEach(range, clamped: clamped) { total.add($1) }
    return total.value
  }

  /// Adds ln of the sum over all states of the units to `sums`, for each column of other units' states.
  ///
  /// - Parameter states: [units, columns]; what counted units are in them is lost.
  public func addLogSums(
    of states: UnsafeMutablePointer<Float>, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    let columns = sums.count
    for unit in summed { (states + Int(unit) * columns).update(repeating: 0, count: columns) }
    var totals = [LogSum](repeating: LogSum(), count: columns)
    var parts = [Double](repeating: 0, count: columns)
    for state in 0..<1 << counted.count {
      for (bit, unit) in counted.enumerated() {
        (states + unit * columns).update(repeating: Float(state >> bit & 1), count: columns)
      }
      parts.withUnsafeMutableBufferPointer {
        $0.update(repeating: 0)
        addLogWeights(of: states, to: $0)
      }
      for column in 0..<columns { totals[column].add(parts[column]) }
    }
    for column in 0..<columns { sums[column] += totals[column].value }
  }
}
