/// How the likelihood of a machine is computed: `evaluation.likelihood: {method: annealed, runs: 100}`.
///
/// A machine's energy says how probable an example is up to the partition function Z, a sum over all states:
///
///     ln p(v) = -F(v) - ln Z
public struct LikelihoodRequest: Codable, Hashable, Sendable {
  /// How ln Z is found.
  public enum Method: String, Keyword {
    /// The sum over all states of one side, which may have at most 25 units.
    case exact
    /// Annealed importance sampling, an estimate with its error.
    case annealed
    /// `exact` where a side has at most 20 units, else `annealed`.
    case auto

    /// What the choice is, for errors.
    public static var title: String { "method" }
  }

  /// How ln Z is found (`auto`).
  public var method: Method?
  /// annealed: the number of independent runs (100).
  public var runs: Int?
  /// annealed: the number of inverse temperatures, equally far apart; where not given, the 14,500 of Salakhutdinov &
  /// Murray 2008 (`AnnealingSchedule`).
  public var betas: Int?

  /// A request.
  public init(_ method: Method? = nil, runs: Int? = nil, betas: Int? = nil) {
    self.method = method
    self.runs = runs
    self.betas = betas
  }

  /// Checks the numbers.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  public func validate() throws(ConfigurationError) {
    if let runs, !(2...1 << 20).contains(runs) {
      throw ConfigurationError(
        "likelihood: runs is \(runs): 2 to \(1 << 20) runs are possible; their spread gives the error")
    }
    if let betas, !(1...1 << 30).contains(betas) {
      throw ConfigurationError("likelihood: betas is \(betas): 1 to \(1 << 30) temperatures are possible")
    }
    guard method != .exact || (runs == nil && betas == nil) else {
      throw ConfigurationError(
        "likelihood: runs and betas belong to the method «annealed»; leave them out, or choose it")
    }
  }
}

/// Work in numbered items that anyone can do: item i is a function of the parameters and of i alone, so that ranks and
/// threads share the items as they like and the results, gathered in order, are the same bits on any number.
public struct NumberedWork: Hashable, Sendable {
  /// What it is, for progress and errors.
  public var name: String
  /// The number of items.
  public var count: Int
  /// The numbers that each item gives.
  public var width: Int

  /// Work of this many items.
  public init(_ name: String, count: Int, width: Int) {
    self.name = name
    self.count = count
    self.width = width
  }
}

/// A model of a probability distribution whose normalisation is work of its own: `tenfold evaluate --likelihood`.
///
/// The coordinator finds the basis in the training set, all ranks and threads compute items, the coordinator makes
/// figures of their values.
public protocol LikelihoodModel: Model {
  /// The items that a request needs.
  ///
  /// - Throws: `ConfigurationError` where the request cannot be met, with the remedy.
  func likelihoodWork(_ request: LikelihoodRequest) throws -> NumberedWork

  /// What items need to know of the training examples.
  func likelihoodBasis(of training: any ExampleMatrix, _ request: LikelihoodRequest) throws -> [Float]

  /// Computes item `item` and writes its values.
  ///
  /// - Parameters:
  ///   - basis: what `likelihoodBasis` has found.
  ///   - seed: that of all draws.
  func computeLikelihood(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>)

  /// The figures that follow from the values of all items, one after the other.
  ///
  /// - Parameter evaluated: the figures of `evaluate` on each set: `test_free_energy`.
  func likelihoodFigures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float], evaluated: [String: Double]
  ) throws -> [String: Double]
}

extension [String: Double] {
  /// Adds, for each set whose mean free energy F is among `evaluated`, ln p = -F - ln Z by the `log_partition` that is among
  /// these figures: `test_log_probability`, where `name` is `log_probability`.
  package mutating func addLogProbabilities(_ name: String, _ evaluated: [String: Double]) {
    guard let logPartition = self["log_partition"] else { return }
    for set in ["training", "validation", "test"] {
      if let energy = evaluated["\(set)_free_energy"] { self["\(set)_\(name)"] = -energy - logPartition }
    }
  }
}
