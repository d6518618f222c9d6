/// What makes a code sparse: `sparsity: {kind: kl, weight: 0.1, target: 0.05}`.
///
/// | kind | penalty of one example | |
/// |---|---|---|
/// | `l1` | weight Σ |c| | most units near zero |
/// | `kl` | weight Σ c dKL(target ‖ q)/dq | each unit active on `target` of the examples |
///
/// The divergence KL(ρ ‖ q) = ρ log ρ/q + (1 - ρ) log (1 - ρ)/(1 - q) is one of *mean* activities q, and a mean over the
/// lanes of a batch is no sum over examples. So q is a running mean, q ← q + rate (mean - q), which the step regards as
/// fixed; the penalty is then linear in the code, with the divergence's slope, and contributions add. Its units have to
/// be sigmoids. Hinton, A practical guide to training restricted Boltzmann machines, 2010, section 11; Lee, Ekanadham &
/// Ng 2008.
public struct SparsityConfiguration: Codable, Hashable, Sendable {
  /// The kind of a penalty.
  public enum Kind: String, Keyword {
    /// Absolute values.
    case l1
    /// The divergence of the mean activity from a target.
    case kullbackLeibler = "kl"

    /// What the choice is, for errors.
    public static var title: String { "sparsity kind" }
  }

  /// The kind.
  public var kind: Kind
  /// What the penalty is multiplied with.
  public var weight: Double
  /// The wanted mean activity ρ (0.05), for `kl`.
  public var target: Double?
  /// How fast the running means follow (0.1 a step), for `kl`.
  public var rate: Double?

  private enum CodingKeys: String, CodingKey {
    case kind, weight, target, rate
  }

  /// A penalty.
  public init(kind: Kind, weight: Double, target: Double? = nil, rate: Double? = nil) {
    self.kind = kind
    self.weight = weight
    self.target = target
    self.rate = rate
  }

  /// Checks the numbers.
  public func validate() throws(ConfigurationError) {
    guard weight > 0, weight.isFinite else {
      throw ConfigurationError("sparsity.weight is \(weight): it must be greater than 0 and finite")
    }
    if let target, !(target > 0 && target < 1) {
      throw ConfigurationError("sparsity.target is \(target): a mean activity lies between 0 and 1")
    }
    if let rate, !(rate > 0 && rate <= 1) {
      throw ConfigurationError("sparsity.rate is \(rate): it must be above 0 and at most 1")
    }
    guard kind == .kullbackLeibler || (target == nil && rate == nil) else {
      throw ConfigurationError("sparsity: target and rate belong to the kind kl, not to \(kind.rawValue)")
    }
  }

  /// For people.
  var name: String { "\(kind.rawValue) \(weight)" }

  /// dP/dc of a unit whose running mean is `activity`; for `l1` the slope on the positive side.
  func slope(activity: Float) -> Float {
    guard kind == .kullbackLeibler else { return Float(weight) }
    let target = Float(self.target ?? 0.05)
    let activity = min(max(activity, 1e-4), 1 - 1e-4)
    return Float(weight) * ((1 - target) / (1 - activity) - target / activity)
  }
}
