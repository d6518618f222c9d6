/// The blocks of memory that a pass over sequences works in: each grows to the largest size that was ever asked for.
///
/// Lengths and batches differ from step to step; after the longest has been seen, nothing is allocated any more.
struct SequenceMemory {
  /// What a block is for.
  enum Use: Int, CaseIterable {
    case states, sums, cells, kept, outputGradient, dstate, dcells, temporary, packed, packedInput, bias
    case sparseInput, inputs, dropped, logits, logitGradient, packedOutput, carried
  }

  private var blocks: [FlatBuffer]

  init() {
    blocks = (0..<2 * Use.allCases.count).map { _ in FlatBuffer(count: 0) }
  }

  /// The block of this use, at least `count` floats; its values are finite, and kept where it need not grow.
  mutating func reserve(_ use: Use, _ direction: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
    let index = 2 * use.rawValue + direction
    if blocks[index].count < count { blocks[index] = FlatBuffer(count: count) }
    return blocks[index].base
  }

  /// The block of this use as it is.
  subscript(use: Use, direction: Int) -> UnsafeMutablePointer<Float> {
    blocks[2 * use.rawValue + direction].base
  }
}
