import Kernels

/// The partition function of a restricted machine as a sum over all states of one side.
///
///     Z = Σ_h e^(cᵀ h) Π_i Σ_v_i e^(v_i (Wᵀ h + b)_i)
///
/// and the same with the sides exchanged. The sum over the other side is a product, since its units are independent.
/// State s has unit i on where bit i of s is 1. Cost: 2^n products of hidden · visible.
final class StateEnumerator {
  /// The most units of the side whose states are counted.
  static let limit = 25

  /// Which side's states are counted.
  enum Side: Hashable, Sendable {
    case visible, hidden
  }

  // Columns of one product: fixed, because the last bits depend on it.
  private static let columns = 256
  /// The states of one item of work.
  static let itemStates = 1 << 14

  private let machine: RestrictedMachine
  private let side: Side
  private let states: FlatBuffer
  private let inputs: FlatBuffer

  init(_ machine: RestrictedMachine, side: Side) {
    self.machine = machine
    self.side = side
    let (own, other) =
      side == .visible
      ? (machine.visible.count, machine.hidden.count) : (machine.hidden.count, machine.visible.count)
    states = FlatBuffer(count: own * Self.columns)
    inputs = FlatBuffer(count: other * Self.columns)
  }

  /// The side with the fewer states of those that can be counted; nil where there is none.
  static func side(of machine: RestrictedMachine) -> Side? {
    let sides: [(side: Side, layer: UnitLayer)] = [(.hidden, machine.hidden), (.visible, machine.visible)]
    return sides.filter { $0.layer.isBinary && $0.layer.count <= limit }
      .min { $0.layer.count < $1.layer.count }?.side
  }

  /// The number of units whose states are counted.
  static func units(_ machine: RestrictedMachine, _ side: Side) -> Int {
    side == .visible ? machine.visible.count : machine.hidden.count
  }

  /// The number of items.
  static func items(_ machine: RestrictedMachine, _ side: Side) -> Int {
    max(1, 1 << units(machine, side) / itemStates)
  }

  /// ln of the sum over the states of item `item`.
  func logSum(item: Int) -> Double {
    let units = Self.units(machine, side)
    let end = min((item + 1) * Self.itemStates, 1 << units)
    var total = LogSum()
    var sums = [Double](repeating: 0, count: Self.columns)
    for first in stride(from: item * Self.itemStates, to: end, by: Self.columns) {
      let count = min(Self.columns, end - first)
      for unit in 0..<units {
        let row = states.base + unit * count
        for column in 0..<count { row[column] = Float((first + column) >> unit & 1) }
      }
      sums.withUnsafeMutableBufferPointer {
        let sums = UnsafeMutableBufferPointer(rebasing: $0[..<count])
        sums.update(repeating: 0)
        addTerms(to: sums)
        for sum in sums { total.add(sum) }
      }
    }
    return total.value
  }

  private func addTerms(to sums: UnsafeMutableBufferPointer<Double>) {
    switch side {
    case .hidden:
      StochasticUnits.addWeighted(
        states.base, by: machine.hiddenBias, units: machine.hidden.count, to: sums)
      machine.visibleInputs(of: states.base, batch: sums.count, into: inputs.base)
      machine.visible.addLogPartition(inputs.base, bias: machine.visibleBias, to: sums)
      let constant = machine.visible.gaussianConstant
      for column in sums.indices { sums[column] += constant }
    case .visible:
      machine.hiddenInputs(of: states.base, batch: sums.count, into: inputs.base)
      machine.addLogProbability(of: states.base, inputs: inputs.base, to: sums)
    }
  }
}
