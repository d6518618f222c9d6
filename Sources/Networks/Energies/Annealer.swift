import Kernels

/// Cools machines from any state to their equilibrium, many side by side, and looks at them there.
///
/// Which unit is probed when is drawn once for all columns, from the address alone; whether it goes on, and the first
/// states, are drawn for each column by its number. So a column comes to the same states in whatever company. An annealer
/// belongs to one thread. Cost of one unit of time: 2 · links operations a column, and a draw for each unit.
public final class Annealer {
  /// The machine.
  public let machine: GeneralMachine
  /// The states that were looked at in the last run, [units, looks · columns].
  public var samples: UnsafeMutablePointer<Float> { sampled.base }
  private var sampled = FlatBuffer(count: 0)
  private var draws = FlatBuffer(count: 0)
  private var words: [UInt32] = []
  private var order: [Int32] = []
  private var scales: [Float] = []

  /// What the draws of a run are for: three streams of random numbers.
  public struct Streams: Hashable, Sendable {
    private let first: Int

    /// The streams `first`, `first + 1` and `first + 2` of a model.
    public init(_ first: Int) { self.first = first }

    var states: RandomAddress.Stream { .model(first) }
    var order: RandomAddress.Stream { .model(first + 1) }
    var probes: RandomAddress.Stream { .model(first + 2) }
  }

  /// An annealer; room grows at first use.
  public init(_ machine: GeneralMachine) {
    self.machine = machine
  }

  /// Draws units from equal chances: the infinite temperature that a run begins with.
  public func randomize(
    _ units: [Int32], of states: UnsafeMutablePointer<Float>, numbers: UnsafeBufferPointer<UInt32>,
    random: RandomAddress, streams: Streams
  ) {
    let columns = numbers.count
    let count = units.count * columns
    guard count > 0 else { return }
    if draws.count < count { draws = FlatBuffer(count: count) }
    let room = UnsafeMutableBufferPointer(start: draws.base, count: count)
    room.update(repeating: 0.5)
    RandomStream(random.stream(streams.states)).drawBernoulli(
      UnsafeBufferPointer(room), into: room, features: units.count, examples: numbers)
    for (place, unit) in units.enumerated() {
      (states + Int(unit) * columns).update(from: draws.base + place * columns, count: columns)
    }
  }

  /// Lets `units` take turns at random through a schedule, then looks at all states after each of `looks` more units of
  /// time at its last temperature.
  ///
  /// - Parameters:
  ///   - states: all units' states, [units, columns]; those of other units stay.
  ///   - numbers: what each column is, for its draws.
  public func run(
    _ units: [Int32], of states: UnsafeMutablePointer<Float>, numbers: UnsafeBufferPointer<UInt32>,
    schedule: CoolingSchedule, looks: Int, random: RandomAddress, streams: Streams
  ) {
    let (columns, width) = (numbers.count, machine.wiring.units)
    if sampled.count < width * columns * looks { sampled = FlatBuffer(count: width * columns * looks) }
    guard !units.isEmpty else { return copy(states, columns: columns, looks: looks) }
    let burn = schedule.time * units.count
    plan(units, schedule, looks, random.stream(streams.order))
    machine.withLinks { links in
      order.withUnsafeBufferPointer { order in
        scales.withUnsafeBufferPointer { scales in
          links.anneal(
            states, order: order, scales: scales,
            sampling: looks > 0 ? .init(burn: burn, every: units.count) : nil,
            samples: looks > 0 ? sampled.base : nil, examples: numbers,
            random: RandomStream(random.stream(streams.probes)))
        }
      }
    }
  }

  /// Where nothing moves, every look sees the same.
  private func copy(_ states: UnsafePointer<Float>, columns: Int, looks: Int) {
    for place in 0..<machine.wiring.units * looks {
      (sampled.base + place * columns).update(from: states + place / looks * columns, count: columns)
    }
  }

  /// Draws the order of the probes, and says how hot each is.
  private func plan(_ units: [Int32], _ schedule: CoolingSchedule, _ looks: Int, _ address: RandomAddress) {
    let count = (schedule.time + looks) * units.count
    words.removeAll(keepingCapacity: true)
    words.append(contentsOf: repeatElement(0, count: count))
    var stream = RandomStream(address)
    words.withUnsafeMutableBufferPointer { stream.fillWords($0) }
    order.removeAll(keepingCapacity: true)
    for word in words { order.append(units[Int((UInt64(word) &* UInt64(units.count)) &>> 32)]) }
    scales.removeAll(keepingCapacity: true)
    for row in schedule.rows {
      scales.append(contentsOf: repeatElement(Float(1 / row.temperature), count: row.time * units.count))
    }
    scales.append(
      contentsOf: repeatElement(Float(1 / schedule.finalTemperature), count: looks * units.count))
  }
}
