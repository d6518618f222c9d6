import Kernels

/// States and inputs in whole numbers, for links that are whole numbers: Hebb's sums, and signs.
final class WholeThresholdMachine: ThresholdMachine {
  /// So few that their inputs stay in the nearest cache over all sweeps.
  let together = 4
  private let units: Int
  private let pitch: Int
  private let packed: UnsafeMutableBufferPointer<Int8>
  private let sizes: UnsafeMutableBufferPointer<Int32>
  private let states: UnsafeMutableBufferPointer<Int8>
  private let inputs: UnsafeMutableBufferPointer<Int16>
  private let changes: UnsafeMutableBufferPointer<Int32>
  private var changed: [(on: Int, off: Int)]
  // For `receive`: the class of each unit, the units of each class `[2^together, pitch]`, how many there are, and the sum of
  // their rows.
  private let keys: UnsafeMutableBufferPointer<UInt8>
  private let classes: UnsafeMutableBufferPointer<Int32>
  private let counts: UnsafeMutableBufferPointer<Int>
  private let sum: UnsafeMutableBufferPointer<Int16>
  // The inputs where all units are off.
  private let base: UnsafeMutableBufferPointer<Int16>
  private var low: Float = -1
  private var change = 2
  // Those that `take` has packed.
  private var links: WholeThresholdUnits.Links!

  init(units: Int, maximumBatch: Int) {
    self.units = units
    pitch = WholeThresholdUnits.pitch(of: units)
    packed = .zeros(units * pitch)
    sizes = .zeros(units)
    states = .zeros(maximumBatch * pitch)
    inputs = .zeros(maximumBatch * pitch)
    changes = .zeros(together * 2 * pitch)
    changed = Array(repeating: (0, 0), count: together)
    classes = .zeros((1 << together) * pitch)
    counts = .zeros(1 << together)
    keys = .zeros(pitch)
    sum = .zeros(pitch)
    base = .zeros(pitch)
  }

  deinit {
    packed.deallocate()
    sizes.deallocate()
    states.deallocate()
    inputs.deallocate()
    changes.deallocate()
    classes.deallocate()
    counts.deallocate()
    keys.deallocate()
    sum.deallocate()
    base.deallocate()
  }

  /// Takes the links of the states that follow; false where they are no whole numbers or too large.
  func take(_ links: ThresholdLinks, low: Float) -> Bool {
    self.links = WholeThresholdUnits.pack(links.outgoing, into: packed, sizes: sizes)
    guard low == 0 || low == -1, self.links != nil else { return false }
    self.low = low
    change = low == 0 ? 1 : 2
    base.update(repeating: 0)
    if low == -1 {
      for unit in 0..<units { classes[unit] = Int32(unit) }
      send(classes, units, to: base, change: -1)
    }
    return true
  }

  func begin(with floats: FlatBuffer, _ count: Int) {
    for place in 0..<count {
      let state = row(states, place)
      for i in 0..<units { state[i] = floats.base[place * units + i] > 0 ? 1 : 0 }
    }
    for first in stride(from: 0, to: count, by: together) { receive(first..<min(first + together, count)) }
  }

  /// All inputs of at most `together` states.
  ///
  /// Units that are on in the same ones of these states are a class: their rows are summed once, and the sum is added to
  /// each of those states. Of four random states that takes 15/16 units rows, where each by itself takes half as many.
  private func receive(_ places: Range<Int>) {
    let (keys, classes, counts) = (keys, classes, counts)
    keys.update(repeating: 0)
    counts.update(repeating: 0)
    for (k, place) in places.enumerated() {
      let (state, bit) = (row(states, place), UInt8(k))
      for unit in 0..<units { keys[unit] |= UInt8(bitPattern: state[unit]) << bit }
    }
    for unit in 0..<units {
      let key = Int(keys[unit])
      classes[key * pitch + counts[key]] = Int32(unit)
      counts[key] += 1
    }
    let factor = Int16(change)
    for place in places { _ = row(inputs, place).update(fromContentsOf: base) }
    for key in 1..<1 << places.count where counts[key] > 0 {
      sum.update(repeating: 0)
      send(row(classes, key), counts[key], to: sum, change: 1)
      for (k, place) in places.enumerated() where key >> k & 1 == 1 {
        let inputs = row(inputs, place)
        // The product may leave 16 bits, but the sum does not.
        for i in 0..<pitch { inputs[i] &+= sum[i] &* factor }
      }
    }
  }

  func sweep(_ place: Int, order: UnsafeBufferPointer<Int32>) -> Int {
    WholeThresholdUnits.sweep(
      row(states, place), inputs: row(inputs, place), links: links, order: order, change: change)
  }

  func set(_ place: Int) -> Int {
    let k = place % together
    changed[k] = WholeThresholdUnits.setAll(
      row(states, place), inputs: .init(row(inputs, place)), changes: listed(k))
    return changed[k].on + changed[k].off
  }

  func update(_ places: Range<Int>) {
    let total = changed.prefix(places.count).reduce(0) { $0 + $1.on + $1.off }
    // The rest of the work on classes takes about as long as an eighth of the rows.
    if total * 8 > units * 9 { return receive(places) }
    for place in places {
      let k = place % together
      let (list, inputs) = (listed(k), row(inputs, place))
      send(list, changed[k].on, to: inputs, change: change)
      send(.init(rebasing: list[pitch...]), changed[k].off, to: inputs, change: -change)
    }
  }

  private func send(
    _ units: UnsafeMutableBufferPointer<Int32>, _ count: Int, to inputs: UnsafeMutableBufferPointer<Int16>,
    change: Int
  ) {
    WholeThresholdUnits.send(.init(rebasing: units[..<count]), to: inputs, links: links, change: change)
  }

  func read(_ place: Int, into state: UnsafeMutableBufferPointer<Float>) {
    let own = row(states, place)
    let low = low
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

  private func listed(_ k: Int) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(start: changes.baseAddress! + 2 * k * pitch, count: 2 * pitch)
  }
}
