/// How a mean of the parameters is kept beside them while they move.
///
/// Codable as a word (`averaging: mean`) or as a mapping.
public struct Averaging: Codable, Hashable, Sendable {
  /// What kind of mean.
  public enum Kind: String, Keyword {
    /// The plain mean over all steps since `start`: Polyak & Juditsky 1992; the averaged perceptron.
    case mean
    /// a ← decay · a + (1 - decay) · w.
    case exponential

    /// What the choice is, for errors.
    public static var title: String { "averaging" }
  }

  /// What kind of mean.
  public var kind: Kind
  /// `mean`: the steps that pass before the mean begins (0).
  public var start: Int?
  /// `exponential`: what remains of the mean at each step (0.999).
  public var decay: Double?

  private enum CodingKeys: String, CodingKey {
    case kind, start, decay
  }

  /// A mean of this kind.
  public init(_ kind: Kind, start: Int? = nil, decay: Double? = nil) {
    self.kind = kind
    self.start = start
    self.decay = decay
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if (try? decoder.singleValueContainer().decode(String.self)) != nil {
      self.init(try Kind(from: decoder))
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decodeIfPresent(Kind.self, forKey: .kind) ?? .mean,
      start: try container.decodeIfPresent(Int.self, forKey: .start),
      decay: try container.decodeIfPresent(Double.self, forKey: .decay))
  }

  /// The share of the new parameters in the mean after step `step` (from 1); 1 replaces it.
  package func rate(at step: Int) -> Float {
    switch kind {
    case .mean: 1 / Float(max(step - (start ?? 0), 1))
    case .exponential: step == 1 ? 1 : Float(1 - (decay ?? 0.999))
    }
  }

  func validate() throws(ConfigurationError) {
    if let start {
      guard kind == .mean else {
        throw ConfigurationError(
          "averaging.start: it belongs to the kind «mean», not «exponential»; leave it out")
      }
      guard start >= 0 else { throw ConfigurationError("averaging.start is \(start): it must be at least 0") }
    }
    if let decay {
      guard kind == .exponential else {
        throw ConfigurationError(
          "averaging.decay: it belongs to the kind «exponential», not «mean»; leave it out")
      }
      guard decay >= 0, decay < 1 else {
        throw ConfigurationError("averaging.decay is \(decay): it must be at least 0 and below 1")
      }
    }
  }
}
