import Networks

/// Makes batches: gathers the rows of some examples into inputs `[features…, batch]`, distorted in training, padded and
/// normalised, with their labels.
///
/// One object a thread; a batch is valid until the next is assembled. After `init` nothing is allocated.
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
  // Distorted images [batch, features] on their way into the batch.
  private let distorted: UnsafeMutableBufferPointer<Float>
  private let distorter: ImageDistorter?

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
    inputs = .allocate(capacity: inputShape.count * maximumBatch)
    inputs.initialize(repeating: 0)
    labels = .allocate(capacity: format.hasLabels ? maximumBatch : 0)
    labels.initialize(repeating: 0)
    examples = .allocate(capacity: maximumBatch)
    examples.initialize(repeating: 0)
    let distorts = !preparation.augmentation.isOff
    distorted = .allocate(capacity: distorts ? inputShape.count * maximumBatch : 0)
    distorted.initialize(repeating: 0)
    distorter =
      distorts
      ? ImageDistorter(preparation.augmentation, shape: format.shape, padding: preparation.padding) : nil
  }

  deinit {
    inputs.deallocate()
    labels.deallocate()
    examples.deallocate()
    distorted.deallocate()
  }

  /// The batch of `wanted` examples.
  ///
  /// - Parameter random: the seed and, as step, the epoch for training; nil for evaluation, which distorts nothing.
  public func assemble(
    _ wanted: UnsafeBufferPointer<UInt32>, from source: some ExampleSource, random: RandomAddress?
  ) -> Batch {
    precondition(source.format == format, "rows of another format than the assembler's")
    return assemble(source.block(for: wanted), random: random)
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

  /// The batch of the rows of `block`.
  public func assemble(_ block: RowBlock, random: RandomAddress?) -> Batch {
    let count = block.count
    precondition(count <= maximumBatch, "\(count) examples, room for \(maximumBatch)")
    if let distorter, let random {
      distort(block, with: distorter, random: random)
    } else {
      gather(block)
    }
    if format.hasLabels, let source = block.labels {
      for index in 0..<count { labels[index] = source[Int(block.rowNumbers[index])] }
    }
    for index in 0..<count { examples[index] = block.examples[index] }
    return Batch(
      inputs: Tensor(shape: inputShape, batch: count, base: inputs.baseAddress!),
      labels: UnsafeBufferPointer(rebasing: labels[..<(format.hasLabels ? count : 0)]),
      examples: UnsafeBufferPointer(rebasing: examples[..<count]))
  }

  private func distort(_ block: RowBlock, with distorter: ImageDistorter, random: RandomAddress) {
    let features = inputShape.count
    for index in 0..<block.count {
      distorter.distort(
        block.base + Int(block.rowNumbers[index]) * format.rowBytes, element: format.element, random: random,
        example: block.examples[index], into: distorted.baseAddress! + index * features)
    }
    let count = block.count
    for index in 0..<count {
      let row = distorted.baseAddress! + index * features
      write(row, features: 0..<features, to: inputs.baseAddress! + index, pitch: count)
    }
  }

  private func gather(_ block: RowBlock) {
    let count = block.count
    let stored = format.shape.extents
    let padding = inputShape == format.shape ? 0 : preparation.padding
    if padding > 0 {
      UnsafeMutableBufferPointer(rebasing: inputs[..<(inputShape.count * count)])
        .update(repeating: preparation.normalization.background)
    }
    // A padded image is written line by line, anything else as one line.
    let lines = padding > 0 ? stored[0] * stored[1] : 1
    let length = format.shape.count / lines
    for index in 0..<count {
      let row = block.base + Int(block.rowNumbers[index]) * format.rowBytes
      for line in 0..<lines {
        let target = inputs.baseAddress! + start(ofLine: line, padding: padding) * count + index
        let features = line * length..<(line + 1) * length
        switch format.element {
        case .uint8: write(row.assumingMemoryBound(to: UInt8.self), features: features, to: target, pitch: count)
        case .float: write(row.assumingMemoryBound(to: Float.self), features: features, to: target, pitch: count)
        }
      }
    }
  }

  // The feature of the padded image where line `line` of the stored one begins.
  private func start(ofLine line: Int, padding: Int) -> Int {
    guard padding > 0 else { return 0 }
    let (height, width) = (format.shape.extents[1], format.shape.extents[2])
    let (channel, y) = (line / height, line % height)
    return (channel * (height + 2 * padding) + y + padding) * (width + 2 * padding) + padding
  }

  private func write(
    _ row: UnsafePointer<UInt8>, features: Range<Int>, to target: UnsafeMutablePointer<Float>, pitch: Int
  ) {
    let normalization = preparation.normalization
    let uniform = normalization.isUniform
    for (index, feature) in features.enumerated() {
      let which = uniform ? 0 : feature
      target[index * pitch] = Float(row[feature]) * normalization.scale[which] + normalization.offset[which]
    }
  }

  private func write(
    _ row: UnsafePointer<Float>, features: Range<Int>, to target: UnsafeMutablePointer<Float>, pitch: Int
  ) {
    let normalization = preparation.normalization
    let uniform = normalization.isUniform
    for (index, feature) in features.enumerated() {
      let which = uniform ? 0 : feature
      target[index * pitch] = row[feature] * normalization.scale[which] + normalization.offset[which]
    }
  }
}
