/// Who evaluates which examples: fixed blocks of `block` examples in the order of the set, whatever the ranks.
///
/// Block b covers the examples `[b E, min((b + 1) E, N))`. Rank r of P has the blocks `[B r / P, B (r + 1) / P)` of B;
/// with more ranks than blocks, some have none. Sums that are kept by block and added in the order of the blocks are
/// the same bits on any number of ranks, and every example counts exactly once.
public struct EvaluationPlan: Sendable, Hashable {
  /// The number of examples N.
  public let examples: Int
  /// The examples of one block E.
  public let block: Int

  /// A plan for `examples` examples in blocks of `block`.
  public init(examples: Int, block: Int) {
    precondition(examples >= 0 && block > 0, "an evaluation plan needs blocks of at least one example")
    self.examples = examples
    self.block = block
  }

  /// The number of blocks: ⌈N / E⌉.
  public var blocks: Int { (examples + block - 1) / block }

  /// The examples of block `index`.
  public func examples(inBlock index: Int) -> Range<Int> {
    precondition(index >= 0 && index < blocks, "block \(index) of \(blocks)")
    return index * block..<min((index + 1) * block, examples)
  }

  /// The blocks of part `part` of `parts` (a rank, a thread, a lane); possibly none.
  public func blocks(ofPart part: Int, parts: Int) -> Range<Int> {
    precondition(part >= 0 && part < parts, "part \(part) of \(parts)")
    return blocks * part / parts..<blocks * (part + 1) / parts
  }
}
