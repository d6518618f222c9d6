import Networks

/// Random numbers one after the other for one example at one address: Philox4x32-10 with the key (seed) and the
/// counter (block, example, stream, step).
///
/// Only additions, multiplications and square roots are used, so the numbers are the same bits on every machine.
/// Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011.
struct RandomSequence {
  private var counter: SIMD4<UInt32>
  private let key: SIMD2<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The numbers of `example` at `address`, from the first on.
  init(_ address: RandomAddress, example: UInt32) {
    key = SIMD2(UInt32(truncatingIfNeeded: address.seed), UInt32(truncatingIfNeeded: address.seed &>> 32))
    counter = SIMD4(0, example, address.stream.number, UInt32(truncatingIfNeeded: address.step))
  }

  /// 32 random bits.
  mutating func word() -> UInt32 {
    if used == 4 {
      block = Self.philox(counter, key)
      counter.x &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// A uniform number in [0, 1): a multiple of 2^-24.
  mutating func uniform() -> Float {
    Float(word() &>> 8) * 0x1p-24
  }

  /// A uniform number in [low, high).
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// A bell-shaped number of mean 0 and standard deviation 1 within ±3.46: the scaled sum of four uniform numbers.
  mutating func bell() -> Float {
    let first = uniform() + uniform()
    let second = uniform() + uniform()
    return (first + second - 2) * 1.732_050_8
  }

  /// A whole number in `0..<count`.
  mutating func integer(below count: Int) -> Int {
    Int((UInt64(word()) &* UInt64(count)) &>> 32)
  }

  private static func philox(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (a, b, c, d) = (counter.x, counter.y, counter.z, counter.w)
    var (first, second) = (key.x, key.y)
    for _ in 0..<10 {
      let left = UInt64(0xD251_1F53) &* UInt64(a)
      let right = UInt64(0xCD9E_8D57) &* UInt64(c)
      (a, b, c, d) = (
        UInt32(truncatingIfNeeded: right &>> 32) ^ b ^ first, UInt32(truncatingIfNeeded: right),
        UInt32(truncatingIfNeeded: left &>> 32) ^ d ^ second, UInt32(truncatingIfNeeded: left)
      )
      first &+= 0x9E37_79B9
      second &+= 0xBB67_AE85
    }
    return SIMD4(a, b, c, d)
  }
}
