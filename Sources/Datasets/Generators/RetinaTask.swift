import Networks

/// Rosenblatt's two experiments on a retina of 20x20 photocells (1958; Mark I Perceptron): bytes 0 and 255, two classes.
public enum RetinaTask: String, Sendable, Hashable, CaseIterable {
  /// A square mark in the left (0) or the right half (1) of the retina.
  case leftRight
  /// The outline of a square (0) or a circle (1) of any size, place and rotation.
  case squareCircle

  /// The number of photocells on a side.
  public static let side = 20

  /// The first `count` stimuli of part `part` under `seed`.
  public func dataset(count: Int, part: Int = 0, seed: UInt64 = 1) throws -> Dataset {
    let stream = (self == .leftRight ? 32 : 48) + part
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(stream))
    let cells = Self.side * Self.side
    var pixels = [UInt8](repeating: 0, count: count * cells)
    var labels: [Int32] = []
    for index in 0..<count {
      var draws = RandomSequence(address, example: UInt32(index))
      let label = Int32(draws.integer(below: 2))
      pixels.withUnsafeMutableBufferPointer { pixels in
        let image = UnsafeMutableBufferPointer(rebasing: pixels[index * cells..<(index + 1) * cells])
        switch self {
        case .leftRight: Self.mark(label, &draws, image)
        case .squareCircle: Self.outline(label, &draws, image)
        }
      }
      labels.append(label)
    }
    let name = self == .leftRight ? "left or right" : "square or circle"
    return try Dataset(
      name: name, shape: [1, Self.side, Self.side], bytes: pixels, labels: labels, classes: 2)
  }

  private static func mark(
    _ label: Int32, _ draws: inout RandomSequence, _ image: UnsafeMutableBufferPointer<UInt8>
  ) {
    let size = 3 + draws.integer(below: 4)
    let left = Int(label) * side / 2 + draws.integer(below: side / 2 - size + 1)
    let top = draws.integer(below: side - size + 1)
    for y in top..<top + size {
      for x in left..<left + size { image[y * side + x] = 255 }
    }
  }

  // Both figures enclose about the same area, so that the amount of light does not tell them apart.
  private static func outline(
    _ label: Int32, _ draws: inout RandomSequence, _ image: UnsafeMutableBufferPointer<UInt8>
  ) {
    let area = draws.uniform(36, 110)
    let isCircle = label == 1
    let reach = (isCircle ? area / Float.pi : area / 2).squareRoot()
    let extent = reach + 0.5
    let x = draws.uniform(extent, Float(side) - extent)
    let y = draws.uniform(extent, Float(side) - extent)
    let (sine, cosine) = Trigonometry.sineCosine(draws.uniform(-1, 1) * Float.pi / 4)
    let half = area.squareRoot() / 2
    for row in 0..<side {
      for column in 0..<side {
        let (dx, dy) = (Float(column) + 0.5 - x, Float(row) + 0.5 - y)
        let (u, v) = (cosine * dx + sine * dy, cosine * dy - sine * dx)
        let distance = isCircle ? (dx * dx + dy * dy).squareRoot() - reach : max(abs(u), abs(v)) - half
        if abs(distance) <= 0.7 { image[row * side + column] = 255 }
      }
    }
  }
}
