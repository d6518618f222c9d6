import Kernels

/// The distribution of the latent vectors that a generator starts from.
public enum LatentDistribution: Sendable, Hashable {
  /// Each coordinate uniform in ±bound.
  case uniform(bound: Float)
  /// Each coordinate normal with mean 0 and variance 1.
  case normal

  /// Draws z `[latent, batch]`: a function of the address and of the examples, wherever they stand.
  public func draw(_ z: Tensor, examples: UnsafeBufferPointer<UInt32>, random: RandomAddress) {
    precondition(examples.count == z.batch, "\(z.batch) latent vectors for \(examples.count) examples")
    let stream = RandomStream(random)
    switch self {
    case .uniform(let bound):
      stream.drawUniform(
        z.elements, features: z.shape.count, examples: examples, low: -bound, high: bound)
    case .normal: stream.drawNormal(z.elements, features: z.shape.count, examples: examples)
    }
  }
}
