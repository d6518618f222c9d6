import Networks

/// Sequences for tests: a batch over memory of its own, and what can be done with it.
final class SequenceSample {
  let format: SequenceFormat
  let lengths: [Int]
  let steps: Int
  private(set) var symbols: [Int32] = []
  private(set) var values: [Float] = []
  private(set) var targetSymbols: [Int32] = []
  private(set) var targetValues: [Float] = []
  private(set) var alternatives: [Float] = []
  private(set) var scored: [Float] = []
  private var groups: [Int32] = []
  private let ids: [UInt32]

  /// Random sequences of these lengths; every step is scored but those that `isScored` refuses.
  init(
    _ format: SequenceFormat, lengths: [Int], seed: UInt64 = 1, first: UInt32 = 0,
    isScored: (Int, Int) -> Bool = { _, _ in true }
  ) {
    self.format = format
    self.lengths = lengths
    steps = lengths.max() ?? 0
    ids = lengths.indices.map { UInt32($0) + first }
    for t in 0..<steps {
      for (b, length) in lengths.enumerated() {
        scored.append(t < length && isScored(t, b) ? 1 : 0)
      }
    }
    fill(format.input, seed: seed, &symbols, &values, gap: 0)
    fill(format.target, seed: seed + 1, &targetSymbols, &targetValues, gap: -1)
    // Groups take turns in time.
    if !format.groups.isEmpty {
      groups = scored.indices.map { scored[$0] == 0 ? -1 : Int32($0 / lengths.count % format.groups.count) }
    }
    if format.hasAlternatives {
      alternatives = Array(repeating: 0, count: steps * format.target.count * lengths.count)
    }
  }

  private func number(_ seed: UInt64, _ t: Int, _ b: Int, _ f: Int) -> UInt64 {
    var x = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(ids[b]) &* 7919 &+ UInt64(t) &* 104_729 &+ UInt64(f) &* 31
    x ^= x >> 29
    x = x &* 0xBF58_476D_1CE4_E5B9
    x ^= x >> 32
    return x
  }

  private func fill(
    _ step: SequenceFormat.Step, seed: UInt64, _ symbols: inout [Int32], _ values: inout [Float], gap: Int32
  ) {
    for t in 0..<steps {
      switch step {
      case .symbols(let count):
        for (b, length) in lengths.enumerated() {
          symbols.append(t < length ? Int32(number(seed, t, b, 0) % UInt64(count)) : gap)
        }
      case .values(let count):
        for f in 0..<count {
          for (b, length) in lengths.enumerated() {
            values.append(t < length ? Float(number(seed, t, b, f) % 1000) / 1000 : 0)
          }
        }
      }
    }
  }

  /// Changes the inputs or targets, by (time, sequence, feature).
  func setValue(_ value: Float, _ t: Int, _ b: Int, _ f: Int = 0) {
    values[(t * format.input.count + f) * lengths.count + b] = value
  }
  func setTarget(_ value: Float, _ t: Int, _ b: Int, _ f: Int = 0) {
    targetValues[(t * format.target.count + f) * lengths.count + b] = value
  }
  func setSymbol(_ symbol: Int32, _ t: Int, _ b: Int) { symbols[t * lengths.count + b] = symbol }
  func setTargetSymbol(_ symbol: Int32, _ t: Int, _ b: Int) { targetSymbols[t * lengths.count + b] = symbol }
  func allow(_ symbol: Int, _ t: Int, _ b: Int) {
    alternatives[(t * format.target.count + symbol) * lengths.count + b] = 1
  }

  /// Hands the batch to `body`.
  func withBatch<Result>(state: LaneState? = nil, _ body: (Batch) throws -> Result) rethrows -> Result {
    let lengths = self.lengths.map { Int32($0) }
    let block = FlatBuffer(count: 1)
    return try lengths.withUnsafeBufferPointer { lengths in
      try symbols.withUnsafeBufferPointer { symbols in
        try values.withUnsafeBufferPointer { values in
          try targetSymbols.withUnsafeBufferPointer { targetSymbols in
            try targetValues.withUnsafeBufferPointer { targetValues in
              try alternatives.withUnsafeBufferPointer { alternatives in
                try scored.withUnsafeBufferPointer { scored in
                  try ids.withUnsafeBufferPointer { ids in
                    try groups.withUnsafeBufferPointer { groups in
                      var batch = Batch(
                        inputs: Tensor(shape: [1], batch: ids.count, base: block.base),
                        labels: UnsafeBufferPointer(start: nil, count: 0), examples: ids)
                      batch.sequence = SequenceBatch(
                        steps: steps, lengths: lengths, symbols: symbols, values: values,
                        targetSymbols: targetSymbols, targetValues: targetValues, alternatives: alternatives,
                        scored: scored, groups: groups)
                      batch.state = state
                      return try body(batch)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

extension SequenceNetwork {
  /// A network with first values drawn from `seed`, `scale` times as large as the initializers say.
  convenience init(
    _ cells: [any RecurrentCell], _ objective: SequenceObjective, _ options: Options = Options(),
    format: SequenceFormat, seed: UInt64 = 3, scale: Float = 1
  ) throws {
    try self.init(
      cells, objective: objective, options: options,
      data: DataDescription(input: [format.input.count], classes: 0, sequence: format))
    parameters.initialize(seed: seed, group: 0)
    for index in 0..<parameters.buffer.count { parameters.buffer.elements[index] *= scale }
  }

  static var address: RandomAddress { RandomAddress(seed: 5, step: 7, stream: .model(0)) }

  /// The gradient of all parameters, slot by slot, and the sums.
  func gradient(_ samples: [SequenceSample], state: LaneState? = nil) throws -> (
    slots: [[Double]], sums: [Double]
  ) {
    let contribution = Contribution(to: parameters, metricCount: metrics.count)
    contribution.begin()
    for sample in samples {
      try sample.withBatch(state: state) {
        try accumulate($0, kind: .gradient, random: Self.address, into: contribution)
      }
    }
    contribution.finish()
    return withExtendedLifetime(contribution) {
      let slots = parameters.slots.indices.map { index in
        (0..<parameters.slots[index].count).map {
          Double(contribution.vector.elements[parameters.offsets[index] + $0])
        }
      }
      return (slots, Array(contribution.sums))
    }
  }

  /// The sums of the metrics, without training.
  func evaluated(_ sample: SequenceSample) throws -> [Double] {
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 + metrics.count)
    sums.initialize(repeating: 0)
    defer { sums.deallocate() }
    try sample.withBatch { try evaluate($0, into: sums) }
    return Array(sums)
  }

  /// The place of a metric's sum.
  func place(_ name: String) -> Int { 1 + metrics.firstIndex { $0.name == name }! }

  /// The gradient of the loss sum by central differences.
  func differences(_ sample: SequenceSample, step: Float = 0.01) throws -> [[Double]] {
    try parameters.slots.indices.map { index in
      let slot = parameters[index]
      return try slot.indices.map { place in
        let value = slot[place]
        slot[place] = value + step
        let above = try gradient([sample]).sums[1]
        slot[place] = value - step
        let below = try gradient([sample]).sums[1]
        slot[place] = value
        return (above - below) / (2 * Double(step))
      }
    }
  }
}
