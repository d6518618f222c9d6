import Kernels

/// How a network of threshold units comes to rest.
public struct ThresholdRecall: Sendable, Hashable {
  /// Which units are set when.
  public enum Order: String, Keyword {
    /// One after the other, in an order drawn anew for each state and sweep: the energy never rises.
    case asynchronous
    /// All at once, from what they were.
    case synchronous

    /// What the choice is, for errors.
    public static var title: String { "recall order" }
  }

  /// Which units are set when.
  public var order: Order
  /// The most sweeps over all units; recall ends before, once a sweep has changed nothing.
  public var sweeps: Int
  /// The value of a unit that is off: 0 or -1.
  public var low: Float
  /// What the orders are drawn from.
  public var seed: UInt32

  /// A recall.
  public init(order: Order, sweeps: Int, low: Float, seed: UInt32 = 1) {
    self.order = order
    self.sweeps = sweeps
    self.low = low
    self.seed = seed
  }
}

/// The links between threshold units.
public struct ThresholdLinks {
  /// U `[units, units]`: row j is what unit j sends, U_ji = T_ij; the diagonal is 0.
  public var outgoing: UnsafeBufferPointer<Float>
  /// Whether T_ij = T_ji, so that asynchronous recall cannot raise the energy.
  public var isSymmetric: Bool

  /// Links.
  public init(outgoing: UnsafeBufferPointer<Float>, isSymmetric: Bool) {
    self.outgoing = outgoing
    self.isSymmetric = isSymmetric
  }
}

/// What became of one state.
public struct RecallCourse: Sendable, Hashable {
  /// The sweeps until one changed nothing, or the most there may be.
  public var sweeps = 0
  /// Whether the last of them changed nothing.
  public var isAtRest = false
  /// The changes in all sweeps.
  public var flips = 0
  /// The changes in the first sweep.
  public var firstFlips = 0
  /// The energy at the end.
  public var energy = 0.0

  /// A course; nothing has happened yet unless more is said.
  public init(sweeps: Int = 0, isAtRest: Bool = false, flips: Int = 0, firstFlips: Int = 0) {
    self.sweeps = sweeps
    self.isAtRest = isAtRest
    self.flips = flips
    self.firstFlips = firstFlips
  }
}

/// The memory to recall several states at a time; belongs to one thread.
///
/// The energy of a state s with inputs h is
///
///     E = -½ Σ_i s_i h_i = -½ Σ_ij T_ij s_i s_j
public final class RecallWorkspace {
  /// What became of each state in the last call of `recall`.
  public private(set) var courses: [RecallCourse]
  private let stateMemory: FlatBuffer
  private let inputMemory: FlatBuffer
  private let changes: UnsafeMutableBufferPointer<Int32>
  // How many of each state's changes are listed.
  private var changed: [Int]
  private let order: UnsafeMutableBufferPointer<Int32>
  private let words: UnsafeMutableBufferPointer<UInt32>
  private let units: Int

  /// Memory for `maximumBatch` states of `units` units.
  public init(units: Int, maximumBatch: Int) {
    self.units = units
    stateMemory = FlatBuffer(count: units * maximumBatch)
    inputMemory = FlatBuffer(count: units * maximumBatch)
    courses = Array(repeating: RecallCourse(), count: maximumBatch)
    changed = Array(repeating: 0, count: maximumBatch)
    changes = .allocate(capacity: units * maximumBatch)
    order = .allocate(capacity: units)
    words = .allocate(capacity: units)
    order.initialize(repeating: 0)
    changes.initialize(repeating: 0)
    words.initialize(repeating: 0)
  }

  deinit {
    changes.deallocate()
    order.deallocate()
    words.deallocate()
  }

  /// State number `place` `[units]`, to fill before a recall and to read after it.
  public func state(_ place: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: stateMemory.base + place * units, count: units)
  }

  /// Says what became of a state that was recalled in another way.
  public func set(_ course: RecallCourse, at place: Int) { courses[place] = course }
  /// Says where a state's energy ended.
  public func setEnergy(_ energy: Double, at place: Int) { courses[place].energy = energy }

  private func inputs(_ place: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: inputMemory.base + place * units, count: units)
  }

  /// Lets the first `examples.count` states come to rest.
  ///
  /// - Parameters:
  ///   - examples: what identifies each state: the orders of its sweeps are functions of it and of the seed, whatever other
  ///     states stand beside it.
  ///   - afterSweep: sees the number of each state after each of its sweeps, counted from 1.
  ///
  /// Cost: one matrix product, and 2 units operations for each change; never more than a product for each synchronous sweep.
  public func recall(
    _ examples: UnsafeBufferPointer<UInt32>, links: ThresholdLinks, _ recall: ThresholdRecall,
    afterSweep: (_ place: Int, _ sweep: Int) -> Void = { _, _ in }
  ) {
    let count = examples.count
    precondition(count <= courses.count, "more states than there is room for")
    for place in 0..<count { courses[place] = RecallCourse() }
    receive(count, links)
    switch recall.order {
    case .asynchronous:
      for place in 0..<count { settle(place, examples[place], links, recall, afterSweep) }
    case .synchronous: settleTogether(count, links, recall, afterSweep)
    }
    for place in 0..<count { courses[place].energy = energy(place) }
  }

  /// All inputs from all states: h = s U.
  private func receive(_ count: Int, _ links: ThresholdLinks) {
    let size = count * units
    Matrix.multiply(
      UnsafeBufferPointer(start: stateMemory.base, count: size), links.outgoing,
      into: UnsafeMutableBufferPointer(start: inputMemory.base, count: size), rows: count, columns: units,
      inner: units)
  }

  private func settle(
    _ place: Int, _ example: UInt32, _ links: ThresholdLinks, _ recall: ThresholdRecall,
    _ afterSweep: (Int, Int) -> Void
  ) {
    let (state, inputs) = (state(place), inputs(place))
    var before = energy(place)
    for sweep in 1...max(recall.sweeps, 1) {
      shuffle(example, sweep, recall.seed)
      let flips = ThresholdUnits.sweep(
        state, inputs: inputs, links: links.outgoing, order: UnsafeBufferPointer(order), low: recall.low)
      note(flips, sweep, place)
      afterSweep(place, sweep)
      if flips == 0 { return }
      guard links.isSymmetric else { continue }
      let after = energy(place)
      precondition(after <= before + 1e-4 * (1 + abs(before)), "the energy rose from \(before) to \(after)")
      before = after
    }
  }

  private func settleTogether(
    _ count: Int, _ links: ThresholdLinks, _ recall: ThresholdRecall, _ afterSweep: (Int, Int) -> Void
  ) {
    for sweep in 1...max(recall.sweeps, 1) {
      var total = 0
      for place in 0..<count {
        changed[place] = ThresholdUnits.setAll(
          state(place), inputs: .init(inputs(place)), changes: changes(of: place), low: recall.low)
        total += changed[place]
        guard !courses[place].isAtRest else { continue }
        note(changed[place], sweep, place)
        afterSweep(place, sweep)
      }
      guard total > 0 else { return }
      // Beyond this share of changes, one product for all is faster.
      if total * 16 > count * units { receive(count, links) } else { send(count, links, low: recall.low) }
    }
  }

  private func send(_ count: Int, _ links: ThresholdLinks, low: Float) {
    for place in 0..<count {
      let listed = UnsafeBufferPointer(rebasing: changes(of: place)[..<changed[place]])
      ThresholdUnits.send(listed, to: inputs(place), links: links.outgoing, low: low)
    }
  }

  private func changes(of place: Int) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: changes[place * units..<(place + 1) * units])
  }

  private func note(_ flips: Int, _ sweep: Int, _ place: Int) {
    courses[place].flips += flips
    if sweep == 1 { courses[place].firstFlips = flips }
    courses[place].sweeps = sweep
    courses[place].isAtRest = flips == 0
  }

  private func energy(_ place: Int) -> Double {
    let (state, inputs) = (state(place), inputs(place))
    var sum = 0.0
    for i in 0..<units { sum += Double(state[i]) * Double(inputs[i]) }
    return -0.5 * sum
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
