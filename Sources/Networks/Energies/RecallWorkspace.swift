import Kernels

/// The memory to recall several states at a time; belongs to one thread.
///
/// The energy of a state s with inputs h is
///
///     E = -½ Σ_i s_i h_i = -½ Σ_ij T_ij s_i s_j
public final class RecallWorkspace {
  /// What became of each state in the last call of `recall`.
  public private(set) var courses: [RecallCourse]
  private let states: FlatBuffer
  private let floats: FloatThresholdMachine
  private let wholes: WholeThresholdMachine
  private let order: UnsafeMutableBufferPointer<Int32>
  private let words: UnsafeMutableBufferPointer<UInt32>
  private let units: Int

  /// Memory for `maximumBatch` states of `units` units.
  public init(units: Int, maximumBatch: Int) {
    self.units = units
    states = FlatBuffer(count: units * maximumBatch)
    courses = Array(repeating: RecallCourse(), count: maximumBatch)
    floats = FloatThresholdMachine(units: units, states: states, maximumBatch: maximumBatch)
    wholes = WholeThresholdMachine(units: units, maximumBatch: maximumBatch)
    order = .zeros(units)
    words = .zeros(units)
  }

  deinit {
    order.deallocate()
    words.deallocate()
  }

  /// State number `place` `[units]`, to fill before a recall and to read after it.
  public func state(_ place: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: states.base + place * units, count: units)
  }

  /// Says what became of a state that was recalled in another way.
  public func set(_ course: RecallCourse, at place: Int) { courses[place] = course }
  /// Says where a state's energy ended.
  public func setEnergy(_ energy: Double, at place: Int) { courses[place].energy = energy }

  /// Lets the first `examples.count` states come to rest.
  ///
  /// Links that are whole numbers are worked on in whole numbers, more of them at a time, with the same result.
  ///
  /// - Parameters:
  ///   - examples: what identifies each state: the orders of its sweeps are functions of it and of the seed, whatever other
  ///     states stand beside it.
  ///   - afterSweep: sees the number of each state after each of its sweeps, counted from 1.
  ///
  /// Cost: 2 units² operations for each state, and 2 units for each change.
  public func recall(
    _ examples: UnsafeBufferPointer<UInt32>, links: ThresholdLinks, _ recall: ThresholdRecall,
    afterSweep: ((_ place: Int, _ sweep: Int) -> Void)? = nil
  ) {
    let count = examples.count
    precondition(count <= courses.count, "more states than there is room for")
    guard count > 0 else { return }
    for place in 0..<count { courses[place] = RecallCourse() }
    let isWhole = wholes.take(links, low: recall.low)
    let machine: any ThresholdMachine = isWhole ? wholes : floats
    if !isWhole { floats.take(links, low: recall.low) }
    machine.begin(with: states, count)
    switch recall.order {
    case .asynchronous:
      for place in 0..<count { settle(place, examples[place], machine, links, recall, afterSweep) }
    case .synchronous:
      for first in stride(from: 0, to: count, by: machine.together) {
        settleTogether(first..<min(first + machine.together, count), machine, recall, afterSweep)
      }
    }
    for place in 0..<count {
      machine.read(place, into: state(place))
      courses[place].energy = machine.energy(place)
    }
  }

  private func settle(
    _ place: Int, _ example: UInt32, _ machine: any ThresholdMachine, _ links: ThresholdLinks,
    _ recall: ThresholdRecall, _ afterSweep: ((Int, Int) -> Void)?
  ) {
    var before = machine.energy(place)
    for sweep in 1...max(recall.sweeps, 1) {
      shuffle(example, sweep, recall.seed)
      let flips = machine.sweep(place, order: UnsafeBufferPointer(order))
      note(flips, sweep, place)
      if let afterSweep {
        machine.read(place, into: state(place))
        afterSweep(place, sweep)
      }
      if flips == 0 { return }
      guard links.isSymmetric else { continue }
      let after = machine.energy(place)
      precondition(after <= before + 1e-4 * (1 + abs(before)), "the energy rose from \(before) to \(after)")
      before = after
    }
  }

  private func settleTogether(
    _ places: Range<Int>, _ machine: any ThresholdMachine, _ recall: ThresholdRecall,
    _ afterSweep: ((Int, Int) -> Void)?
  ) {
    for sweep in 1...max(recall.sweeps, 1) {
      var total = 0
      for place in places {
        let flips = machine.set(place)
        total += flips
        guard !courses[place].isAtRest else { continue }
        note(flips, sweep, place)
        if let afterSweep {
          machine.read(place, into: state(place))
          afterSweep(place, sweep)
        }
      }
      guard total > 0 else { return }
      machine.update(places)
    }
  }

  private func note(_ flips: Int, _ sweep: Int, _ place: Int) {
    courses[place].flips += flips
    if sweep == 1 { courses[place].firstFlips = flips }
    courses[place].sweeps = sweep
    courses[place].isAtRest = flips == 0
  }

  /// The order of a sweep, by Fisher and Yates: a function of the example, the sweep and the seed.
  private func shuffle(_ example: UInt32, _ sweep: Int, _ seed: UInt32) {
    var stream = RandomStream(
      seed: UInt64(seed) << 32 | UInt64(example), stream: RandomAddress.Stream.model(16).number,
      step: UInt32(truncatingIfNeeded: sweep))
    stream.fillWords(words)
    for i in 0..<units {
      // The chances differ by less than units / 2^32.
      let j = Int((UInt64(words[i]) * UInt64(i + 1)) >> 32)
      order[i] = order[j]
      order[j] = Int32(i)
    }
  }
}
