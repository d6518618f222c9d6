import Networks

/// The order of N examples in one epoch: a permutation of `0..<count` that is a pure function of
/// (seed, epoch, count), with O(1) memory and random access.
///
/// A balanced Feistel network over the smallest `2^k >= count` mixes the position in `rounds` rounds
///
///     (left, right) <- (right, left ^ f(right, key_r))
///
/// and is applied again while its result is not below `count` (cycle walking, on average less than two times).
/// The round keys come from Philox. A shuffled array would cost 4 N bytes and a pass over them on every rank and after
/// every resume; here any rank finds the example at any position at once, in about 20 ns.
///
/// Black and Rogaway, Ciphers with arbitrary finite domains, 2002.
public struct Permutation: Sendable, Hashable {
  /// The number of positions N.
  public let count: Int
  private let leftBits: UInt32
  private let rightBits: UInt32
  private let keys: [UInt32]

  /// The order of epoch `epoch`.
  public init(count: Int, seed: UInt64, epoch: Int) {
    precondition(count >= 0 && count <= Int(UInt32.max), "\(count) examples")
    self.count = count
    let bits = max(2, UInt32(Int.bitWidth - max(count - 1, 0).leadingZeroBitCount))
    leftBits = bits / 2
    rightBits = bits - leftBits
    // Small halves mix slowly: give them more rounds.
    var draws = RandomSequence(
      RandomAddress(seed: seed, step: UInt64(epoch), stream: .shuffle),
      example: UInt32(truncatingIfNeeded: count))
    keys = (0..<(bits <= 12 ? 16 : 8)).map { _ in draws.word() }
  }

  /// The example at `position`.
  public func callAsFunction(_ position: Int) -> Int {
    precondition(position >= 0 && position < count, "position \(position) of \(count)")
    return keys.withUnsafeBufferPointer { keys in Int(walk(UInt32(position), keys)) }
  }

  /// Writes the examples of `positions` to `examples`, as many as there are positions.
  public func examples(at positions: Range<Int>, into examples: UnsafeMutableBufferPointer<UInt32>) {
    precondition(
      positions.lowerBound >= 0 && positions.upperBound <= count, "positions \(positions) of \(count)")
    precondition(
      examples.count >= positions.count, "room for \(examples.count) of \(positions.count) examples")
    keys.withUnsafeBufferPointer { keys in
      for (index, position) in positions.enumerated() { examples[index] = walk(UInt32(position), keys) }
    }
  }

  private func walk(_ position: UInt32, _ keys: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var value = position
    repeat { value = mix(value, keys) } while Int(value) >= count
    return value
  }

  // Halves of unequal width: each round changes one of them by a function of the other, and so can be undone.
  private func mix(_ value: UInt32, _ keys: UnsafeBufferPointer<UInt32>) -> UInt32 {
    let leftMask = (1 as UInt32) &<< leftBits &- 1
    let rightMask = (1 as UInt32) &<< rightBits &- 1
    var left = value &>> rightBits
    var right = value & rightMask
    var round = 0
    while round < keys.count {
      left ^= Self.scramble(right, keys[round]) & leftMask
      right ^= Self.scramble(left, keys[round + 1]) & rightMask
      round += 2
    }
    return left &<< rightBits | right
  }

  private static func scramble(_ half: UInt32, _ key: UInt32) -> UInt32 {
    var value = (half ^ key) &* 0xCC9E_2D51
    value = (value ^ (value &>> 15)) &* 0x85EB_CA6B
    value = (value ^ (value &>> 13)) &* 0xC2B2_AE35
    return value ^ (value &>> 16)
  }
}
