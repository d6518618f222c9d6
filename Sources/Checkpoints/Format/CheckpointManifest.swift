import Foundation

/// What a checkpoint says of itself in `manifest.json`: everything but the tensors. Nothing in it mentions ranks.
public struct CheckpointManifest: Sendable, Hashable {
  /// The version of the format that this library writes.
  public static let currentFormatVersion = 1

  /// The version of the format.
  public var formatVersion = CheckpointManifest.currentFormatVersion
  /// The name of the architecture in the catalogue.
  public var architecture: String
  /// The fully resolved config, as text.
  public var config: String
  /// The number of optimizer steps done.
  public var step: Int
  /// The number of whole passes over the data done.
  public var epoch: Int
  /// The number of examples of the current epoch that are used up.
  public var dataPosition: Int
  /// The seed of the run.
  public var seed: UInt64
  /// The number of lanes.
  public var lanes: Int
  /// The latest figures, by their standard names.
  public var metrics: [String: Double]
  /// The best figures so far and where they were reached.
  public var best: [String: BestFigure]
  /// What identifies the data set: a run goes on with the data that it began with.
  public var datasetFingerprint: String
  /// The version of the library that wrote it.
  public var libraryVersion: String
  /// Whole numbers that a run has to carry on, by name (mistakes made, evaluations without improvement).
  public var counters: [String: Int]
  /// The names of the files that hold tensors; set when the checkpoint is written.
  public internal(set) var tensorFiles: [String] = []

  /// The lowest value of a figure, and the step at which it was measured.
  public struct BestFigure: Sendable, Hashable, Codable {
    /// The value.
    public var value: Double
    /// The number of optimizer steps done when it was measured.
    public var step: Int

    /// A value at a step.
    public init(value: Double, step: Int) {
      self.value = value
      self.step = step
    }
  }

  /// A manifest.
  public init(
    architecture: String, config: String, step: Int, epoch: Int, dataPosition: Int, seed: UInt64, lanes: Int,
    metrics: [String: Double] = [:], best: [String: BestFigure] = [:], datasetFingerprint: String,
    libraryVersion: String, counters: [String: Int] = [:]
  ) {
    self.architecture = architecture
    self.config = config
    self.step = step
    self.epoch = epoch
    self.dataPosition = dataPosition
    self.seed = seed
    self.lanes = lanes
    self.metrics = metrics
    self.best = best
    self.datasetFingerprint = datasetFingerprint
    self.libraryVersion = libraryVersion
    self.counters = counters
  }
}

extension CheckpointManifest: Codable {
  enum CodingKeys: String, CodingKey {
    case formatVersion = "format_version"
    case architecture, config, step, epoch
    case dataPosition = "data_position"
    case seed, lanes, metrics, best
    case datasetFingerprint = "dataset_fingerprint"
    case libraryVersion = "library_version"
    case counters
    case tensorFiles = "tensor_files"
  }

  /// Reads all keys; none may be missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try values.decode(Int.self, forKey: .formatVersion)
    architecture = try values.decode(String.self, forKey: .architecture)
    config = try values.decode([String].self, forKey: .config).joined(separator: "\n")
    step = try values.decode(Int.self, forKey: .step)
    epoch = try values.decode(Int.self, forKey: .epoch)
    dataPosition = try values.decode(Int.self, forKey: .dataPosition)
    seed = try values.decode(UInt64.self, forKey: .seed)
    lanes = try values.decode(Int.self, forKey: .lanes)
    metrics = try values.decode([String: Double].self, forKey: .metrics)
    best = try values.decode([String: BestFigure].self, forKey: .best)
    datasetFingerprint = try values.decode(String.self, forKey: .datasetFingerprint)
    libraryVersion = try values.decode(String.self, forKey: .libraryVersion)
    counters = try values.decode([String: Int].self, forKey: .counters)
    tensorFiles = try values.decode([String].self, forKey: .tensorFiles)
  }

  /// Writes all keys.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(formatVersion, forKey: .formatVersion)
    try values.encode(architecture, forKey: .architecture)
    // Line by line, so that people can read it.
    try values.encode(
      config.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), forKey: .config)
    try values.encode(step, forKey: .step)
    try values.encode(epoch, forKey: .epoch)
    try values.encode(dataPosition, forKey: .dataPosition)
    try values.encode(seed, forKey: .seed)
    try values.encode(lanes, forKey: .lanes)
    try values.encode(metrics, forKey: .metrics)
    try values.encode(best, forKey: .best)
    try values.encode(datasetFingerprint, forKey: .datasetFingerprint)
    try values.encode(libraryVersion, forKey: .libraryVersion)
    try values.encode(counters, forKey: .counters)
    try values.encode(tensorFiles, forKey: .tensorFiles)
  }
}
