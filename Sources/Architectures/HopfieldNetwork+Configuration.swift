import Networks

extension HopfieldNetwork {
  /// What is stored, how, and how it is recalled.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The most patterns that a network can store.
    public var patterns: Int
    /// The independent networks (1), for statistics over many of them: example e belongs to network e mod networks.
    public var networks: Int?
    /// The values of a unit (`plus_minus`).
    public var coding: Coding?
    /// How patterns are stored (`hebb`).
    public var rule: Rule?
    /// What becomes of the weights (`full`).
    public var weights: Weights?
    /// The links between units (`symmetric`).
    public var links: Links?
    /// The strength λ of the step from each pattern to the next (0): T_ij grows by λ Σ_s ξ_i^(s+1) ξ_j^s in a second epoch.
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

    /// A network for up to `patterns` patterns.
    public init(patterns: Int) {
      self.patterns = patterns
    }
  }

  /// The values of a unit.
  public enum Coding: String, Keyword {
    /// 0 and 1 with a threshold of 0, as in 1982.
    case zeroOne = "zero_one"
    /// -1 and 1, which doubles the capacity.
    case plusMinus = "plus_minus"

    /// What the choice is, for errors.
    public static var title: String { "coding" }
  }

  /// How patterns ξ, in values of ±1, become links.
  public enum Rule: String, Keyword {
    /// T = Σ ξ ξᵀ. Hopfield 1982.
    case hebb
    /// T = X (Xᵀ X)⁻¹ Xᵀ for the matrix X of all patterns. The first epoch stores them by Hebb's rule, the second turns T
    /// into the projection. Personnaz, Guyon & Dreyfus 1985.
    case pseudoInverse = "pseudo_inverse"
    /// T_ij ← T_ij + (ξ_i ξ_j - ξ_i h_ji - h_ij ξ_j) / N with h_ij = Σ_k T_ik ξ_k over k ≠ i, j. Storkey 1997. The patterns of
    /// a step all see the weights from before it: the rule itself is one pattern for each network a step.
    case storkey
    /// The patterns themselves are kept, and recall is one step V = sign(X softmax(β Xᵀ V)). Ramsauer et al. 2020.
    case softmax

    /// What the choice is, for errors.
    public static var title: String { "rule" }
  }

  /// What becomes of the weights.
  public enum Weights: Codable, Hashable, Sendable {
    /// They stay as they are.
    case full
    /// Only their signs are used.
    case clipped
    /// They never leave -limit ... limit: what was stored long ago fades.
    case limit(Double)

    /// Decodes `full`, `clipped` or `{limit: 3}`.
    public init(from decoder: any Decoder) throws {
      guard let word = try? decoder.singleValueContainer().decode(String.self) else {
        self = .limit(try decoder.container(keyedBy: Key.self).decode(Double.self, forKey: .limit))
        return
      }
      switch word {
      case "full": self = .full
      case "clipped": self = .clipped
      default: throw unknownWord("weights", word, allowed: "full, clipped, {limit: 3}", decoder)
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
    /// The pattern itself.
    case stored
    /// Any state.
    case random
    /// The pattern with this many units changed.
    case flip(Int)
    /// The first half of the pattern; the rest is drawn at random.
    case half

    /// Decodes `stored`, `random`, `half` or `{flip: 5}`.
    public init(from decoder: any Decoder) throws {
      guard let word = try? decoder.singleValueContainer().decode(String.self) else {
        self = .flip(try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .flip))
        return
      }
      switch word {
      case "stored": self = .stored
      case "random": self = .random
      case "half": self = .half
      default: throw unknownWord("cue", word, allowed: "stored, random, half, {flip: 5}", decoder)
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
    /// β of the rule `softmax` (1).
    public var beta: Double?
    /// Up to how many wrong units a state counts as near to a pattern (5).
    public var near: Int?
    /// What cues and orders are drawn from, besides the number of the example (1).
    public var seed: UInt32?

    private enum CodingKeys: String, CodingKey {
      case order, sweeps, beta, near, seed
    }

    /// The usual recall.
    public init() {}
  }

  private static func unknownWord(
    _ key: String, _ word: String, allowed: String, _ decoder: any Decoder
  ) -> DecodingError {
    .dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "unknown \(key) «\(word)»: allowed: \(allowed)")
    )
  }
}

extension HopfieldNetwork.Configuration {
  /// The number of independent networks.
  var networkCount: Int { networks ?? 1 }
  /// Whether recall uses other weights than those that are stored.
  var changesWeights: Bool { weights == .clipped || links == .oneWay || hasSequence }
  /// Whether each pattern is followed by the next.
  var hasSequence: Bool { (sequence ?? 0) != 0 }
  /// Whether the links follow from all patterns together, in a second epoch.
  var needsAllPatterns: Bool { rule == .pseudoInverse || hasSequence }

  /// Checks the values for networks of `units` units.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func validate(units: Int) throws(ConfigurationError) {
    func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(ConfigurationError) {
      if !condition { throw ConfigurationError("model.\(text())") }
    }
    let networks = networkCount
    try require((1...1 << 20).contains(patterns), "patterns is \(patterns): 1 to \(1 << 20) are allowed")
    try require((1...1 << 20).contains(networks), "networks is \(networks): 1 to \(1 << 20) are allowed")
    let each = Double(patterns) + (rule == .softmax ? 0 : Double(units))
    let bytes = 4 * Double(networks) * Double(units) * each
    try require(
      bytes < 0x1p36,
      "networks is \(networks): \(networks) networks of \(units) units and \(patterns) patterns need "
        + "\(Int(bytes / 0x1p30)) GiB for every lane; use fewer")
    try require(
      rule != .pseudoInverse || patterns <= units,
      "patterns is \(patterns): the rule pseudo_inverse stores at most as many as there are units, \(units)")
    if case .limit(let limit) = weights {
      try require(limit > 0 && limit.isFinite, "weights.limit is \(limit): a number above 0 is needed")
      try require(
        (rule ?? .hebb) == .hebb, "weights.limit belongs to the rule hebb, not to \(rule!.rawValue)")
    }
    if case .flip(let count) = cue {
      try require((0...units).contains(count), "cue.flip is \(count): a network has \(units) units")
    }
    try require((sequence ?? 0).isFinite, "sequence is \(sequence ?? 0): a number is needed")
    try require(binarize?.isFinite ?? true, "binarize is \(binarize ?? 0): a number is needed")
    if rule == .softmax {
      let weights = weights ?? .full
      try require(
        weights == .full && links != .oneWay && !hasSequence,
        "rule softmax has no weights: leave out weights, links and sequence")
    } else {
      try require(recall?.beta == nil, "recall.beta belongs to the rule softmax")
    }
    try recall?.validate()
  }
}

extension HopfieldNetwork.Recall {
  func validate() throws(ConfigurationError) {
    guard (1...1 << 20).contains(sweeps ?? 100) else {
      throw ConfigurationError("model.recall.sweeps is \(sweeps ?? 0): 1 to \(1 << 20) are allowed")
    }
    guard beta ?? 1 > 0, (beta ?? 1).isFinite else {
      throw ConfigurationError("model.recall.beta is \(beta ?? 0): a number above 0 is needed")
    }
    guard near ?? 0 >= 0 else {
      throw ConfigurationError("model.recall.near is \(near ?? 0): 0 or more is needed")
    }
  }
}
