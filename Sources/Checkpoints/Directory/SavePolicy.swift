import Networks

/// When to save a checkpoint and which ones to keep: `checkpoints:` of a config.
///
/// ```yaml
/// checkpoints:
///   every_steps: 1000      # and at the end; none of both: every 10 minutes
///   every_minutes: 10
///   keep_last: 3
///   keep_best: test_error  # or true: the run's main metric; or false
/// ```
public struct SavePolicy: Sendable, Hashable {
  /// Which checkpoint is kept as the best.
  public enum Best: Sendable, Hashable {
    /// None.
    case none
    /// The one with the lowest value of the run's main metric.
    case mainMetric
    /// The one with the lowest value of the metric of this name.
    case metric(String)
  }

  /// The steps from one checkpoint to the next, at least 1.
  public var everySteps: Int?
  /// The minutes from one checkpoint to the next, more than 0.
  public var everyMinutes: Double?
  /// How many of the newest ones are kept, at least 1.
  public var keepLast: Int
  /// Which one is kept as the best.
  public var keepBest: Best

  /// A policy; with neither steps nor minutes it is every 10 minutes.
  ///
  /// - Throws: `ConfigurationError` where a number is out of its range.
  public init(
    everySteps: Int? = nil, everyMinutes: Double? = nil, keepLast: Int = 3, keepBest: Best = .mainMetric
  ) throws {
    self.everySteps = everySteps
    self.everyMinutes = everySteps == nil && everyMinutes == nil ? 10 : everyMinutes
    self.keepLast = keepLast
    self.keepBest = keepBest
    try validate()
  }

  /// Whether to save after `step` steps, `seconds` after the last checkpoint (or after the start of the run).
  public func isDue(step: Int, secondsSinceSave seconds: Double) -> Bool {
    if step <= 0 { return false }
    if let everySteps, step % everySteps == 0 { return true }
    if let everyMinutes, seconds >= everyMinutes * 60 { return true }
    return false
  }

  /// The metric whose best checkpoint is kept, where `main` is the run's main one; `nil` for none.
  public func bestMetric(main: String?) -> String? {
    switch keepBest {
    case .none: nil
    case .mainMetric: main
    case .metric(let name): name
    }
  }

  private func validate() throws {
    if let everySteps, everySteps < 1 {
      throw ConfigurationError(
        "checkpoints.every_steps is \(everySteps); it must be at least 1. Leave it out to save by time only.")
    }
    if let everyMinutes, !(everyMinutes > 0 && everyMinutes.isFinite) {
      throw ConfigurationError(
        "checkpoints.every_minutes is \(everyMinutes); it must be more than 0. Leave it out to save by steps only."
      )
    }
    if keepLast < 1 {
      throw ConfigurationError(
        "checkpoints.keep_last is \(keepLast); it must be at least 1, as a run resumes from its newest checkpoint."
      )
    }
    if case .metric(let name) = keepBest, name.isEmpty {
      throw ConfigurationError("checkpoints.keep_best is empty; write true, false or the name of a metric.")
    }
  }
}

extension SavePolicy: Codable {
  enum CodingKeys: String, CodingKey {
    case everySteps = "every_steps"
    case everyMinutes = "every_minutes"
    case keepLast = "keep_last"
    case keepBest = "keep_best"
  }

  /// Reads what is there and takes the defaults for the rest; throws `ConfigurationError` as `init` does.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      everySteps: values.decodeIfPresent(Int.self, forKey: .everySteps),
      everyMinutes: values.decodeIfPresent(Double.self, forKey: .everyMinutes),
      keepLast: values.decodeIfPresent(Int.self, forKey: .keepLast) ?? 3,
      keepBest: values.decodeIfPresent(Best.self, forKey: .keepBest) ?? .mainMetric)
  }

  /// Writes all that is set.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(everySteps, forKey: .everySteps)
    try values.encodeIfPresent(everyMinutes, forKey: .everyMinutes)
    try values.encode(keepLast, forKey: .keepLast)
    try values.encode(keepBest, forKey: .keepBest)
  }
}

extension SavePolicy.Best: Codable {
  /// Reads true, false or a name.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let flag = try? value.decode(Bool.self) {
      self = flag ? .mainMetric : .none
    } else if let name = try? value.decode(String.self) {
      self = .metric(name)
    } else {
      throw ConfigurationError("checkpoints.keep_best must be true, false or the name of a metric.")
    }
  }

  /// Writes true, false or a name.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .none: try value.encode(false)
    case .mainMetric: try value.encode(true)
    case .metric(let name): try value.encode(name)
    }
  }
}
