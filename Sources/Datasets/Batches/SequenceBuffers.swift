import Networks

/// The memory of the sequences of a batch: filled from rows, time outermost and the batch innermost.
///
/// It grows to the largest batch that was asked for, so that nothing is allocated once the longest sequences have come.
final class SequenceBuffers {
  private var lengths = GrowingBuffer<Int32>()
  private var symbols = GrowingBuffer<Int32>()
  private var values = GrowingBuffer<Float>()
  private var targetSymbols = GrowingBuffer<Int32>()
  private var targetValues = GrowingBuffer<Float>()
  private var alternatives = GrowingBuffer<Float>()
  private var scored = GrowingBuffer<Float>()
  private var groups = GrowingBuffer<Int32>()

  deinit {
    for buffer in [lengths, symbols, targetSymbols, groups] { buffer.deallocate() }
    for buffer in [values, targetValues, alternatives, scored] { buffer.deallocate() }
  }

  /// The sequences of `block`, whose rows are laid out as `layout`, with values as `normalization` makes them.
  func fill(_ block: RowBlock, _ layout: SequenceLayout, _ normalization: Normalization) -> SequenceBatch {
    let (batch, format) = (block.count, layout.format)
    let rowBytes = layout.rowBytes
    let lengths = lengths.take(batch, repeating: 0)
    var steps = 0
    for index in 0..<batch {
      let length = SequenceRow(reading: block.row(index, bytes: rowBytes), layout: layout).length
      precondition(length > 0 && length <= format.steps, "a row of \(length) steps, room for \(format.steps)")
      lengths[index] = Int32(length)
      steps = max(steps, length)
    }
    let plane = steps * batch
    let result = Planes(
      batch: batch, normalization: normalization,
      symbols: symbols.take(format.input.isSymbols ? plane : 0, repeating: 0),
      values: values.take(format.input.isSymbols ? 0 : plane * format.input.count, repeating: 0),
      targetSymbols: targetSymbols.take(format.target.isSymbols ? plane : 0, repeating: -1),
      targetValues: targetValues.take(
        format.target.isSymbols ? 0 : plane * format.target.count, repeating: 0),
      alternatives: alternatives.take(format.hasAlternatives ? plane * format.target.count : 0, repeating: 0),
      scored: scored.take(plane, repeating: 0),
      groups: groups.take(format.groups.isEmpty ? 0 : plane, repeating: -1))
    // Some steps of all sequences at a time: where they go stays in the first-level cache.
    for start in stride(from: 0, to: steps, by: 4) {
      for index in 0..<batch {
        let row = SequenceRow(reading: block.row(index, bytes: rowBytes), layout: layout)
        let part = min(start, row.length)..<min(start + 4, row.length)
        result.fillInputs(of: index, from: row, part)
        result.fillTargets(of: index, from: row, part)
      }
    }
    return SequenceBatch(
      steps: steps, lengths: UnsafeBufferPointer(lengths), symbols: UnsafeBufferPointer(result.symbols),
      values: UnsafeBufferPointer(result.values), targetSymbols: UnsafeBufferPointer(result.targetSymbols),
      targetValues: UnsafeBufferPointer(result.targetValues),
      alternatives: UnsafeBufferPointer(result.alternatives), scored: UnsafeBufferPointer(result.scored),
      groups: UnsafeBufferPointer(result.groups))
  }
}

/// The planes of a batch while they are filled.
private struct Planes {
  let batch: Int
  let normalization: Normalization
  let symbols: UnsafeMutableBufferPointer<Int32>
  let values: UnsafeMutableBufferPointer<Float>
  let targetSymbols: UnsafeMutableBufferPointer<Int32>
  let targetValues: UnsafeMutableBufferPointer<Float>
  let alternatives: UnsafeMutableBufferPointer<Float>
  let scored: UnsafeMutableBufferPointer<Float>
  let groups: UnsafeMutableBufferPointer<Int32>

  func fillInputs(of index: Int, from row: SequenceRow, _ steps: Range<Int>) {
    switch row.layout.format.input {
    case .symbols:
      for step in steps { symbols[step * batch + index] = Int32(row.symbol(at: step)) }
    case .values(let count):
      for step in steps {
        row.forEachValue(at: step) { feature, value in
          values[(step * count + feature) * batch + index] = normalization(value, feature)
        }
      }
    }
  }

  func fillTargets(of index: Int, from row: SequenceRow, _ steps: Range<Int>) {
    let layout = row.layout
    let targets = layout.scoring == .last ? steps.clamped(to: row.length - 1..<row.length) : steps
    for step in targets where row.isScored(at: step) {
      let place = step * batch + index
      scored[place] = 1
      if !layout.format.groups.isEmpty { groups[place] = Int32(row.group(at: step)) }
      switch layout.format.target {
      case .symbols: targetSymbols[place] = Int32(row.targetSymbol(at: step))
      case .values(let count):
        // Targets that are steps themselves are measured as the steps are; all others are left alone.
        let isNext = layout.targets == .next
        row.forEachTargetValue(at: step) { feature, value in
          targetValues[(step * count + feature) * batch + index] =
            isNext ? normalization(value, feature) : value
        }
      }
      if layout.format.hasAlternatives {
        let count = layout.format.target.count
        for symbol in 0..<count where row.allows(symbol, at: step) {
          alternatives[(step * count + symbol) * batch + index] = 1
        }
      }
    }
  }
}

extension Normalization {
  /// One value, prepared.
  fileprivate func callAsFunction(_ value: Float, _ feature: Int) -> Float {
    let which = isUniform ? 0 : feature
    return value * scale[which] + offset[which]
  }
}

extension SequenceFormat.Step {
  /// Whether a step is a symbol.
  var isSymbols: Bool {
    if case .symbols = self { true } else { false }
  }
}

/// Memory that is allocated anew only where more is asked for than ever before.
private struct GrowingBuffer<Element: BitwiseCopyable> {
  private var memory = UnsafeMutableBufferPointer<Element>(start: nil, count: 0)

  /// `count` elements of this value.
  mutating func take(_ count: Int, repeating value: Element) -> UnsafeMutableBufferPointer<Element> {
    if memory.count < count {
      memory.deallocate()
      // Half as much again, so that slowly growing sequences do not ask every time.
      memory = .allocate(capacity: count + count / 2)
    }
    let part = UnsafeMutableBufferPointer(rebasing: memory[..<count])
    part.initialize(repeating: value)
    return part
  }

  func deallocate() {
    memory.deallocate()
  }
}
