import Foundation

/// ln Z of a restricted machine, in numbered items: blocks of states, or annealed importance sampling runs.
///
/// It belongs to one thread, as the machine does.
public final class RestrictedPartition {
  /// The machine.
  public let machine: RestrictedMachine
  // Runs side by side: fixed, because the last bits may depend on it. One vector wide.
  private static let runsOfItem = 16
  private static let comfortableUnits = 20

  private var sampler: AnnealedSampler?
  private var enumerator: StateEnumerator?

  /// The partition function of `machine`.
  public init(_ machine: RestrictedMachine) {
    self.machine = machine
  }

  /// The items that a request needs.
  ///
  /// - Throws: `ConfigurationError` where neither side can be enumerated though that is asked for.
  public func work(_ request: LikelihoodRequest) throws(ConfigurationError) -> NumberedWork {
    try request.validate()
    if let side = try enumeratedSide(request) {
      return NumberedWork("enumeration of states", count: StateEnumerator.items(machine, side), width: 1)
    }
    let runs = request.runs ?? 100
    return NumberedWork(
      "annealed importance sampling", count: (runs + Self.runsOfItem - 1) / Self.runsOfItem,
      width: Self.runsOfItem)
  }

  /// The biases of the base model: those of the units' mean activities.
  ///
  /// - Parameters:
  ///   - sums: the sums of the visible units over `count` training examples, followed by those of the hidden units or not;
  ///     hidden units without them have biases of 0.
  public func basis(sums: [Double], count: Int) -> [Float] {
    let visible = machine.visible.count
    return Self.biases(machine.visible, sums[..<visible], count)
      + (sums.count > visible ? Self.biases(machine.hidden, sums[visible...], count) : [])
  }

  private static func biases(_ layer: UnitLayer, _ sums: ArraySlice<Double>, _ count: Int) -> [Float] {
    // A unit that is on in no example may be on in the machine: half an example says so.
    layer.biases(
      of: layer.blocks.flatMap { block in
        block.units.map { unit in
          let sum = sums[sums.startIndex + unit]
          return switch block.kind {
          case .binary: (sum + 0.5) / (Double(count) + 1)
          case .softmax(let size): (sum + 0.5) / (Double(count) + Double(size) / 2)
          case .gaussian: sum / Double(max(count, 1))
          }
        }
      })
  }

  /// Computes an item. Prepare the machine first.
  public func compute(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    if let side = try? enumeratedSide(request) {
      let own = enumerator ?? StateEnumerator(machine, side: side)
      enumerator = own
      values[0] = own.logSum(item: item)
      return
    }
    let own = sampler ?? AnnealedSampler(machine, maximumRuns: Self.runsOfItem)
    sampler = own
    let first = item * Self.runsOfItem
    let runs = first..<min(first + Self.runsOfItem, request.runs ?? 100)
    values.update(repeating: 0)
    own.sample(
      runs: runs, betas: AnnealingSchedule.betas(request.betas), bias: basis,
      random: RandomAddress(seed: seed, step: 0, stream: .model(0)),
      into: UnsafeMutableBufferPointer(rebasing: values[..<runs.count]))
  }

  /// The figures: `log_partition`, of an estimate also `log_partition_low` and `log_partition_high`, ln (Z ∓ 3 σ).
  public func figures(_ values: [Double], of request: LikelihoodRequest, basis: [Float]) throws -> [String:
    Double]
  {
    if try enumeratedSide(request) != nil {
      var total = LogSum()
      for value in values { total.add(value) }
      return ["log_partition": total.value]
    }
    let estimate = PartitionEstimate(
      logWeights: Array(values.prefix(request.runs ?? 100)),
      base: AnnealedSampler.logBasePartition(of: machine, bias: basis))
    var figures = ["log_partition": estimate.logPartition, "log_partition_high": estimate.upper]
    figures["log_partition_low"] = estimate.lower
    return figures
  }

  /// The side to enumerate; nil for annealed importance sampling.
  private func enumeratedSide(
    _ request: LikelihoodRequest
  ) throws(ConfigurationError) -> StateEnumerator.Side? {
    let side = StateEnumerator.side(of: machine)
    switch request.method ?? .auto {
    case .annealed: return nil
    case .auto:
      guard let side, StateEnumerator.units(machine, side) <= Self.comfortableUnits else { return nil }
      return side
    case .exact:
      guard let side else {
        throw ConfigurationError(
          "the exact likelihood needs a side of at most \(StateEnumerator.limit) binary units, but the machine has "
            + "\(machine.visible.count) visible and \(machine.hidden.count) hidden units: too many states to count; "
            + "estimate it with --likelihood annealed")
      }
      return side
    }
  }
}
