import Foundation
import Kernels

/// Whether a general machine completes examples: some visible units are clamped, others are read.
///
/// - Exact: the read units' most probable state, given the clamped ones, by counting all states of the others.
/// - Annealed: each example is clamped `runs` times and cooled from a random state; a unit counts as on that was on in more
///   than half of the looks.
///
/// Right is what agrees with the example in every read unit; of a choice, where the unit that is on in the example is the
/// one that is on most.
public final class CompletionTest {
  /// What is clamped and read, and how.
  public struct Options: Hashable, Sendable {
    /// The visible units that are clamped.
    public var clamped: [Int]
    /// The visible units that are read.
    public var read: [Int]
    /// Whether the read units are a choice among them.
    public var isChoice: Bool
    /// How often each example is clamped; nil: states are counted.
    public var runs: Int?
    /// How the machine is cooled.
    public var schedule: CoolingSchedule
    /// The units of time of looking.
    public var looks: Int

    /// Options.
    public init(
      clamped: [Int], read: [Int], isChoice: Bool, runs: Int?, schedule: CoolingSchedule, looks: Int
    ) {
      self.clamped = clamped
      self.read = read
      self.isChoice = isChoice
      self.runs = runs
      self.schedule = schedule
      self.looks = looks
    }
  }

  /// The most units whose states are counted for each example.
  public static let limit = 16
  private static let streams = Annealer.Streams(50)

  private let machine: GeneralMachine
  private let options: Options
  private let annealer: Annealer
  private var states = FlatBuffer(count: 0)
  private var sums: [Set<Int>: StateSum] = [:]

  /// A test; states are counted at the machine's temperature.
  public init(_ machine: GeneralMachine, options: Options) {
    self.machine = machine
    self.options = options
    annealer = Annealer(machine)
  }

  /// The units that are neither clamped nor removed.
  private func free(_ removed: Set<Int>) -> [Int] {
    let clamped = Set(options.clamped)
    return (0..<machine.wiring.units).filter { !clamped.contains($0) && !removed.contains($0) }
  }

  /// How many units' states would be counted for each example.
  public func countedUnits(removed: Set<Int>) -> Int {
    StateSum(machine, over: free(removed), counting: options.read).counted.count
  }

  /// The share of runs in which each example is completed wrongly. Prepare the machine first.
  ///
  /// - Parameters:
  ///   - v: the visible values, [visible, batch].
  ///   - removed: units that are held off.
  ///   - random: the address of all draws.
  public func wrongShares(
    _ v: UnsafePointer<Float>, examples: UnsafeBufferPointer<UInt32>, removed: Set<Int>, random: RandomAddress
  ) -> [Double] {
    guard let runs = options.runs else { return countStates(v, examples.count, removed) }
    let batch = examples.count
    var wrong = [Double](repeating: 0, count: batch)
    let units = free(removed).map { Int32($0) }
    for run in 0..<runs {
      let numbers = examples.map { $0 &* UInt32(runs) &+ UInt32(run) }
      let base = clamp(v, batch)
      numbers.withUnsafeBufferPointer {
        annealer.randomize(units, of: base, numbers: $0, random: random, streams: Self.streams)
        annealer.run(
          units, of: base, numbers: $0, schedule: options.schedule, looks: options.looks, random: random,
          streams: Self.streams)
      }
      for column in 0..<batch where isWrong(column, v, batch, means(column, batch)) {
        wrong[column] += 1 / Double(runs)
      }
    }
    return wrong
  }

  private func clamp(_ v: UnsafePointer<Float>, _ batch: Int) -> UnsafeMutablePointer<Float> {
    let count = machine.wiring.units * batch
    if states.count < count { states = FlatBuffer(count: count) }
    states.base.update(repeating: 0, count: count)
    for unit in options.clamped { (states.base + unit * batch).update(from: v + unit * batch, count: batch) }
    return states.base
  }

  /// How much of the time each read unit was on.
  private func means(_ column: Int, _ batch: Int) -> [Double] {
    options.read.map { unit in
      var sum = 0.0
      for look in 0..<options.looks {
        sum += Double(annealer.samples[(unit * options.looks + look) * batch + column])
      }
      return sum / Double(options.looks)
    }
  }

  private func isWrong(_ column: Int, _ v: UnsafePointer<Float>, _ batch: Int, _ means: [Double]) -> Bool {
    func wanted(_ place: Int) -> Bool { v[options.read[place] * batch + column] > 0.5 }
    if options.isChoice {
      let choice = means.indices.max { means[$0] < means[$1] || (means[$0] == means[$1] && $0 > $1) }!
      return !wanted(choice)
    }
    return means.indices.contains { ($0, wanted($0)) != ($0, means[$0] > 0.5) }
  }

  private func countStates(_ v: UnsafePointer<Float>, _ batch: Int, _ removed: Set<Int>) -> [Double] {
    let sum = sums[removed] ?? StateSum(machine, over: free(removed), counting: options.read)
    sums[removed] = sum
    var base = [Float](repeating: 0, count: machine.wiring.units)
    var logWeights = [Double](repeating: 0, count: 1 << sum.counted.count)
    return (0..<batch).map { column in
      for unit in options.clamped { base[unit] = v[unit * batch + column] }
      base.withUnsafeBufferPointer {
        sum.forEach(0..<logWeights.count, clamped: $0) { logWeights[$0] = $1 }
      }
      return isWrong(column, v, batch, probabilities(logWeights)) ? 1 : 0
    }
  }

  /// Of a choice the probability of each read unit, otherwise the most probable state of all of them; the first bits of a
  /// state's number are theirs.
  private func probabilities(_ logWeights: [Double]) -> [Double] {
    let largest = logWeights.max()!
    var weights = [Double](repeating: 0, count: 1 << options.read.count)
    for (state, weight) in logWeights.enumerated() { weights[state % weights.count] += exp(weight - largest) }
    if !options.isChoice {
      let best = weights.indices.max { weights[$0] < weights[$1] }!
      return options.read.indices.map { Double(best >> $0 & 1) }
    }
    let total = weights.reduce(0, +)
    return options.read.indices.map { bit in
      weights.indices.reduce(0) { $0 + ($1 >> bit & 1 == 1 ? weights[$1] : 0) } / total
    }
  }
}
