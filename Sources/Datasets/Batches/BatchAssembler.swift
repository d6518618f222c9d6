import Kernels
import Networks

/// Makes batches: gathers the rows of some examples into inputs `[features…, batch]`, distorted in training, padded and
/// normalised, with their labels. Of sequences it makes `Batch.sequence`, as long as the longest of the batch.
///
/// One object a thread; a batch is valid until the next is assembled. After `init` nothing is allocated; for sequences
/// and rows that are computed, once the longest have come.
public final class BatchAssembler {
  /// How rows are stored.
  public let format: RowFormat
  /// How they are prepared.
  public let preparation: Preparation
  /// The shape of one input.
  public let inputShape: Shape
  /// The most examples of a batch.
  public let maximumBatch: Int
  private let inputs: UnsafeMutableBufferPointer<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  private let examples: UnsafeMutableBufferPointer<UInt32>
  // Distorted or padded images [batch, features] on their way into the batch, and their numbers 0, 1, …
  private let rows: UnsafeMutableBufferPointer<Float>
  private let numbers: UnsafeMutableBufferPointer<UInt32>
  private let distorter: ImageDistorter?
  private let sequences: SequenceBuffers?
  private let room = RowRoom()

  /// An assembler for batches of at most `maximumBatch` examples.
  ///
  /// - Throws: `DataError` where rows of `format` cannot be prepared as asked.
  public init(format: RowFormat, preparation: Preparation, maximumBatch: Int) throws {
    precondition(maximumBatch > 0, "a batch of at least one example")
    try preparation.validate(for: format)
    self.format = format
    self.preparation = preparation
    self.maximumBatch = maximumBatch
    inputShape = preparation.inputShape(for: format.shape)
    inputs = .zeros(inputShape.count * maximumBatch)
    labels = .zeros(format.hasLabels ? maximumBatch : 0)
    examples = .zeros(maximumBatch)
    let distorts = !preparation.augmentation.isOff
    let copies = distorts || (preparation.padding > 0 && format.element == .float)
    rows = .zeros(copies ? inputShape.count * maximumBatch : 0)
    numbers = .allocate(capacity: maximumBatch)
    for index in numbers.indices { numbers.initializeElement(at: index, to: UInt32(index)) }
    sequences = format.layout == nil ? nil : SequenceBuffers()
    distorter =
      distorts
      ? ImageDistorter(preparation.augmentation, shape: format.shape, padding: preparation.padding) : nil
  }

  deinit {
    inputs.deallocate()
    labels.deallocate()
    examples.deallocate()
    rows.deallocate()
    numbers.deallocate()
  }

  /// The batch of `wanted` examples.
  ///
  /// - Parameter random: the seed and, as step, the epoch for training; nil for evaluation, which distorts nothing.
  public func assemble(
    _ wanted: UnsafeBufferPointer<UInt32>, from source: some ExampleSource, random: RandomAddress?
  ) -> Batch {
    precondition(source.format.matches(format), "rows of another format than the assembler's")
    return assemble(source.block(for: wanted, in: room), format: source.format, random: random)
  }

  /// The batch of the examples at `positions` of an epoch, distorted as the plan's seed and epoch say.
  public func assemble(
    at positions: Range<Int>, of plan: ShardPlan, from source: some ExampleSource
  ) -> Batch {
    precondition(positions.count <= maximumBatch, "\(positions.count) examples, room for \(maximumBatch)")
    let wanted = plan.examples(at: positions, into: examples)
    let random = RandomAddress(seed: plan.seed, step: UInt64(plan.epoch), stream: .augmentation(0))
    return assemble(wanted, from: source, random: random)
  }

  /// The batch of the examples `range` as they lie in the set, for evaluation.
  public func assemble(evaluating range: Range<Int>, from source: some ExampleSource) -> Batch {
    precondition(range.count <= maximumBatch, "\(range.count) examples, room for \(maximumBatch)")
    for (index, example) in range.enumerated() { examples[index] = UInt32(example) }
    return assemble(UnsafeBufferPointer(rebasing: examples[..<range.count]), from: source, random: nil)
  }

  /// Says to `source` that the examples at `positions` will be asked for soon: call it for the next step.
  public func readAhead(at positions: Range<Int>, of plan: ShardPlan, from source: some ExampleSource) {
    // Few enough at a time that the list lies on the stack.
    let piece = 128
    for first in stride(from: positions.lowerBound, to: positions.upperBound, by: piece) {
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: piece) { room in
        source.readAhead(plan.examples(at: first..<min(first + piece, positions.upperBound), into: room))
      }
    }
  }

  /// The batch of the rows of `block`.
  public func assemble(_ block: RowBlock, random: RandomAddress?) -> Batch {
    assemble(block, format: format, random: random)
  }

  // Sequences of an evaluation may be longer than those that are trained on: `format` is that of the block.
  private func assemble(_ block: RowBlock, format: RowFormat, random: RandomAddress?) -> Batch {
    let count = block.count
    precondition(count <= maximumBatch, "\(count) examples, room for \(maximumBatch)")
    var sequence: SequenceBatch?
    if let sequences, let layout = format.layout {
      sequence = sequences.fill(block, layout, preparation.normalization)
    } else {
      fill(block, random: random)
    }
    if format.hasLabels, let source = block.labels {
      for index in 0..<count { labels[index] = source[Int(block.rowNumbers[index])] }
    }
    for index in 0..<count { examples[index] = block.examples[index] }
    var batch = Batch(
      inputs: Tensor(shape: inputShape, batch: count, base: inputs.baseAddress!),
      labels: UnsafeBufferPointer(rebasing: labels[..<(format.hasLabels ? count : 0)]),
      examples: UnsafeBufferPointer(rebasing: examples[..<count]))
    batch.sequence = sequence
    return batch
  }

  // Distorted or padded rows come into `rows` first, all others straight from where they lie.
  private func fill(_ block: RowBlock, random: RandomAddress?) {
    let count = block.count
    guard count > 0 else { return }
    let target = UnsafeMutableBufferPointer(rebasing: inputs[..<(inputShape.count * count)])
    let normalization = preparation.normalization
    let (scale, offset) = normalization.isUniform ? (normalization.scale[0], normalization.offset[0]) : (1, 0)
    if let distorter, let random {
      for index in 0..<count {
        distorter.distort(
          block.row(index, bytes: format.rowBytes), element: format.element, random: random,
          example: block.examples[index], into: rows.baseAddress! + index * inputShape.count)
      }
      gatherRows(count, into: target, scale: scale, offset: offset)
    } else if inputShape != format.shape, format.element == .float {
      for index in 0..<count {
        pad(block.row(index, bytes: format.rowBytes), into: rows.baseAddress! + index * inputShape.count)
      }
      gatherRows(count, into: target, scale: scale, offset: offset)
    } else {
      gather(block, into: target, scale: scale, offset: offset)
    }
    if !normalization.isUniform { normalizeFeatures(target, count: count) }
  }

  private func gatherRows(
    _ count: Int, into target: UnsafeMutableBufferPointer<Float>, scale: Float, offset: Float
  ) {
    Layout.gather(
      UnsafeBufferPointer(rebasing: rows[..<(inputShape.count * count)]), features: inputShape.count,
      indices: UnsafeBufferPointer(rebasing: numbers[..<count]), into: target, scale: scale, offset: offset)
  }

  private func gather(
    _ block: RowBlock, into target: UnsafeMutableBufferPointer<Float>, scale: Float, offset: Float
  ) {
    let features = format.shape.count
    let all = UnsafeRawBufferPointer(start: block.base, count: block.rows * format.rowBytes)
    guard format.element == .uint8 else {
      Layout.gather(
        all.bindMemory(to: Float.self), features: features, indices: block.rowNumbers, into: target,
        scale: scale,
        offset: offset)
      return
    }
    guard inputShape != format.shape else {
      Layout.gather(
        all, features: features, indices: block.rowNumbers, into: target, scale: scale, offset: offset)
      return
    }
    let (stored, padded) = (format.shape.extents, inputShape.extents)
    Layout.gatherPadded(
      all, planes: stored[0], height: stored[1], width: stored[2], outHeight: padded[1], outWidth: padded[2],
      indices: block.rowNumbers, into: target, scale: scale, offset: offset,
      background: preparation.normalization.background)
  }

  private func pad(_ row: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>) {
    let source = row.assumingMemoryBound(to: Float.self)
    let (height, width) = (format.shape.extents[1], format.shape.extents[2])
    let (paddedHeight, paddedWidth) = (inputShape.extents[1], inputShape.extents[2])
    target.update(repeating: 0, count: inputShape.count)
    for line in 0..<format.shape.extents[0] * height {
      let (channel, y) = (line / height, line % height)
      let first = (channel * paddedHeight + y + preparation.padding) * paddedWidth + preparation.padding
      (target + first).update(from: source + line * width, count: width)
    }
  }

  private func normalizeFeatures(_ target: UnsafeMutableBufferPointer<Float>, count: Int) {
    for feature in 0..<inputShape.count {
      let scale = preparation.normalization.scale[feature]
      let offset = preparation.normalization.offset[feature]
      for index in feature * count..<(feature + 1) * count { target[index] = target[index] * scale + offset }
    }
  }
}
