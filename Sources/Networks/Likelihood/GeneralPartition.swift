import Kernels

/// ln Z of a general machine, in numbered items: blocks of states, or annealed importance sampling runs.
///
/// A run of annealed importance sampling begins with all units drawn from equal chances (Z = 2^units) and goes through the
/// inverse temperatures β/T, all units in turn at each:
///
///     ln w = Σ_k (β_k - β_k-1) · -E(s_k-1)/T
///
/// Neal 2001. It belongs to one thread, as the machine does.
public final class GeneralPartition {
  // Runs side by side: fixed, because the last bits may depend on it.
  private static let runsOfItem = 16
  private static let comfortableUnits = 20
  private static let itemStates = 1 << 14

  private let machine: GeneralMachine
  private let units: [Int]
  private let sum: StateSum
  private let states: FlatBuffer
  private let order: [Int32]

  /// The partition function over the states of `units`; the others are off.
  public init(_ machine: GeneralMachine, units: [Int]) {
    self.machine = machine
    self.units = units
    sum = StateSum(machine, over: units)
    states = FlatBuffer(count: machine.wiring.units * Self.runsOfItem)
    order = units.map { Int32($0) }
  }

  /// The items that a request needs.
  ///
  /// - Throws: `ConfigurationError` where there are too many states to count though that is asked for.
  public func work(_ request: LikelihoodRequest) throws(ConfigurationError) -> NumberedWork {
    try request.validate()
    if try isCounted(request) {
      return NumberedWork(
        "enumeration of states", count: max(1, (1 << sum.counted.count) / Self.itemStates), width: 1)
    }
    let runs = request.runs ?? 100
    return NumberedWork(
      "annealed importance sampling", count: (runs + Self.runsOfItem - 1) / Self.runsOfItem,
      width: Self.runsOfItem)
  }

  /// Computes an item. Prepare the machine first.
  public func compute(
    item: Int, of request: LikelihoodRequest, seed: UInt64, into values: UnsafeMutableBufferPointer<Double>
  ) {
    if (try? isCounted(request)) == true {
      let first = item * Self.itemStates
      let off = [Float](repeating: 0, count: machine.wiring.units)
      values[0] = off.withUnsafeBufferPointer {
        sum.logSum(first..<min(first + Self.itemStates, 1 << sum.counted.count), clamped: $0)
      }
      return
    }
    let first = item * Self.runsOfItem
    let runs = first..<min(first + Self.runsOfItem, request.runs ?? 100)
    values.update(repeating: 0)
    sample(
      runs, AnnealingSchedule.betas(request.betas), seed: seed,
      into: UnsafeMutableBufferPointer(rebasing: values[..<runs.count]))
  }

  private func sample(
    _ runs: Range<Int>, _ betas: [Float], seed: UInt64, into logWeights: UnsafeMutableBufferPointer<Double>
  ) {
    let numbers = runs.map { UInt32($0) }
    var random = RandomAddress(seed: seed, step: 0, stream: .model(0))
    let scale = 1 / machine.temperature
    states.elements.update(repeating: 0)
    numbers.withUnsafeBufferPointer { numbers in
      Annealer(machine).randomize(
        order, of: states.base, numbers: numbers, random: random, streams: Annealer.Streams(53))
      machine.withLinks { links in
        for step in 1..<max(betas.count, 1) {
          links.addEnergies(
            of: states.base, scale: (betas[step] - betas[step - 1]) * scale, to: logWeights)
          random.step = UInt64(step)
          let scales = [Float](repeating: betas[step] * scale, count: order.count)
          order.withUnsafeBufferPointer { order in
            scales.withUnsafeBufferPointer {
              links.anneal(
                states.base, order: order, scales: $0, examples: numbers,
                random: RandomStream(random.stream(.model(56))))
            }
          }
        }
      }
    }
  }

  /// The figures: `log_partition`, of an estimate also `log_partition_low` and `log_partition_high`, ln (Z ∓ 3 σ).
  public func figures(_ values: [Double], of request: LikelihoodRequest) throws -> [String: Double] {
    if try isCounted(request) {
      var total = LogSum()
      for value in values { total.add(value) }
      return ["log_partition": total.value]
    }
    let estimate = PartitionEstimate(
      logWeights: Array(values.prefix(request.runs ?? 100)),
      base: Double(units.count) * 0.693_147_180_559_945_3)
    var figures = ["log_partition": estimate.logPartition, "log_partition_high": estimate.upper]
    figures["log_partition_low"] = estimate.lower
    return figures
  }

  /// Whether all states are counted.
  public func isCounted(_ request: LikelihoodRequest) throws(ConfigurationError) -> Bool {
    switch request.method ?? .auto {
    case .annealed: return false
    case .auto: return sum.counted.count <= Self.comfortableUnits
    case .exact:
      guard sum.counted.count <= StateSum.limit else {
        throw ConfigurationError(
          "the exact likelihood counts the states of all units but those that no link joins: \(sum.counted.count) of "
            + "\(units.count) units here, and at most \(StateSum.limit) are possible; estimate it with --likelihood annealed"
        )
      }
      return true
    }
  }
}
