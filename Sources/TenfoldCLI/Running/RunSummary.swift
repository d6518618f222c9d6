/// What `summary.json` says at the end of a run: the final figures under their standard names, and how it was run.
struct RunSummary: Encodable {
  var architecture: String
  var ranks: Int
  var threads: Int
  var lanes: Int
  var steps: Int
  var epochs: Double
  var parameters: Int
  /// `test_error` as a fraction, `test_loss`, …
  var figures: [String: Double]
  /// The SHA-256 of the parameters' bytes in slot order.
  var weightsSHA256: String
  var examplesPerSecond: Double
  var wallSeconds: Double
  var version: String

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(architecture, forKey: Key("architecture"))
    try values.encode(ranks, forKey: Key("ranks"))
    try values.encode(threads, forKey: Key("threads"))
    try values.encode(lanes, forKey: Key("lanes"))
    try values.encode(steps, forKey: Key("steps"))
    try values.encode(epochs, forKey: Key("epochs"))
    try values.encode(parameters, forKey: Key("parameters"))
    for (name, value) in figures { try values.encode(value, forKey: Key(name)) }
    try values.encode(weightsSHA256, forKey: Key("weights_sha256"))
    try values.encode(examplesPerSecond, forKey: Key("examples_per_second"))
    try values.encode(wallSeconds, forKey: Key("wall_seconds"))
    try values.encode(version, forKey: Key("version"))
  }
}
