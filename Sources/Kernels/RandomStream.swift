import CKernels

/// A stream of random numbers that is a value: (seed, stream, step) and a position in it.
///
/// Word i of the stream is word i mod 4 of Philox4x32-10 under the key `seed` at the counter
/// (i div 4 as two words, step, stream). Streams of different (seed, stream, step) never share a counter, and
/// any position can be reached at once. Copying the value copies the position: two copies draw the same
/// numbers.
///
/// The forms that belong to examples (`drawUniform` and its like, `dropout`) use only (seed, stream, step),
/// not the position: give a tensor a stream of its own.
public struct RandomStream: RandomNumberGenerator, Hashable, Sendable, Codable {
  /// The key of the run.
  public var seed: UInt64
  /// What the numbers are for: one number for each use, so that uses never share draws.
  public var stream: UInt32
  /// The training step, or 0.
  public var step: UInt32
  /// How many 32-bit words have been drawn.
  public var position: UInt64

  private var block: SIMD4<UInt32> = .zero
  private var blockIndex: UInt64 = .max

  private enum CodingKeys: CodingKey { case seed, stream, step, position }

  /// The stream of a use at a step, at its start unless a position is given.
  public init(seed: UInt64, stream: UInt32 = 0, step: UInt32 = 0, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
    self.step = step
    self.position = position
  }

  /// The same seed with another stream number, step or both, at its start.
  public func with(stream: UInt32? = nil, step: UInt32? = nil) -> RandomStream {
    RandomStream(seed: seed, stream: stream ?? self.stream, step: step ?? self.step)
  }

  /// The next 32 bits. About 6 ns.
  public mutating func nextWord() -> UInt32 {
    let index = position >> 2
    if index != blockIndex {
      block = Philox.block(
        SIMD4(UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), step, stream),
        key: seed)
      blockIndex = index
    }
    defer { position &+= 1 }
    return block[Int(position & 3)]
  }

  /// The next 64 bits: two words, the lower first.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// A number in 0..<1, a multiple of 2^-24; one word.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// A number in 0..<1, a multiple of 2^-53; two words.
  public mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the normal distribution; goes to the start of the next pair of words and takes it.
  public mutating func normal(mean: Float = 0, deviation: Float = 1) -> Float {
    position = (position + 1) & ~1
    var z: Float = 0
    ck_random_normal(&z, position, 1, mean, deviation, seed, stream, step)
    position &+= 2
    return z
  }

  /// A whole number in 0..<bound, every one equally likely (Lemire's method); bound >= 1.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound >= 1, "no number lies below \(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// Whether an event of the given probability happens; one word.
  public mutating func happens(_ probability: Float) -> Bool { uniform() < probability }

  /// Puts the elements into an order drawn from all orders with equal chance (Fisher and Yates).
  public mutating func shuffle<Elements: MutableCollection & RandomAccessCollection>(
    _ elements: inout Elements
  )
  where Elements.Index == Int {
    guard elements.count > 1 else { return }
    for i in (1..<elements.count).reversed() {
      elements.swapAt(elements.startIndex + i, elements.startIndex + below(i + 1))
    }
  }

  /// Two streams are equal that draw the same numbers from now on.
  public static func == (left: RandomStream, right: RandomStream) -> Bool {
    left.seed == right.seed && left.stream == right.stream && left.step == right.step
      && left.position == right.position
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(seed)
    hasher.combine(stream)
    hasher.combine(step)
    hasher.combine(position)
  }
}
