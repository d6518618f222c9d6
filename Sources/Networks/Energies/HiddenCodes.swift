import Kernels

/// What the hidden units of a general machine say of examples: the most probable state of a group of them.
///
/// Where the units of the group are linked with visible units alone, each is on whose input is above 0. Otherwise all
/// states of the hidden units are counted.
public final class HiddenCodes {
  private let machine: GeneralMachine
  private let units: [Int]
  private let sum: StateSum?
  private var states = FlatBuffer(count: 0)

  /// Codes of the states of `units`, among all `hidden` ones that are there.
  public init(_ machine: GeneralMachine, units: [Int], hidden: [Int]) {
    self.machine = machine
    self.units = units
    let visible = machine.wiring.visible
    let isAlone = units.allSatisfy { machine.wiring.neighbours(of: $0).allSatisfy { $0 < visible } }
    sum = isAlone ? nil : StateSum(machine, over: hidden, counting: units)
  }

  /// How many units' states are counted for each example.
  public var countedUnits: Int { sum?.counted.count ?? 0 }

  /// The code of each example. Prepare the machine first.
  ///
  /// - Parameter v: the visible values, [visible, batch].
  public func codes(_ v: UnsafePointer<Float>, batch: Int) -> [[Bool]] {
    let visible = machine.wiring.visible
    guard let sum else { return signs(v, batch) }
    var base = [Float](repeating: 0, count: machine.wiring.units)
    return (0..<batch).map { column in
      for unit in 0..<visible { base[unit] = v[unit * batch + column] }
      var weights = [LogSum](repeating: LogSum(), count: 1 << units.count)
      base.withUnsafeBufferPointer {
        sum.forEach(0..<1 << sum.counted.count, clamped: $0) { weights[$0 % weights.count].add($1) }
      }
      let best = weights.indices.max { weights[$0].value < weights[$1].value }!
      return units.indices.map { best >> $0 & 1 == 1 }
    }
  }

  private func signs(_ v: UnsafePointer<Float>, _ batch: Int) -> [[Bool]] {
    let count = (machine.wiring.units + units.count) * batch
    if states.count < count { states = FlatBuffer(count: count) }
    states.base.update(repeating: 0, count: count)
    states.base.update(from: v, count: machine.wiring.visible * batch)
    let inputs = states.base + machine.wiring.units * batch
    units.map { Int32($0) }.withUnsafeBufferPointer { list in
      machine.withLinks { $0.inputs(of: list, states.base, batch: batch, into: inputs) }
    }
    return (0..<batch).map { column in units.indices.map { inputs[$0 * batch + column] > 0 } }
  }

  /// In how many units two codes differ.
  public static func distance(_ a: [Bool], _ b: [Bool]) -> Int { zip(a, b).count { $0 != $1 } }

  /// The number of different codes.
  public static func distinct(_ codes: [[Bool]]) -> Int { Set(codes).count }

  /// The least distance of two codes; nil where there are none.
  public static func smallestDistance(_ codes: [[Bool]]) -> Int? {
    codes.indices.flatMap { i in codes[..<i].map { distance($0, codes[i]) } }.min()
  }

  /// How many codes are nearer than `least` to one before them: 0 where all are at least so far apart.
  public static func repeated(_ codes: [[Bool]], least: Int) -> Int {
    codes.indices.count { i in codes[..<i].contains { distance($0, codes[i]) < least } }
  }
}
