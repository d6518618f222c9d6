import Networks

/// Images of smooth curves, each through three random points of the plane: 28x28 bytes, bright on black, no labels.
///
///     c(t) = (1 - t)(1 - 2t) a + 4t(1 - t) b + t(2t - 1) c,  0 ≤ t ≤ 1
///
/// Six numbers say all of an image, so a code of six values can. Hinton & Salakhutdinov 2006 had 20,000 and 10,000 of
/// such. Their pen and margins are not known; these are chosen so that logistic principal components leave as much of a
/// test image as of theirs: 6 of them 7.5 (there 7.64), 18 of them 2.4 (2.45). About 5 µs an image.
public struct Curves: Sendable, Hashable {
  /// The number of pixels on a side.
  public static let side = 28
  /// The seed.
  public let seed: UInt64

  private static let dots = 96
  private static let margin: Float = 9
  private static let radius: Float = 1
  private static let softness: Float = 0.5

  /// The curves of a seed.
  public init(seed: UInt64 = 1) {
    self.seed = seed
  }

  /// The first `count` images of part `part`.
  public func dataset(count: Int, part: Int = 0) throws -> Dataset {
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(64 + part))
    let size = Self.side * Self.side
    var pixels = [UInt8](repeating: 0, count: count * size)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for index in 0..<count {
        var draws = RandomSequence(address, example: UInt32(index))
        Self.draw(
          &draws, UnsafeMutableBufferPointer(rebasing: pixels[index * size..<(index + 1) * size]))
      }
    }
    return try Dataset(
      name: "curves", shape: [1, Self.side, Self.side], bytes: pixels, labels: nil, classes: 0)
  }

  private static func draw(_ draws: inout RandomSequence, _ image: UnsafeMutableBufferPointer<UInt8>) {
    let edge = Float(side) - margin
    let points = (0..<3).map { _ in SIMD2(draws.uniform(margin, edge), draws.uniform(margin, edge)) }
    for dot in 0..<dots {
      let t = Float(dot) / Float(dots - 1)
      let first = points[0] * ((1 - t) * (1 - 2 * t))
      let second = points[1] * (4 * t * (1 - t))
      stamp(first + second + points[2] * (t * (2 * t - 1)), image)
    }
  }

  /// One dot of the pen, with a soft edge.
  private static func stamp(_ place: SIMD2<Float>, _ image: UnsafeMutableBufferPointer<UInt8>) {
    let (column, row) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
    for y in max(row - 2, 0)..<max(min(row + 3, side), max(row - 2, 0)) {
      for x in max(column - 2, 0)..<max(min(column + 3, side), max(column - 2, 0)) {
        let offset = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - place
        let distance = (offset.x * offset.x + offset.y * offset.y).squareRoot()
        let ink = min(max((radius - distance) / softness + 0.5, 0), 1)
        image[y * side + x] = max(image[y * side + x], UInt8((ink * 255).rounded()))
      }
    }
  }
}
