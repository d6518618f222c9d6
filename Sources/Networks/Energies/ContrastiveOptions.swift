/// How the negative statistics of a restricted machine are drawn.
public struct ContrastiveOptions: Hashable, Sendable {
  /// Whether visible states are drawn in the chains (true), or stand as probabilities (Hinton 2006 for CD-1).
  public var drawsVisible: Bool
  /// The persistent chains of the run; nil for contrastive divergence.
  public var chains: Int?
  /// The wanted mean activity of hidden units, where one is wanted.
  public var sparsity: SparsityTarget?

  /// Options.
  public init(drawsVisible: Bool = true, chains: Int? = nil, sparsity: SparsityTarget? = nil) {
    self.drawsVisible = drawsVisible
    self.chains = chains
    self.sparsity = sparsity
  }
}

/// A wanted mean activity of hidden units: `sparsity: {target: 0.1, weight: 0.01}`.
///
/// The running mean q of each unit's activity is drawn to the target p: the penalty's derivative by the unit's input is
/// weight · (q - p), for its bias and its weights. Hinton, A practical guide to training restricted Boltzmann machines,
/// 2010, section 11.
public struct SparsityTarget: Codable, Hashable, Sendable {
  /// The wanted mean activity p.
  public var target: Double
  /// What the penalty is multiplied with.
  public var weight: Double
  /// How fast the running means follow, a step (0.1).
  public var rate: Double?

  /// A target.
  public init(target: Double, weight: Double, rate: Double? = nil) {
    self.target = target
    self.weight = weight
    self.rate = rate
  }

  /// Checks the numbers.
  public func validate() throws(ConfigurationError) {
    guard target > 0, target < 1 else {
      throw ConfigurationError("sparsity.target is \(target): a mean activity lies between 0 and 1")
    }
    guard weight > 0, weight.isFinite else {
      throw ConfigurationError("sparsity.weight is \(weight): it must be greater than 0 and finite")
    }
    if let rate, !(rate > 0 && rate <= 1) {
      throw ConfigurationError("sparsity.rate is \(rate): it must be above 0 and at most 1")
    }
  }

  /// The slot of the running means.
  public func slot(units: Int) -> Slot {
    Slot(
      "hidden_activity", shape: [units], initializer: .constant(Float(target)), decays: false,
      update: .average(rate: Float(rate ?? 0.1)))
  }
}

/// The Gibbs steps of an update: a number, or rows of epochs, `[{epochs: 20, steps: 1}, {epochs: 20, steps: 5}]`; the last
/// row goes on.
public struct GibbsSteps: Codable, Hashable, Sendable {
  /// Some epochs with one number of steps.
  public struct Row: Codable, Hashable, Sendable {
    /// The number of epochs.
    public var epochs: Int
    /// The steps of each update in them.
    public var steps: Int
  }

  /// The rows.
  public var rows: [Row]
  private let isNumber: Bool

  /// One number for the whole run.
  public init(_ steps: Int) {
    self.init(rows: [Row(epochs: 1, steps: steps)], isNumber: true)
  }

  private init(rows: [Row], isNumber: Bool) {
    self.rows = rows
    self.isNumber = isNumber
  }

  /// Decodes the number or the rows.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let steps = try? container.decode(Int.self) {
      self.init(steps)
    } else {
      self.init(rows: try container.decode([Row].self), isNumber: false)
    }
  }

  /// Encodes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if isNumber { try container.encode(rows[0].steps) } else { try container.encode(rows) }
  }

  /// The number of the row that holds in `epoch`.
  public func row(atEpoch epoch: Int) -> Int {
    var end = 0
    for (index, row) in rows.enumerated() {
      end += row.epochs
      if epoch < end { return index }
    }
    return rows.count - 1
  }

  /// Checks the numbers.
  public func validate(key: String) throws(ConfigurationError) {
    guard !rows.isEmpty else {
      throw ConfigurationError("\(key) is an empty list: give a number, or rows {epochs: 20, steps: 1}")
    }
    for row in rows {
      guard (1...100_000).contains(row.steps), (1...1_000_000_000).contains(row.epochs) else {
        throw ConfigurationError(
          "\(key): \(row.steps) Gibbs steps for \(row.epochs) epochs are not possible; at least 1 of each is needed"
        )
      }
    }
  }
}
