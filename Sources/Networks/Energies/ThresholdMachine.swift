import Kernels

/// Several states with their inputs, kept in floats or in whole numbers.
protocol ThresholdMachine: AnyObject {
  /// How many states at a time are best set by `set` and `update`.
  var together: Int { get }
  /// Takes the first `count` states and works out their inputs.
  func begin(with states: FlatBuffer, _ count: Int)
  /// Sets all units of a state one after the other; returns the number of changes.
  func sweep(_ place: Int, order: UnsafeBufferPointer<Int32>) -> Int
  /// Sets all units of a state at once, inputs aside; returns the number of changes.
  func set(_ place: Int) -> Int
  /// Brings the inputs of the states up to date with what `set` has changed in each of them; at most `together` states.
  func update(_ places: Range<Int>)
  /// Writes a state as floats.
  func read(_ place: Int, into state: UnsafeMutableBufferPointer<Float>)
  /// -½ Σ_i s_i h_i.
  func energy(_ place: Int) -> Double
}

/// States and inputs in floats, for any links.
final class FloatThresholdMachine: ThresholdMachine {
  let together: Int
  private let units: Int
  private let states: FlatBuffer
  private let inputs: FlatBuffer
  private let changes: UnsafeMutableBufferPointer<Int32>
  private var changed: [Int]
  private var links = UnsafeBufferPointer<Float>(start: nil, count: 0)
  private var low: Float = -1

  /// Works on `states`, which others read and write between recalls.
  init(units: Int, states: FlatBuffer, maximumBatch: Int) {
    together = max(maximumBatch, 1)
    self.units = units
    self.states = states
    inputs = FlatBuffer(count: units * maximumBatch)
    changed = Array(repeating: 0, count: maximumBatch)
    changes = .zeros(units * maximumBatch)
  }

  deinit { changes.deallocate() }

  /// Takes the links of the states that follow.
  func take(_ links: ThresholdLinks, low: Float) {
    self.links = links.outgoing
    self.low = low
  }

  func begin(with states: FlatBuffer, _ count: Int) {
    precondition(states === self.states, "states of its own")
    receive(0..<count)
  }

  /// All inputs of these states: h = s U.
  private func receive(_ places: Range<Int>) {
    let (first, count) = (places.lowerBound * units, places.count * units)
    Matrix.multiply(
      UnsafeBufferPointer(start: states.base + first, count: count), links,
      into: UnsafeMutableBufferPointer(start: inputs.base + first, count: count), rows: places.count,
      columns: units, inner: units)
  }

  func sweep(_ place: Int, order: UnsafeBufferPointer<Int32>) -> Int {
    ThresholdUnits.sweep(row(states, place), inputs: row(inputs, place), links: links, order: order, low: low)
  }

  func set(_ place: Int) -> Int {
    changed[place] = ThresholdUnits.setAll(
      row(states, place), inputs: .init(row(inputs, place)), changes: listed(place, units), low: low)
    return changed[place]
  }

  func update(_ places: Range<Int>) {
    // Beyond this share of changes, one product for all is faster.
    if changed[places].reduce(0, +) * 16 > places.count * units { return receive(places) }
    for place in places {
      ThresholdUnits.send(
        .init(listed(place, changed[place])), to: row(inputs, place), links: links, low: low)
    }
  }

  func read(_ place: Int, into state: UnsafeMutableBufferPointer<Float>) {}

  func energy(_ place: Int) -> Double {
    let (state, inputs) = (row(states, place), row(inputs, place))
    var sum = 0.0
    for i in 0..<units { sum += Double(state[i]) * Double(inputs[i]) }
    return -0.5 * sum
  }

  private func row(_ buffer: FlatBuffer, _ place: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: buffer.base + place * units, count: units)
  }

  private func listed(_ place: Int, _ count: Int) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(start: changes.baseAddress! + place * units, count: count)
  }
}
