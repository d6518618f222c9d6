import Networks

/// Two classes that a plane through the origin separates with a known margin: what Novikoff's theorem is about.
///
/// There are a unit vector u and numbers R and γ with |x| <= R and y (u · x) >= γ for every example x of class y = ±1
/// (labels 1 and 0), so a perceptron that starts at zero makes at most (R / γ)² mistakes, in whatever order. With w = u as
/// weights and no bias every example is right.
public struct SeparableData: Sendable, Hashable {
  /// The number of features.
  public let features: Int
  /// The margin γ.
  public let margin: Float
  /// The bound R on the length of an example: 1.
  public let radius: Float = 1
  /// The seed.
  public let seed: UInt64

  /// Data with margin 0 < γ < 0.9.
  public init(features: Int, margin: Float, seed: UInt64 = 1) {
    precondition(features >= 2 && margin > 0 && margin < 0.9, "two features and a margin within 0...0.9")
    self.features = features
    self.margin = margin
    self.seed = seed
  }

  /// The most mistakes of a perceptron: (R / γ)².
  public var mistakeBound: Double { Double(radius / margin) * Double(radius / margin) }

  /// The unit vector u.
  public var direction: [Float] {
    var draws = RandomSequence(RandomAddress(seed: seed, step: 0, stream: .generator(16)), example: 0)
    return Self.unit((0..<features).map { _ in draws.bell() })
  }

  /// The first `count` examples of part `part`.
  public func dataset(count: Int, part: Int = 0) throws -> Dataset {
    let direction = direction
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(17 + part))
    var values: [Float] = []
    var labels: [Int32] = []
    values.reserveCapacity(count * features)
    for index in 0..<count {
      var draws = RandomSequence(address, example: UInt32(index))
      let label = Int32(draws.integer(below: 2))
      values += example(of: label, along: direction, &draws)
      labels.append(label)
    }
    return try Dataset(name: "separable data", shape: [features], floats: values, labels: labels, classes: 2)
  }

  // A part along u, at least the margin long, and a part across it, such that both stay within the radius.
  private func example(of label: Int32, along direction: [Float], _ draws: inout RandomSequence) -> [Float] {
    let sign: Float = label == 1 ? 1 : -1
    // A hair inside the bounds, so that rounding keeps them.
    let along = draws.uniform(margin * 1.0001, max(margin * 1.001, 0.9))
    let noise = (0..<features).map { _ in draws.bell() }
    let overlap = zip(noise, direction).reduce(0) { $0 + $1.0 * $1.1 }
    let across = Self.unit(zip(noise, direction).map { $0 - overlap * $1 })
    let length = draws.uniform() * (1 - along * along).squareRoot() * 0.9999
    return zip(direction, across).map { sign * along * $0 + length * $1 }
  }

  private static func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }
}
