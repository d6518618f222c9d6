import Networks

extension HopfieldNetwork {
  /// What is stored, how, and how it is recalled.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The patterns that each network stores. Example e belongs to network e / patterns.
    public var patterns: Int
    /// The number of independent networks, each with patterns of its own (1): for statistics over many of them.
    public var networks: Int?
    /// The values of a unit (`plus_minus`).
    public var coding: Coding?
    /// How patterns are stored (`hebb`).
    public var rule: Rule?
    /// What becomes of the weights (`full`).
    public var weights: Weights?
    /// The links between units (`symmetric`).
    public var links: Links?
    /// The strength λ of the step from each pattern to the next (0): T_ij grows by λ Σ_s ξ_i^(s+1) ξ_j^s.
    public var sequence: Double?
    /// The value above which an input counts as on; nil: inputs must be binary, 0 and 1 or -1 and 1.
    public var binarize: Double?
    /// What recall begins with (`stored`).
    public var cue: Cue?
    /// How the network comes to rest.
    public var recall: Recall?

    private enum CodingKeys: String, CodingKey {
      case patterns, networks, coding, rule, weights, links, sequence, binarize, cue, recall
    }

    /// A network for `patterns` patterns.
    public init(patterns: Int) {
      self.patterns = patterns
    }
  }

  /// The values of a unit.
  public enum Coding: String, Keyword {
    /// 0 and 1, as in the paper, with a threshold of 0.
    case zeroOne = "zero_one"
    /// -1 and 1, which doubles the capacity.
    case plusMinus = "plus_minus"

    /// What the choice is, for errors.
    public static var title: String { "coding" }
  }

  /// How patterns ξ, in values of ±1, become weights.
  public enum Rule: String, Keyword {
    /// T = Σ ξ ξᵀ.
    case hebb
    /// T = X (Xᵀ X)⁻¹ Xᵀ for the matrix X of all patterns: needs a second epoch.
    case pseudoInverse = "pseudo_inverse"
    /// T_ij ← T_ij + (ξ_i ξ_j - ξ_i h_ji - h_ij ξ_j) / N with h_ij = Σ_k T_ik ξ_k over k ≠ i, j. Storkey 1997. The
    /// examples of a step see the weights from before it: the rule itself is batch 1.
    case storkey

    /// What the choice is, for errors.
    public static var title: String { "rule" }
  }

  /// What becomes of the weights.
  public enum Weights: Codable, Hashable, Sendable {
    /// They stay as they are.
    case full
    /// Only their signs are used.
    case clipped
    /// They never leave -limit ... limit: the oldest patterns fade.
    case limit(Int)

    /// Decodes `full`, `clipped` or `{limit: 3}`.
    public init(from decoder: any Decoder) throws {
      if let word = try? decoder.singleValueContainer().decode(String.self) {
        switch word {
        case "full": self = .full
        case "clipped": self = .clipped
        default:
          throw DecodingError.dataCorrupted(
            .init(
              codingPath: decoder.codingPath,
              debugDescription: "unknown weights «\(word)»: allowed: full, clipped, {limit: 3}"))
        }
      } else {
        self = .limit(try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .limit))
      }
    }

    /// Encodes the shortest form that decodes to the same.
    public func encode(to encoder: any Encoder) throws {
      var single = encoder.singleValueContainer()
      switch self {
      case .full: try single.encode("full")
      case .clipped: try single.encode("clipped")
      case .limit(let limit): try single.encode(["limit": limit])
      }
    }

    private enum Key: CodingKey { case limit }
  }

  /// The links between units.
  public enum Links: String, Keyword {
    /// Each pair is linked both ways with one weight.
    case symmetric
    /// Of each pair one direction is missing, by lot.
    case oneWay = "one_way"

    /// What the choice is, for errors.
    public static var title: String { "links" }
  }

  /// What recall begins with.
  public enum Cue: Codable, Hashable, Sendable {
    /// The stored pattern itself.
    case stored
    /// Any state.
    case random
    /// The pattern with this many units changed.
    case flip(Int)
    /// The pattern with its second half drawn at random.
    case half

    /// Decodes `stored`, `random`, `half` or `{flip: 5}`.
    public init(from decoder: any Decoder) throws {
      if let word = try? decoder.singleValueContainer().decode(String.self) {
        switch word {
        case "stored": self = .stored
        case "random": self = .random
        case "half": self = .half
        default:
          throw DecodingError.dataCorrupted(
            .init(
              codingPath: decoder.codingPath,
              debugDescription: "unknown cue «\(word)»: allowed: stored, random, half, {flip: 5}"))
        }
      } else {
        self = .flip(try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .flip))
      }
    }

    /// Encodes the shortest form that decodes to the same.
    public func encode(to encoder: any Encoder) throws {
      var single = encoder.singleValueContainer()
      switch self {
      case .stored: try single.encode("stored")
      case .random: try single.encode("random")
      case .half: try single.encode("half")
      case .flip(let count): try single.encode(["flip": count])
      }
    }

    private enum Key: CodingKey { case flip }
  }

  /// How the network comes to rest.
  public struct Recall: Codable, Hashable, Sendable {
    /// Which units are set when (`asynchronous`).
    public var order: ThresholdRecall.Order?
    /// The most sweeps over all units (100).
    public var sweeps: Int?
    /// One step of the modern network instead: V = sign(X softmax(β Xᵀ V)), with this β.
    public var beta: Double?
    /// Up to how many wrong units a state counts as near to a memory (5).
    public var near: Int?

    private enum CodingKeys: String, CodingKey {
      case order, sweeps, beta, near
    }

    /// The usual recall.
    public init() {}
  }
}

extension HopfieldNetwork.Configuration {
  /// Checks the values for networks of `units` units.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func validate(units: Int) throws(ConfigurationError) {
    func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(ConfigurationError) {
      if !condition { throw ConfigurationError("model.\(text())") }
    }
    let networks = networks ?? 1
    try require(patterns >= 1 && patterns <= 1 << 20, "patterns is \(patterns): 1 to \(1 << 20) are allowed")
    try require(networks >= 1 && networks <= 1 << 20, "networks is \(networks): 1 to \(1 << 20) are allowed")
    let bytes = 4.0 * Double(networks) * Double(units) * Double(units + patterns)
    try require(
      bytes < 0x1p36, "networks: \(networks) networks of \(units) units need \(Int(bytes / 0x1p30)) GiB; use fewer")
    try require(
      rule != .pseudoInverse || patterns <= units,
      "patterns is \(patterns): the pseudo-inverse stores at most as many as there are units, \(units)")
    if case .limit(let limit) = weights {
      try require(limit >= 1, "weights.limit is \(limit): at least 1 is needed")
      try require(rule ?? .hebb == .hebb, "weights.limit belongs to the rule hebb")
    }
    if case .flip(let count) = cue {
      try require(count >= 0 && count <= units, "cue.flip is \(count): a network has \(units) units")
    }
    let sweeps = recall?.sweeps ?? 100
    try require(sweeps >= 1 && sweeps <= 1 << 20, "recall.sweeps is \(sweeps): at least 1 is needed")
    try require(recall?.beta ?? 1 > 0 && (recall?.beta ?? 1).isFinite, "recall.beta is \(recall?.beta ?? 0): above 0")
    try require(recall?.near ?? 0 >= 0, "recall.near is \(recall?.near ?? 0): at least 0 is needed")
    try require((sequence ?? 0).isFinite, "sequence is \(sequence ?? 0): a number is needed")
  }
}
