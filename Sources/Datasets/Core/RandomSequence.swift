import Kernels
import Networks

/// Random numbers one after the other for one example at one address: Philox4x32-10 with the key (seed) and the
/// counter (block, example, step, stream).
///
/// Only additions, multiplications and square roots are used, so the numbers are the same bits on every machine.
/// Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011.
struct RandomSequence {
  private var counter: SIMD4<UInt32>
  private let key: UInt64
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The numbers of `example` at `address`, from the first on.
  init(_ address: RandomAddress, example: UInt32) {
    key = address.seed
    counter = SIMD4(0, example, UInt32(truncatingIfNeeded: address.step), address.stream.number)
  }

  /// 32 random bits.
  mutating func word() -> UInt32 {
    if used == 4 {
      block = Philox.block(counter, key: key)
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
}
