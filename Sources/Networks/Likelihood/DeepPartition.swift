/// ln Z of a deep machine, and what belongs to it.
///
/// Odd levels are joined to even ones only, so that a deep machine is a restricted one with the odd levels on one side and
/// the input and the even ones on the other. States and runs are those of the odd side; the even side is summed out:
///
///     p*(h_1, h_3, …) = e^(Σ b_lᵀ h_l) Π_even Σ_x e^(x a)
///
/// Salakhutdinov & Hinton 2009, section 3.3, of two hidden levels: h_1 is annealed, v and h_2 are summed out. The base
/// model has the mean activities of all levels. With inputs that are on half of the time in the base model, runs of large
/// machines end far from where the data are, and ln Z comes out too small by up to 100 without a sign of it. It belongs to
/// one thread, as the machine does.
public final class DeepPartition {
  /// The machine.
  public let machine: DeepMachine
  private let sides: RestrictedMachine
  private let partition: RestrictedPartition

  /// The partition function of `machine`.
  public init(_ machine: DeepMachine) {
    self.machine = machine
    // All hidden units are binary: one block of them a side.
    func hidden(_ levels: StrideThrough<Int>) -> Int { levels.reduce(0) { $0 + machine.levels[$1].count } }
    let odd = UnitLayer([(.binary, hidden(stride(from: 1, through: machine.depth, by: 2)))])
    let rest = hidden(stride(from: 2, through: machine.depth, by: 2))
    let input = machine.levels[0].blocks.map { (kind: $0.kind, count: $0.units.count) }
    let even = UnitLayer(input + (rest > 0 ? [(kind: .binary, count: rest)] : []))
    sides = RestrictedMachine(
      visible: odd, hidden: even,
      group: ParameterGroup(
        name: "sides", slots: RestrictedMachine.slots(visible: odd, hidden: even, start: .init(deviation: 0)))
    )
    partition = RestrictedPartition(sides)
  }

  /// The items that a request needs.
  public func work(_ request: LikelihoodRequest) throws(ConfigurationError) -> NumberedWork {
    try partition.work(request)
  }

  /// The biases of the base model: those of all units' mean activities.
  ///
  /// - Parameter sums: the sums of each level's units, of the input itself and of q of the others, over `count` examples.
  public func basis(sums: [[Double]], count: Int) -> [Float] {
    let levels = sums.indices
    return partition.basis(
      sums: levels.filter { $0 % 2 == 1 }.flatMap { sums[$0] }
        + levels.filter { $0 % 2 == 0 }.flatMap { sums[$0] },
      count: count)
  }

  /// Computes an item.
  public func compute(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    fill()
    partition.compute(item: item, of: request, basis: basis, seed: seed, into: values)
  }

  /// The figures: `log_partition`, of an estimate also its bounds.
  public func figures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float]
  ) throws -> [String: Double] {
    fill()
    // A side that is summed out leaves the constant of Gaussian units out where it is the hidden one.
    let constant = machine.levels[0].gaussianConstant
    return try partition.figures(values, of: request, basis: basis).mapValues { $0 + constant }
  }

  /// Copies the parameters into the two sides.
  private func fill() {
    let group = sides.group
    let width = sides.visible.count
    var starts: [Int] = []
    var ends = [0, 0]
    for (level, units) in machine.levels.enumerated() {
      let start = ends[level % 2]
      starts.append(start)
      ends[level % 2] += units.count
      group[level % 2 == 1 ? 1 : 2].baseAddress!.advanced(by: start)
        .update(from: machine.bias(level), count: units.count)
      guard level > 0 else { continue }
      let (weights, below) = (machine.weights(level), machine.levels[level - 1].count)
      for unit in 0..<units.count {
        for other in 0..<below {
          let (odd, even) =
            level % 2 == 1
            ? (start + unit, starts[level - 1] + other) : (starts[level - 1] + other, start + unit)
          group[0][even * width + odd] = weights[unit * below + other]
        }
      }
    }
  }
}
