/// What a config says of random patterns, among the other keys of `data:`.
public struct PatternOptions: Sendable, Hashable {
  /// The independent sets that the patterns are divided into, one for each network: example e belongs to set e mod networks.
  /// Default 1.
  public var networks = 1
  /// In how many values the last two patterns of a set differ; null: like any two, in half of them.
  public var distance: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case networks, distance
  }

  /// Nothing set.
  public init() {}

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    networks = try keys.decodeIfPresent(Int.self, forKey: .networks) ?? networks
    distance = try keys.decodeIfPresent(Int.self, forKey: .distance)
  }

  func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    try keys.encode(networks, forKey: .networks)
    try keys.encode(distance, forKey: .distance)
  }
}

extension DataConfiguration {
  /// Random patterns and the same again.
  func openPatterns() throws -> DatasetSplits {
    let features = features ?? 100
    let count = trainingCount ?? 10 * patterns.networks
    guard patterns.networks >= 1, count.isMultiple(of: patterns.networks) else {
      throw DataError(
        .configuration,
        "data.training_count is \(count) and data.networks \(patterns.networks): every network needs equally many patterns;"
          + " a multiple of \(max(patterns.networks, 1)) is allowed")
    }
    if let distance = patterns.distance {
      guard (0...features).contains(distance), count >= 2 * patterns.networks else {
        throw DataError(
          .configuration,
          "data.distance is \(distance); 0 to \(features) is allowed, with at least 2 patterns for each network"
        )
      }
    }
    if let testCount, testCount < count, !testCount.isMultiple(of: patterns.networks) {
      throw DataError(
        .configuration,
        "data.test_count is \(testCount) and data.networks \(patterns.networks): the newest patterns of each network are"
          + " tested; a multiple of \(patterns.networks) is allowed")
    }
    guard validationCount == 0 else {
      throw DataError(
        .configuration,
        "data.validation_count is \(validationCount); random patterns have nothing to hold back, set 0")
    }
    return try RandomPatterns(
      features: features, networks: patterns.networks, distance: patterns.distance, count: count, seed: seed
    ).splits(test: testCount ?? count)
  }
}
