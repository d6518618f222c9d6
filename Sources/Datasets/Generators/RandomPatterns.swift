import Networks

/// Random patterns of 0 and 1, each with the same chance, for associative memories: what is stored is tested.
///
/// Pattern e belongs to set e mod `networks`; each set is drawn anew. With a `distance`, the last pattern of a set is the
/// one before it with exactly that many values changed: two similar memories (Hopfield 1982). The test set is the training
/// set again, repeated where more is asked for; where less is asked for, the end of it.
struct RandomPatterns: RowGenerator {
  /// The values of a pattern.
  let features: Int
  /// The number of independent sets.
  let networks: Int
  /// In how many values the last two patterns of a set differ; nil for patterns that have nothing to do with each other.
  let distance: Int?
  /// The patterns of all sets: a multiple of `networks`.
  let count: Int
  /// The pattern that example 0 is.
  var first = 0
  /// The seed.
  let seed: UInt64

  var contentHash: UInt64 {
    [features, networks, distance ?? -1, count, first].reduce(seed) {
      ($0 &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(bitPattern: Int64($1))
    }
  }

  func write(_ example: Int, into row: UnsafeMutableRawBufferPointer) {
    let number = (first + example) % count
    let values = row.bindMemory(to: Float.self)
    let isLast = number / networks == count / networks - 1
    guard let distance, isLast, number >= networks else { return draw(number, into: values) }
    draw(number - networks, into: values)
    // Each value is chosen with the chance that remains: exactly `distance` in the end.
    var draws = RandomSequence(address(161), example: UInt32(number))
    var left = distance
    for i in 0..<features where left > 0 && draws.integer(below: features - i) < left {
      values[i] = 1 - values[i]
      left -= 1
    }
  }

  /// The training set, and `test` examples of it again.
  func splits(test: Int) throws -> DatasetSplits {
    let format = RowFormat(element: .float, shape: [features], classes: 0)
    var again = self
    again.first = max(count - test, 0)
    return try DatasetSplits(
      training: Dataset(name: "random patterns", format: format, count: count, generator: self),
      test: Dataset(name: "random patterns again", format: format, count: test, generator: again))
  }

  private func draw(_ number: Int, into values: UnsafeMutableBufferPointer<Float>) {
    var draws = RandomSequence(address(160), example: UInt32(number))
    var word: UInt32 = 0
    for i in 0..<features {
      if i % 32 == 0 { word = draws.word() }
      values[i] = Float((word >> UInt32(i % 32)) & 1)
    }
  }

  private func address(_ stream: Int) -> RandomAddress {
    RandomAddress(seed: seed, step: 0, stream: .generator(stream))
  }
}
