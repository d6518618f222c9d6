/// How stored values become inputs: `x * scale + offset`, for all features alike or for each its own.
public struct Normalization: Sendable, Hashable, Codable {
  /// One factor, or one for each feature.
  public let scale: [Float]
  /// One summand, or one for each feature.
  public let offset: [Float]

  /// The same factor and summand for all features.
  public init(scale: Float, offset: Float) {
    self.scale = [scale]
    self.offset = [offset]
  }

  /// A factor and a summand for each feature.
  public init(scale: [Float], offset: [Float]) {
    precondition(scale.count == offset.count && !scale.isEmpty, "as many factors as summands, at least one")
    self.scale = scale
    self.offset = offset
  }

  /// Values as they are stored.
  public static let none = Normalization(scale: 1, offset: 0)
  /// Bytes 0...255 to 0...1.
  public static let unit = Normalization(scale: 1 / 255, offset: 0)
  /// Bytes 0...255 to -1...1.
  public static let symmetric = Normalization(scale: 2 / 255, offset: -1)
  /// Bytes 0...255 to background -0.1 and ink 1.175, which gives MNIST's inputs mean 0 and variance 1 roughly
  /// (LeCun et al. 1998).
  public static let lecun1998 = Normalization(scale: 1.275 / 255, offset: -0.1)

  /// Whether all features share one factor and summand.
  public var isUniform: Bool { scale.count == 1 }

  /// What a stored zero becomes where all features are treated alike: the value that padding is filled with.
  public var background: Float { offset[0] }
}

extension Normalization {
  /// Mean 0 and standard deviation 1 over all values of `dataset`; costs one pass over it.
  public static func standard(for dataset: Dataset) -> Normalization {
    let moments = dataset.moments()
    let deviation = moments.deviation > 0 ? moments.deviation : 1
    return Normalization(scale: Float(1 / deviation), offset: Float(-moments.mean / deviation))
  }

  /// Mean 0 and standard deviation 1 of each feature over `dataset`; a constant feature becomes 0.
  public static func standardFeatures(for dataset: Dataset) -> Normalization {
    let features = dataset.shape.count
    // A sequence counts with each of its steps.
    var steps = 0.0
    var sum = [Double](repeating: 0, count: features)
    var squares = [Double](repeating: 0, count: features)
    for index in 0..<dataset.count {
      let values = dataset.values(index)
      for (place, value) in values.enumerated() { sum[place % features] += Double(value) }
      steps += Double(values.count / features)
    }
    let count = max(steps, 1)
    let mean = sum.map { $0 / count }
    for index in 0..<dataset.count {
      for (place, value) in dataset.values(index).enumerated() {
        let difference = Double(value) - mean[place % features]
        squares[place % features] += difference * difference
      }
    }
    let deviation = squares.map { $0 > 0 ? ($0 / count).squareRoot() : 1 }
    return Normalization(
      scale: deviation.map { Float(1 / $0) }, offset: zip(mean, deviation).map { Float(-$0 / $1) })
  }
}

extension Dataset {
  /// Mean and standard deviation of all stored values, smallest and largest value; costs one pass. Of computed sequences,
  /// the first 4,096 are looked at.
  public func moments() -> (mean: Double, deviation: Double, minimum: Double, maximum: Double) {
    if format.layout != nil {
      let values = (0..<min(count, isComputed ? 4096 : count)).flatMap(values)
      return values.withUnsafeBufferPointer(Self.moments)
    }
    return withExtendedLifetime(self) {
      switch format.element {
      case .uint8: Self.moments(histogram: Self.histogram(of: rows))
      case .float: Self.moments(of: rows.bindMemory(to: Float.self))
      }
    }
  }

  // Bytes are counted, so the figures are exact whatever the order.
  private static func histogram(of bytes: UnsafeRawBufferPointer) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    counts.withUnsafeMutableBufferPointer { counts in
      for byte in bytes { counts[Int(byte)] += 1 }
    }
    return counts
  }

  private static func moments(
    histogram: [Int]
  ) -> (mean: Double, deviation: Double, minimum: Double, maximum: Double) {
    let count = Double(max(histogram.reduce(0, +), 1))
    let sum = histogram.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    let squares = histogram.enumerated().reduce(0) { $0 + $1.offset * $1.offset * $1.element }
    let mean = Double(sum) / count
    let variance = max(Double(squares) / count - mean * mean, 0)
    let lowest = histogram.firstIndex { $0 > 0 } ?? 0
    let highest = histogram.lastIndex { $0 > 0 } ?? 0
    return (mean, variance.squareRoot(), Double(lowest), Double(highest))
  }

  private static func moments(
    of values: UnsafeBufferPointer<Float>
  ) -> (mean: Double, deviation: Double, minimum: Double, maximum: Double) {
    guard let first = values.first else { return (0, 0, 0, 0) }
    var sum = 0.0
    var (lowest, highest) = (first, first)
    for value in values {
      sum += Double(value)
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    let mean = sum / Double(values.count)
    let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(values.count)).squareRoot(), Double(lowest), Double(highest))
  }
}
