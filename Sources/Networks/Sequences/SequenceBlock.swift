import Kernels

/// Some steps of some sequences of a batch, copied so that each row is a whole number of vectors.
///
/// Columns beyond the batch hold symbol 0, values 0 and no targets. Values whose rows are whole vectors already are read
/// where they are: the batch must stay while the block is used. A block belongs to one thread.
final class SequenceBlock {
  /// The time steps.
  private(set) var steps = 0
  /// The sequences.
  private(set) var batch = 0
  /// The floats of a row.
  private(set) var pitch = 0
  /// Whether all sequences are as long as the block.
  private(set) var isFull = true
  /// The runs of steps at which any sequence is scored.
  private(set) var scoredRuns: [Range<Int>] = []
  private let format: SequenceFormat
  private let targetsAreValues: Bool
  private var integers: [UnsafeMutableBufferPointer<Int32>] = []
  private var floats: [FlatBuffer] = []
  private var valuesBase: UnsafeMutablePointer<Float>
  private var targetsBase: UnsafeMutablePointer<Float>

  /// A block for data of this format; with `targetsAreValues`, target symbols become one-hot codes.
  init(_ format: SequenceFormat, targetsAreValues: Bool) {
    self.format = format
    self.targetsAreValues = targetsAreValues
    integers = (0..<5).map { _ in .allocate(capacity: 0) }
    floats = (0..<4).map { _ in FlatBuffer(count: 0) }
    valuesBase = floats[0].base
    targetsBase = floats[1].base
  }

  deinit { for block in integers { block.deallocate() } }

  /// The length of each sequence, counted from the block's first step; at most `steps`, 0 where it has ended before.
  var lengths: UnsafeMutablePointer<Int32> { integers[0].baseAddress! }
  /// The symbols `[T, pitch]`.
  var symbols: UnsafeMutablePointer<Int32> { integers[1].baseAddress! }
  /// The target symbols `[T, pitch]`, -1 where nothing is scored.
  var targetSymbols: UnsafeMutablePointer<Int32> { integers[2].baseAddress! }
  /// What identifies the sequences to the random streams `[pitch]`.
  var examples: UnsafeMutablePointer<Int32> { integers[3].baseAddress! }
  /// The groups of the targets `[T, pitch]`, -1 for none.
  var groups: UnsafeMutablePointer<Int32> { integers[4].baseAddress! }
  /// The values `[T, features, pitch]`.
  var values: TimeSlices { TimeSlices(valuesBase, rows: format.input.count, pitch: pitch) }
  /// The target values `[T, outputs, pitch]`.
  var targetValues: TimeSlices { TimeSlices(targetsBase, rows: format.target.count, pitch: pitch) }
  /// What else would be right `[T, outputs, pitch]`.
  var alternatives: TimeSlices { TimeSlices(floats[2].base, rows: format.target.count, pitch: pitch) }
  /// 1 where a step is scored `[T, pitch]`.
  var scored: UnsafeMutablePointer<Float> { floats[3].base }

  /// Copies steps `time` of the sequences `columns`.
  func load(
    _ sequence: SequenceBatch, examples ids: UnsafeBufferPointer<UInt32>, total: Int, time: Range<Int>,
    columns: Range<Int>
  ) {
    steps = time.count
    batch = columns.count
    pitch = TimeSlices.pitch(batch)
    reserveIntegers(0, pitch)
    reserveIntegers(3, pitch)
    isFull = true
    for b in 0..<pitch {
      let length = b < batch ? Int(sequence.lengths[columns.lowerBound + b]) - time.lowerBound : steps
      lengths[b] = Int32(max(0, min(length, steps)))
      if length < steps { isFull = false }
      examples[b] = b < batch && !ids.isEmpty ? Int32(bitPattern: ids[columns.lowerBound + b]) : 0
    }
    loadInputs(sequence, total, time, columns)
    loadTargets(sequence, total, time, columns)
  }

  private func loadInputs(_ sequence: SequenceBatch, _ total: Int, _ time: Range<Int>, _ columns: Range<Int>)
  {
    switch format.input {
    case .symbols:
      reserveIntegers(1, steps * pitch)
      copy(sequence.symbols, total, rows: 1, time, columns, to: symbols, padding: 0)
    case .values(let count):
      valuesBase = rows(sequence.values, total, count, time, columns, block: 0)
    }
  }

  private func loadTargets(
    _ sequence: SequenceBatch, _ total: Int, _ time: Range<Int>, _ columns: Range<Int>
  ) {
    let outputs = format.target.count
    reserveFloats(3, steps * pitch)
    copy(sequence.scored, total, rows: 1, time, columns, to: scored, padding: 0)
    switch format.target {
    case .symbols:
      reserveIntegers(2, steps * pitch)
      copy(sequence.targetSymbols, total, rows: 1, time, columns, to: targetSymbols, padding: -1)
      for i in 0..<steps * pitch where scored[i] == 0 || targetSymbols[i] < 0 {
        scored[i] = 0
        targetSymbols[i] = -1
      }
      if targetsAreValues {
        reserveFloats(1, steps * outputs * pitch)
        targetsBase = floats[1].base
        for t in 0..<steps {
          Layout.oneHot(
            UnsafeBufferPointer(start: targetSymbols + t * pitch, count: pitch), classes: outputs,
            into: UnsafeMutableBufferPointer(start: targetValues[t], count: outputs * pitch))
        }
      }
    case .values(let count):
      targetsBase = rows(sequence.targetValues, total, count, time, columns, block: 1)
    }
    if format.hasAlternatives {
      reserveFloats(2, steps * outputs * pitch)
      if sequence.alternatives.isEmpty {
        // A sequence that is being written: what else would be right is not known.
        alternatives.base.update(repeating: 0, count: steps * outputs * pitch)
      } else {
        copy(sequence.alternatives, total, rows: outputs, time, columns, to: alternatives.base, padding: 0)
      }
    }
    if !format.groups.isEmpty {
      reserveIntegers(4, steps * pitch)
      if sequence.groups.isEmpty {
        groups.update(repeating: -1, count: steps * pitch)
      } else {
        copy(sequence.groups, total, rows: 1, time, columns, to: groups, padding: -1)
      }
    }
    findScoredRuns()
  }

  private func findScoredRuns() {
    scoredRuns.removeAll(keepingCapacity: true)
    var start: Int?
    for t in 0..<steps {
      let row = scored + t * pitch
      var isScored = false
      for b in 0..<batch where row[b] != 0 { isScored = true }
      if isScored, start == nil { start = t }
      if !isScored, let first = start {
        scoredRuns.append(first..<t)
        start = nil
      }
    }
    if let first = start { scoredRuns.append(first..<steps) }
  }

  /// Where the values of the batch lie in rows of whole vectors: in the batch itself, or copied into a block of floats.
  private func rows(
    _ source: UnsafeBufferPointer<Float>, _ total: Int, _ count: Int, _ time: Range<Int>,
    _ columns: Range<Int>, block: Int
  ) -> UnsafeMutablePointer<Float> {
    if batch == total && batch == pitch {
      return UnsafeMutablePointer(mutating: source.baseAddress! + time.lowerBound * count * total)
    }
    reserveFloats(block, steps * count * pitch)
    copy(source, total, rows: count, time, columns, to: floats[block].base, padding: 0)
    return floats[block].base
  }

  /// Rows `[T, rows, total]` of the batch to rows `[steps, rows, pitch]` of the block.
  private func copy<Number>(
    _ source: UnsafeBufferPointer<Number>, _ total: Int, rows: Int, _ time: Range<Int>, _ columns: Range<Int>,
    to target: UnsafeMutablePointer<Number>, padding: Number
  ) {
    let from = source.baseAddress! + time.lowerBound * rows * total + columns.lowerBound
    if batch == total && batch == pitch {
      target.update(from: from, count: steps * rows * pitch)
      return
    }
    for row in 0..<steps * rows {
      (target + row * pitch).update(from: from + row * total, count: batch)
      (target + row * pitch + batch).update(repeating: padding, count: pitch - batch)
    }
  }

  private func reserveIntegers(_ index: Int, _ count: Int) {
    guard integers[index].count < count else { return }
    integers[index].deallocate()
    integers[index] = .zeros(count)
  }

  private func reserveFloats(_ index: Int, _ count: Int) {
    if floats[index].count < count { floats[index] = FlatBuffer(count: count) }
  }
}
