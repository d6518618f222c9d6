/// How many modes of a mixture a generator has found: of points around known centres, one class each.
///
/// A sample is good where it lies within three standard deviations of the nearest centre (as a radius in the plane of the
/// points); a mode is covered where it has at least a tenth of its even share of all samples as good ones.
public struct ModeCoverage: Sendable, Hashable {
  /// The number of modes.
  public private(set) var modes = 0
  /// The modes that are covered.
  public private(set) var covered = 0
  /// The share of samples that are good.
  public private(set) var goodShare = 0.0
  /// The good samples of each mode.
  public private(set) var counts: [Int] = []

  /// The coverage of the classes of `examples` by `samples`, both rows `[count, features]`.
  ///
  /// - Returns: nil where the examples have no classes.
  public init?(samples: [Float], examples: [Float], labels: [Int], features: Int) {
    guard !labels.isEmpty, !samples.isEmpty, let most = labels.max() else { return nil }
    let (centres, radius) = Self.centres(of: examples, labels, classes: most + 1, features)
    modes = centres.count
    counts = Array(repeating: 0, count: modes)
    for first in stride(from: 0, to: samples.count, by: features) {
      let distances = centres.map { centre in
        (0..<features).reduce(0.0) { sum, feature in
          let difference = Double(samples[first + feature]) - centre[feature]
          return sum + difference * difference
        }
      }
      guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) else { continue }
      if distances[nearest] <= radius * radius { counts[nearest] += 1 }
    }
    let total = samples.count / features
    goodShare = Double(counts.reduce(0, +)) / Double(total)
    covered = counts.count { Double($0) >= 0.1 * Double(total) / Double(modes) && $0 > 0 }
  }

  /// The mean of each class that has examples, and three standard deviations of a coordinate around it.
  private static func centres(
    of examples: [Float], _ labels: [Int], classes: Int, _ features: Int
  ) -> (centres: [[Double]], radius: Double) {
    var sums = Array(repeating: [Double](repeating: 0, count: features), count: classes)
    var counts = [Int](repeating: 0, count: classes)
    for (index, label) in labels.enumerated() {
      counts[label] += 1
      for feature in 0..<features { sums[label][feature] += Double(examples[index * features + feature]) }
    }
    let means = zip(sums, counts).map { sum, count in sum.map { $0 / Double(max(count, 1)) } }
    var squares = 0.0
    for (index, label) in labels.enumerated() {
      for feature in 0..<features {
        let difference = Double(examples[index * features + feature]) - means[label][feature]
        squares += difference * difference
      }
    }
    let deviation = (squares / Double(max(examples.count, 1))).squareRoot()
    return (zip(means, counts).filter { $1 > 0 }.map { $0.0 }, 3 * deviation)
  }
}
