import Networks

/// One sequence in a row: written by generators and files, read by the assembler.
///
/// A view of memory that the caller keeps; a fresh row is all zeros.
struct SequenceRow {
  let layout: SequenceLayout
  private let base: UnsafeMutableRawPointer
  private let inputs: UnsafeMutableRawPointer
  private let inputBytes: Int
  private let targets: UnsafeMutableRawPointer
  private let targetBytes: Int
  private let marks: UnsafeMutableRawPointer
  private let alternatives: UnsafeMutableRawPointer
  private let groups: UnsafeMutableRawPointer

  /// The row that begins at `base`.
  init(_ base: UnsafeMutableRawPointer, layout: SequenceLayout) {
    self.base = base
    self.layout = layout
    (inputs, inputBytes) = (base + layout.inputStart, layout.inputBytes)
    (targets, targetBytes) = (base + layout.targetStart, layout.targetBytes)
    marks = base + layout.scoringStart
    alternatives = base + layout.alternativesStart
    groups = base + layout.groupsStart
  }

  /// The row that begins at `base`, for reading.
  init(reading base: UnsafeRawPointer, layout: SequenceLayout) {
    self.init(UnsafeMutableRawPointer(mutating: base), layout: layout)
  }

  /// The number of steps, at least 1 in a row that is used.
  var length: Int {
    get { Int(base.load(as: UInt32.self)) }
    nonmutating set {
      precondition(
        newValue > 0 && newValue <= layout.format.steps, "\(newValue) of \(layout.format.steps) steps")
      base.storeBytes(of: UInt32(newValue), as: UInt32.self)
    }
  }

  // MARK: Steps

  /// The symbol at `step`; where the target is the next step, step `length` is the last target.
  func symbol(at step: Int) -> Int {
    symbol(inputs, layout.input, step)
  }

  func setSymbol(_ symbol: Int, at step: Int) {
    set(symbol, inputs, layout.input, step)
  }

  /// Value `feature` of `step`.
  func value(_ feature: Int, at step: Int) -> Float {
    value(inputs + step * inputBytes, layout.input, feature)
  }

  func setValue(_ value: Float, _ feature: Int, at step: Int) {
    set(value, inputs + step * inputBytes, layout.input, feature)
  }

  /// Copies steps that are stored as the row stores them.
  func copySteps(from steps: UnsafeRawBufferPointer) {
    precondition(steps.count <= layout.storedSteps * inputBytes, "more steps than the row has room for")
    if let first = steps.baseAddress { inputs.copyMemory(from: first, byteCount: steps.count) }
  }

  /// The values of all steps `[length, features]`, or their symbols as numbers `[length]`.
  var stepValues: [Float] {
    switch layout.format.input {
    case .symbols: (0..<length).map { Float(symbol(at: $0)) }
    case .values(let count): (0..<length * count).map { value($0 % count, at: $0 / count) }
    }
  }

  /// Calls `body` with each value of `step` that is stored; of bits, with those that are 1.
  @inline(__always)
  func forEachValue(at step: Int, _ body: (_ feature: Int, _ value: Float) -> Void) {
    forEach(layout.input, layout.format.input.count, inputs + step * inputBytes, body)
  }

  /// Calls `body` with each value of the target at `step`; of bits, with those that are 1.
  @inline(__always)
  func forEachTargetValue(at step: Int, _ body: (_ feature: Int, _ value: Float) -> Void) {
    switch layout.targets {
    case .next: forEachValue(at: step + 1, body)
    case .each: forEach(layout.target, layout.format.target.count, targets + step * targetBytes, body)
    case .last: forEach(layout.target, layout.format.target.count, targets, body)
    }
  }

  @inline(__always)
  private func forEach(
    _ cell: SequenceLayout.Cell, _ count: Int, _ start: UnsafeMutableRawPointer,
    _ body: (_ feature: Int, _ value: Float) -> Void
  ) {
    guard cell == .bits else {
      for feature in 0..<count { body(feature, start.load(fromByteOffset: 4 * feature, as: Float.self)) }
      return
    }
    // 64 bits at a time, then what is left.
    let bytes = (count + 7) / 8
    for first in stride(from: 0, to: bytes & ~7, by: 8) {
      var bits = start.loadUnaligned(fromByteOffset: first, as: UInt64.self).littleEndian
      while bits != 0 {
        body(8 * first + bits.trailingZeroBitCount, 1)
        bits &= bits &- 1
      }
    }
    for byte in bytes & ~7..<bytes {
      var bits = start.load(fromByteOffset: byte, as: UInt8.self)
      while bits != 0 {
        body(8 * byte + bits.trailingZeroBitCount, 1)
        bits &= bits &- 1
      }
    }
  }

  // MARK: Targets

  /// What is to be said at `step`, as a symbol.
  func targetSymbol(at step: Int) -> Int {
    switch layout.targets {
    case .next: symbol(at: step + 1)
    case .each: symbol(targets, layout.target, step)
    case .last: symbol(targets, layout.target, 0)
    }
  }

  /// Sets the target of `step`; `step` does not matter where there is one only.
  func setTargetSymbol(_ symbol: Int, at step: Int) {
    set(symbol, targets, layout.target, layout.targets == .last ? 0 : step)
  }

  /// What is to be said at `step`, as values.
  func targetValue(_ feature: Int, at step: Int) -> Float {
    switch layout.targets {
    case .next: value(feature, at: step + 1)
    case .each: value(targets + step * targetBytes, layout.target, feature)
    case .last: value(targets, layout.target, feature)
    }
  }

  func setTargetValue(_ value: Float, _ feature: Int, at step: Int) {
    let step = layout.targets == .last ? 0 : step
    set(value, targets + step * targetBytes, layout.target, feature)
  }

  // MARK: Scores, alternatives, groups

  /// Whether `step` is scored.
  func isScored(at step: Int) -> Bool {
    switch layout.scoring {
    case .all: true
    case .last: step == length - 1
    case .marked: bit(marks, step)
    }
  }

  func setScored(at step: Int) {
    setBit(marks, step)
  }

  /// Whether `symbol` would be right at `step`.
  func allows(_ symbol: Int, at step: Int) -> Bool {
    bit(alternatives + step * layout.alternativeBytes, symbol)
  }

  func setAllowed(_ symbol: Int, at step: Int) {
    setBit(alternatives + step * layout.alternativeBytes, symbol)
  }

  /// The group of the target at `step`.
  func group(at step: Int) -> Int {
    Int(groups.load(fromByteOffset: step, as: UInt8.self))
  }

  func setGroup(_ group: Int, at step: Int) {
    groups.storeBytes(of: UInt8(group), toByteOffset: step, as: UInt8.self)
  }

  // MARK: Cells

  private func symbol(_ start: UnsafeMutableRawPointer, _ cell: SequenceLayout.Cell, _ index: Int) -> Int {
    cell == .byte
      ? Int(start.load(fromByteOffset: index, as: UInt8.self))
      : Int(start.load(fromByteOffset: 2 * index, as: UInt16.self))
  }

  private func set(
    _ symbol: Int, _ start: UnsafeMutableRawPointer, _ cell: SequenceLayout.Cell, _ index: Int
  ) {
    if cell == .byte {
      start.storeBytes(of: UInt8(symbol), toByteOffset: index, as: UInt8.self)
    } else {
      start.storeBytes(of: UInt16(symbol), toByteOffset: 2 * index, as: UInt16.self)
    }
  }

  private func value(_ start: UnsafeMutableRawPointer, _ cell: SequenceLayout.Cell, _ index: Int) -> Float {
    cell == .bits ? (bit(start, index) ? 1 : 0) : start.load(fromByteOffset: 4 * index, as: Float.self)
  }

  private func set(
    _ value: Float, _ start: UnsafeMutableRawPointer, _ cell: SequenceLayout.Cell, _ index: Int
  ) {
    if cell == .bits {
      if value != 0 { setBit(start, index) }
    } else {
      start.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
    }
  }

  private func bit(_ start: UnsafeMutableRawPointer, _ index: Int) -> Bool {
    start.load(fromByteOffset: index >> 3, as: UInt8.self) >> (index & 7) & 1 == 1
  }

  private func setBit(_ start: UnsafeMutableRawPointer, _ index: Int) {
    let byte = start.load(fromByteOffset: index >> 3, as: UInt8.self)
    start.storeBytes(of: byte | 1 << (index & 7), toByteOffset: index >> 3, as: UInt8.self)
  }
}
