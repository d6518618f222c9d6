import Networks

/// Numbers for tests: a function of the seed, uniform in ±bound.
final class Sample {
  let buffer: FlatBuffer
  let shape: Shape
  let batch: Int
  let examples: UnsafeMutableBufferPointer<UInt32>

  init(_ shape: Shape, batch: Int, seed: UInt64, bound: Float = 1) {
    self.shape = shape
    self.batch = batch
    buffer = FlatBuffer(count: shape.count * batch)
    Initializer.uniform(low: -bound, high: bound).fill(
      buffer.elements, shape: shape, random: RandomAddress(seed: seed, step: 0, stream: .generator(0)))
    examples = .allocate(capacity: max(batch, 1))
    for index in 0..<max(batch, 1) {
      examples[index] = UInt32(truncatingIfNeeded: seed &* 1000) &+ UInt32(index)
    }
  }

  deinit { examples.deallocate() }

  /// A view of the numbers; valid while the sample lives.
  var tensor: Tensor { Tensor(shape: shape, batch: batch, base: buffer.base) }
  var ids: UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(rebasing: UnsafeBufferPointer(examples)[..<batch])
  }
}

extension FlatBuffer {
  /// The elements in double precision.
  var doubles: [Double] { withExtendedLifetime(self) { elements.map(Double.init) } }
}

/// The largest difference between two lists, as a fraction of the largest value of the second.
func relativeError(_ values: [Double], _ expected: [Double]) -> Double {
  let scale = max(expected.map(abs).max() ?? 0, 1e-3)
  return zip(values, expected).map { abs($0 - $1) }.max().map { $0 / scale } ?? 0
}
