import Kernels

/// States and inputs in whole numbers, for links that are whole numbers: Hebb's sums, and signs.
final class WholeThresholdMachine: ThresholdMachine {
  private let units: Int
  private let pitch: Int
  private let packed: UnsafeMutableBufferPointer<Int8>
  private let sizes: UnsafeMutableBufferPointer<Int32>
  private let states: UnsafeMutableBufferPointer<Int8>
  private let inputs: UnsafeMutableBufferPointer<Int16>
  private let changes: UnsafeMutableBufferPointer<Int32>
  private var changed: [(on: Int, off: Int)]
  // The inputs where all units are off.
  private let base: UnsafeMutableBufferPointer<Int16>
  private var low: Float = -1
  private var change = 2

  init(units: Int, maximumBatch: Int) {
    self.units = units
    pitch = WholeThresholdUnits.pitch(of: units)
    packed = .allocate(capacity: units * pitch)
    packed.initialize(repeating: 0)
    sizes = .allocate(capacity: units)
    sizes.initialize(repeating: 0)
    states = .allocate(capacity: maximumBatch * pitch)
    states.initialize(repeating: 0)
    inputs = .allocate(capacity: maximumBatch * pitch)
    inputs.initialize(repeating: 0)
    changes = .allocate(capacity: max(maximumBatch, 1) * pitch)
    changes.initialize(repeating: 0)
    changed = Array(repeating: (0, 0), count: maximumBatch)
    base = .allocate(capacity: pitch)
    base.initialize(repeating: 0)
  }

  deinit {
    packed.deallocate()
    sizes.deallocate()
    states.deallocate()
    inputs.deallocate()
    changes.deallocate()
    base.deallocate()
  }

  /// Takes the links of the states that follow; false where they are no whole numbers or too large.
  func take(_ links: ThresholdLinks, low: Float) -> Bool {
    guard low == 0 || low == -1, WholeThresholdUnits.pack(links.outgoing, into: packed, sizes: sizes) else {
      return false
    }
    self.low = low
    change = low == 0 ? 1 : 2
    base.update(repeating: 0)
    if low == -1 {
      for unit in 0..<units { changes[pitch - units + unit] = Int32(unit) }
      WholeThresholdUnits.send(.init(listed(0)), on: 0, off: units, to: base, links: .init(packed), change: 1)
    }
    return true
  }

  func begin(with floats: FlatBuffer, _ count: Int) {
    for place in 0..<count {
      let (state, list) = (row(states, place), listed(place))
      var on = 0
      for i in 0..<units {
        let isOn = floats.base[place * units + i] > 0
        state[i] = isOn ? 1 : 0
        list[on] = Int32(i)
        on += isOn ? 1 : 0
      }
      let own = row(inputs, place)
      _ = own.update(fromContentsOf: base)
      WholeThresholdUnits.send(.init(list), on: on, off: 0, to: own, links: .init(packed), change: change)
    }
  }

  func sweep(_ place: Int, order: UnsafeBufferPointer<Int32>) -> Int {
    WholeThresholdUnits.sweep(
      row(states, place), inputs: row(inputs, place), links: .init(packed), order: order, change: change)
  }

  func set(_ place: Int) -> Int {
    changed[place] = WholeThresholdUnits.setAll(
      row(states, place), inputs: .init(row(inputs, place)), changes: listed(place))
    return changed[place].on + changed[place].off
  }

  func update(_ count: Int) {
    for place in 0..<count {
      WholeThresholdUnits.send(
        .init(listed(place)), on: changed[place].on, off: changed[place].off, to: row(inputs, place),
        links: .init(packed), change: change)
    }
  }

  func read(_ place: Int, into state: UnsafeMutableBufferPointer<Float>) {
    let own = row(states, place)
    for i in 0..<units { state[i] = own[i] != 0 ? 1 : low }
  }

  func energy(_ place: Int) -> Double {
    let (state, inputs) = (row(states, place), row(inputs, place))
    // At most units · 32,767: no overflow in 64 bits.
    var on = 0
    var all = 0
    for i in 0..<units {
      on &+= Int(state[i]) &* Int(inputs[i])
      all &+= Int(inputs[i])
    }
    return -0.5 * Double(low == 0 ? on : 2 * on - all)
  }

  private func row<Element>(
    _ memory: UnsafeMutableBufferPointer<Element>, _ place: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: memory.baseAddress! + place * pitch, count: pitch)
  }

  private func listed(_ place: Int) -> UnsafeMutableBufferPointer<Int32> { row(changes, place) }
}
