import Kernels

/// What a denoising autoencoder does to its inputs while it trains: `corruption: {kind: masking, amount: 0.3}`.
///
/// | kind | x̃ |
/// |---|---|
/// | `masking` | 0 with probability `amount`, else x |
/// | `gaussian` | x + N(0, `amount`²) |
/// | `salt_and_pepper` | 0 or 1, equally likely, with probability `amount`, else x |
///
/// Each draw is a function of seed, step, example and feature. Vincent, Larochelle, Bengio & Manzagol 2008; Vincent et
/// al. 2010.
public struct CorruptionConfiguration: Codable, Hashable, Sendable {
  /// The kind of noise.
  public enum Kind: String, Keyword {
    /// Some values are set to 0.
    case masking
    /// Normal noise is added.
    case gaussian
    /// Some values are set to 0 or 1.
    case saltAndPepper = "salt_and_pepper"

    /// What the choice is, for errors.
    public static var title: String { "corruption kind" }
  }

  /// The kind.
  public var kind: Kind
  /// The share of values, or the standard deviation.
  public var amount: Double

  private enum CodingKeys: String, CodingKey {
    case kind, amount
  }

  /// Noise.
  public init(kind: Kind, amount: Double) {
    self.kind = kind
    self.amount = amount
  }

  /// Checks the amount.
  public func validate() throws(ConfigurationError) {
    let isPossible = kind == .gaussian ? amount >= 0 && amount.isFinite : (0...1).contains(amount)
    guard isPossible else {
      throw ConfigurationError(
        "corruption.amount is \(amount): "
          + (kind == .gaussian
            ? "a standard deviation of at least 0 is needed" : "a share of 0 to 1 is needed"))
    }
  }

  /// Writes the corrupted `inputs` into `outputs`, which are other memory.
  public func apply(
    _ inputs: Tensor, into outputs: Tensor, examples: UnsafeBufferPointer<UInt32>, random: RandomAddress
  ) {
    let stream = RandomStream(random)
    let features = inputs.shape.count
    let (x, y, amount) = (inputs.base, outputs.base, Float(self.amount))
    if kind == .gaussian {
      stream.drawNormal(outputs.elements, features: features, examples: examples, deviation: amount)
      return Elementwise.add(inputs.values, to: outputs.elements)
    }
    stream.drawUniform(outputs.elements, features: features, examples: examples)
    let pepper = kind == .masking ? amount : amount / 2
    for i in 0..<inputs.count {
      let u = y[i]
      y[i] = u < pepper ? 0 : u < amount ? 1 : x[i]
    }
  }
}
