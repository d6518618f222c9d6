import Networks

extension BoltzmannMachine {
  /// The units, their links, how the machine is cooled, and what is asked of it.
  public struct Configuration: Codable, Hashable, Sendable {
    /// The groups of units; the visible ones stand in the order of an example's values.
    public var groups: [Group]
    /// Pairs of groups of which every unit of one is linked with every unit of the other (none).
    public var links: [[String]]?
    /// How statistics are gathered (`annealed`).
    public var statistics: Statistics?
    /// How the machine is cooled; its last temperature is that of the machine's probabilities (annealed: [[20, 2], [15, 2],
    /// [12, 2], [10, 4]]; persistent: [[1, 1]]).
    public var schedule: CoolingSchedule?
    /// annealed: the units of time at the last temperature, after each of which the states are looked at (10).
    public var time: Int?
    /// annealed: how often each example is clamped in a step, and as many free machines are cooled (2).
    public var runs: Int?
    /// annealed: how examples are clamped (as they are).
    public var noise: Noise?
    /// Hidden groups, or single units of them as `code.3`, that are held off (none).
    public var without: [String]?
    /// Parts of the run with settings of their own; the last goes on.
    public var stages: [Stage]?
    /// persistent: the chains of the run (100).
    public var chains: Int?
    /// persistent: the units of time that chains go on in a step (5).
    public var chainTime: Int?
    /// persistent: the rounds of the mean field (10).
    public var iterations: Int?
    /// The standard deviation of the first weights (0).
    public var deviation: Double?
    /// The value above which an input counts as on; nil: inputs must be 0 or 1.
    public var binarize: Double?
    /// What evaluation clamps and reads (nothing).
    public var completion: Completion?
    /// The hidden group whose states are looked at as codes of the examples (none).
    public var code: Code?
    /// What is done to the weights of the run that this one begins with (nothing).
    public var damage: Damage?

    private enum CodingKeys: String, CodingKey {
      case groups, links, statistics, schedule, time, runs, noise, without, stages, chains, iterations,
        deviation,
        binarize, completion, code, damage
      case chainTime = "chain_time"
    }
  }

  /// Some units with a name: `{name: v1, units: 4, inside: true}`.
  public struct Group: Codable, Hashable, Sendable {
    /// The name, for links.
    public var name: String
    /// The number of units.
    public var units: Int
    /// Whether no example says what they are (no).
    public var hidden: Bool?
    /// Whether they are linked with each other (no).
    public var inside: Bool?
  }

  /// How statistics are gathered.
  public enum Statistics: String, Keyword {
    /// By cooling from random states, with examples clamped and free. Ackley, Hinton & Sejnowski 1985.
    case annealed
    /// By the mean field of the examples and chains that go on. Salakhutdinov & Hinton 2012.
    case persistent

    /// What the choice is, for errors.
    public static var title: String { "kind of statistics" }
  }

  /// Noise on what is clamped: it keeps weights from growing without bound.
  public struct Noise: Codable, Hashable, Sendable {
    /// The chance that a unit which is on is clamped off.
    public var onToOff: Double
    /// The chance that a unit which is off is clamped on.
    public var offToOn: Double

    private enum CodingKeys: String, CodingKey {
      case onToOff = "on_to_off"
      case offToOn = "off_to_on"
    }
  }

  /// Some epochs with settings of their own: `{epochs: 300, without: [code]}`; what is not said is as in the model.
  public struct Stage: Codable, Hashable, Sendable {
    /// The number of epochs.
    public var epochs: Int
    /// How examples are clamped.
    public var noise: Noise?
    /// What is held off.
    public var without: [String]?
    /// How often each example is clamped.
    public var runs: Int?
  }

  /// What evaluation clamps and reads: `{clamp: [v1], read: [v2]}`.
  public struct Completion: Codable, Hashable, Sendable {
    /// The visible groups that are clamped.
    public var clamp: [String]
    /// The visible groups that are read.
    public var read: [String]
    /// Whether the read units are a choice among them: the one that is on most is taken (no).
    public var choice: Bool?
    /// How the states of the read units are found (`annealed`).
    public var method: Method?
    /// annealed: how often each example is clamped (1).
    public var runs: Int?
    /// annealed: how the machine is cooled (as in training).
    public var schedule: CoolingSchedule?
    /// annealed: the units of time of looking (as in training).
    public var time: Int?
    /// A visible group by whose number of units that are on errors are listed, too (none).
    public var by: String?
    /// A hidden group whose units are each left out in turn, for the mean error without one of them (none).
    public var withoutEach: String?

    private enum CodingKeys: String, CodingKey {
      case clamp, read, choice, method, runs, schedule, time, by
      case withoutEach = "without_each"
    }
  }

  /// How the states of the read units are found.
  public enum Method: String, Keyword {
    /// By cooling.
    case annealed
    /// By counting all states.
    case exact

    /// What the choice is, for errors.
    public static var title: String { "method" }
  }

  /// A group whose states are codes: `{group: code, distance: 2}`.
  public struct Code: Codable, Hashable, Sendable {
    /// The hidden group.
    public var group: String
    /// In how many units the codes of two examples must differ (1).
    public var distance: Int?
  }

  /// What is done to the weights that a run begins with.
  public struct Damage: Codable, Hashable, Sendable {
    /// To each weight a number is added, drawn between minus this and this with equal chances.
    public var noise: Double
    /// What the numbers are drawn from (1).
    public var seed: UInt64?
  }
}
