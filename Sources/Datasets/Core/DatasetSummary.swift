/// What a person wants to know of a data set at a glance: `tenfold data inspect`.
public struct DatasetSummary: Sendable, Hashable, CustomStringConvertible {
  /// The set's name.
  public let name: String
  /// The number of examples.
  public let count: Int
  /// How the rows are stored.
  public let format: RowFormat
  /// The number of examples of each class; empty where there are no labels.
  public let classCounts: [Int]
  /// The mean of all stored values.
  public let mean: Double
  /// Their standard deviation.
  public let deviation: Double
  /// The smallest.
  public let minimum: Double
  /// The largest.
  public let maximum: Double
  /// What the content is recognised by.
  public let fingerprint: String
  /// The first images side by side as text; empty where examples are no images.
  public let pictures: String
  /// The lengths of sequences, what their steps are, and the first of them; empty where examples are no sequences.
  public let sequences: [String]

  /// The summary of `dataset`, with its first `pictures` images. Costs two passes over the data.
  public init(_ dataset: Dataset, pictures: Int = 4) {
    name = dataset.name
    count = dataset.count
    format = dataset.format
    var counts = [Int](repeating: 0, count: dataset.classes)
    withExtendedLifetime(dataset) {
      for label in dataset.labels { counts[Int(label)] += 1 }
    }
    classCounts = counts
    (mean, deviation, minimum, maximum) = dataset.moments()
    fingerprint = dataset.fingerprint()
    self.pictures = Self.pictures(of: dataset, count: pictures, low: minimum, high: maximum)
    sequences = dataset.sequenceSummary()
  }

  /// Several lines of text.
  public var description: String {
    var lines = [
      format.layout == nil
        ? "\(name): \(count) examples of shape \(format.shape), \(format.element) values"
        : "\(name): \(count) \(format.summary)",
      "  mean \(Self.rounded(mean)), standard deviation \(Self.rounded(deviation)), from \(Self.rounded(minimum)) to"
        + " \(Self.rounded(maximum))",
    ]
    lines += sequences.map { "  \($0)" }
    if !classCounts.isEmpty {
      lines.append(
        "  classes: " + classCounts.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ")
      )
    }
    lines.append("  fingerprint \(fingerprint)")
    return lines.joined(separator: "\n") + (pictures.isEmpty ? "" : "\n" + pictures)
  }

  private static func rounded(_ value: Double) -> String {
    let scaled = (value * 10_000).rounded() / 10_000
    return scaled == scaled.rounded() && abs(scaled) < 1e15 ? String(Int(scaled)) : String(scaled)
  }

  private static let inks: [Character] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]

  // Two rows of pixels a line, since letters are twice as high as wide; colours are averaged.
  private static func pictures(of dataset: Dataset, count: Int, low: Double, high: Double) -> String {
    let extents = dataset.shape.extents
    guard extents.count == 3, dataset.count > 0, high > low, extents[2] <= 64 else { return "" }
    let (channels, height, width) = (extents[0], extents[1], extents[2])
    let perLine = max(1, min(count, dataset.count, 112 / width))
    let images = (0..<perLine).map { dataset.values($0) }
    var lines: [String] = []
    for y in stride(from: 0, to: height, by: 2) {
      let parts = images.map { image -> String in
        String(
          (0..<width).map { x -> Character in
            var sum = 0.0
            var cells = 0.0
            for channel in 0..<channels {
              for row in y..<min(y + 2, height) {
                sum += Double(image[(channel * height + row) * width + x])
                cells += 1
              }
            }
            let share = (sum / cells - low) / (high - low)
            return inks[max(0, min(inks.count - 1, Int(share * Double(inks.count))))]
          })
      }
      lines.append(parts.joined(separator: " "))
    }
    return lines.joined(separator: "\n")
  }
}
