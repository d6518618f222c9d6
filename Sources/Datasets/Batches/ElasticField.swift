/// A smooth random displacement of every pixel: two cubic B-splines over a grid of random coefficients.
///
/// Simard's field is noise, uniform in [-1, 1], smoothed by a Gaussian of σ pixels and multiplied by α. Its strength is
/// α √(1/3) / (2 σ √π) pixels (standard deviation). A cubic B-spline of spacing h has the width h / √3 of a Gaussian, so
/// with h = σ√3 the fields look alike at a twentieth of the cost. Mean square of the spline: (151/315)² of that of its
/// coefficients.
final class ElasticField {
  /// The displacement to the right, `[height, width]`.
  let x: UnsafeMutablePointer<Float>
  /// The displacement downwards, `[height, width]`.
  let y: UnsafeMutablePointer<Float>
  /// Set: the next field is zero.
  var isStill = false
  private let height: Int
  private let width: Int
  private let gridHeight: Int
  private let gridWidth: Int
  private let amplitude: Float
  private let coefficients: UnsafeMutablePointer<Float>
  private let lines: UnsafeMutablePointer<Float>
  private let columnWeights: [SIMD4<Float>]
  private let columnCells: [Int]
  private let rowWeights: [SIMD4<Float>]
  private let rowCells: [Int]

  init(alpha: Float, sigma: Float, height: Int, width: Int) {
    self.height = height
    self.width = width
    let spacing = sigma * 1.732_050_8
    (columnCells, columnWeights) = Self.weights(count: width, spacing: spacing)
    (rowCells, rowWeights) = Self.weights(count: height, spacing: spacing)
    gridWidth = columnCells.last! + 4
    gridHeight = rowCells.last! + 4
    // Uniform coefficients within ±amplitude have the deviation amplitude / √3.
    let strength = alpha / (2 * sigma * 1.772_453_9 * 1.732_050_8)
    amplitude = strength * 1.732_050_8 * 315 / 151
    x = .allocate(capacity: height * width)
    y = .allocate(capacity: height * width)
    coefficients = .allocate(capacity: gridHeight * gridWidth)
    lines = .allocate(capacity: gridHeight * width)
    x.initialize(repeating: 0, count: height * width)
    y.initialize(repeating: 0, count: height * width)
    coefficients.initialize(repeating: 0, count: gridHeight * gridWidth)
    lines.initialize(repeating: 0, count: gridHeight * width)
  }

  deinit {
    x.deallocate()
    y.deallocate()
    coefficients.deallocate()
    lines.deallocate()
  }

  /// Draws a new field.
  func draw(_ draws: inout RandomSequence) {
    draw(&draws, into: x)
    draw(&draws, into: y)
  }

  private func draw(_ draws: inout RandomSequence, into field: UnsafeMutablePointer<Float>) {
    guard !isStill else {
      field.update(repeating: 0, count: height * width)
      return
    }
    for index in 0..<gridHeight * gridWidth { coefficients[index] = draws.uniform(-amplitude, amplitude) }
    for line in 0..<gridHeight {
      let grid = coefficients + line * gridWidth
      let target = lines + line * width
      for column in 0..<width {
        let corner = grid + columnCells[column]
        let weights = columnWeights[column]
        target[column] =
          corner[0] * weights.x + corner[1] * weights.y + (corner[2] * weights.z + corner[3] * weights.w)
      }
    }
    for row in 0..<height {
      let first = lines + rowCells[row] * width
      let weights = rowWeights[row]
      let target = field + row * width
      for column in 0..<width {
        target[column] =
          first[column] * weights.x + first[column + width] * weights.y
          + (first[column + 2 * width] * weights.z + first[column + 3 * width] * weights.w)
      }
    }
  }

  private static func weights(count: Int, spacing: Float) -> (cells: [Int], weights: [SIMD4<Float>]) {
    let places = (0..<count).map { Float($0) / spacing }
    let cells = places.map { Int($0) }
    let weights = zip(places, cells).map { place, cell in
      let t = place - Float(cell)
      let u = 1 - t
      return SIMD4<Float>(
        u * u * u, 3 * t * t * t - 6 * t * t + 4, 3 * u * u * u - 6 * u * u + 4, t * t * t) / 6
    }
    return (cells, weights)
  }
}
