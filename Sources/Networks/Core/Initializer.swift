import Kernels

/// The distribution of a slot's first values.
public indirect enum Initializer: Sendable, Hashable {
  /// All zero.
  case zero
  /// All `value`.
  case constant(Float)
  /// Uniform in `low ..< high`.
  case uniform(low: Float, high: Float)
  /// Normal.
  case normal(mean: Float, standardDeviation: Float)
  /// `gain` times a matrix, of as many rows as the slot's shape has first of all, whose rows, or columns where these are
  /// fewer, are orthonormal.
  case orthogonal(gain: Float)
  /// Equal parts of the slot, one behind the other, each with a distribution of its own: the biases of gates.
  case parts([Initializer])

  /// Fills `elements` with draws from the stream at `random`: element i is a function of the address and of i.
  public func fill(_ elements: UnsafeMutableBufferPointer<Float>, shape: Shape, random: RandomAddress) {
    var stream = RandomStream(random)
    fill(elements, rows: shape.extents.first ?? 1, from: &stream)
  }

  private func fill(
    _ elements: UnsafeMutableBufferPointer<Float>, rows: Int, from stream: inout RandomStream
  ) {
    switch self {
    case .zero: elements.update(repeating: 0)
    case .constant(let value): elements.update(repeating: value)
    case .uniform(let low, let high): stream.fillUniform(elements, low: low, high: high)
    case .normal(let mean, let deviation): stream.fillNormal(elements, mean: mean, deviation: deviation)
    case .orthogonal(let gain):
      stream.fillNormal(elements, mean: 0, deviation: 1)
      Orthogonalization.apply(to: elements, rows: rows, gain: gain)
    case .parts(let parts):
      precondition(!parts.isEmpty && elements.count % parts.count == 0, "a slot of unequal parts")
      let size = elements.count / parts.count
      for (index, part) in parts.enumerated() {
        part.fill(
          UnsafeMutableBufferPointer(rebasing: elements[index * size..<(index + 1) * size]),
          rows: rows / parts.count, from: &stream)
      }
    }
  }
}

extension RandomStream {
  /// The stream at an address. Steps count modulo 2^32.
  public init(_ address: RandomAddress) {
    self.init(
      seed: address.seed, stream: address.stream.number, step: UInt32(truncatingIfNeeded: address.step))
  }
}
