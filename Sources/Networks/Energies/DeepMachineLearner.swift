import Kernels

/// The statistics that train all levels of a deep machine together.
///
///     dlog p(v)/dW_l ≈ <q_l q_l-1ᵀ> of the data's mean field - <x_l x_l-1ᵀ> of persistent chains
///
/// The first mean is over examples, whose q makes the variational bound largest; the second over the C chains of the run
/// after k Gibbs steps each, with odd levels as their probabilities given the even ones. What is contributed is the *sum*
/// of what is to be descended along; sums over chains are multiplied with N/C, N the examples of the step over all lanes.
/// A sparsity target draws the running mean of each unit's q to it. Salakhutdinov & Hinton 2009, section 3.1.
public final class DeepMachineLearner {
  /// The machine.
  public let machine: DeepMachine
  /// What the posterior of the last batch is taken for.
  public let field: MeanField
  /// The chains of the run.
  public let chains: Int
  private let sampler: BlockGibbsSampler
  private let sparsity: SparsityTarget?
  private let sums: [FlatBuffer]
  private let shifts: [FlatBuffer]
  private let scratch: FlatBuffer
  private var numbers: [UInt32] = []

  /// A learner with room for `maximumBatch` examples, and of `chains` chains in the run.
  public init(
    _ field: MeanField, chains: Int, sparsity: SparsityTarget? = nil, maximumBatch: Int
  ) {
    machine = field.machine
    self.field = field
    self.chains = chains
    self.sparsity = sparsity
    sampler = BlockGibbsSampler(machine, maximumCount: 1)
    sums = machine.levels.map { FlatBuffer(count: $0.count) }
    shifts = machine.levels.map { FlatBuffer(count: $0.count) }
    scratch = FlatBuffer(count: machine.levels.map(\.count).max()!)
  }

  /// Adds the statistics of a batch and of the lane's chains.
  ///
  /// - Parameters:
  ///   - v: the visible states, [visible, batch].
  ///   - steps: the Gibbs steps k.
  ///   - state: the lane's chains; nil outside of a run: the data's statistics alone are added.
  /// - Returns: the iterations of the mean field.
  @discardableResult
  public func learn(
    _ v: UnsafePointer<Float>, batch: Int, steps: Int, state: LaneState?, random: RandomAddress,
    into contribution: Contribution
  ) -> Int {
    var iterations = 0
    if batch > 0 {
      iterations = field.infer(v, batch: batch)
      add(batch, factor: -1, into: contribution) { $0 == 0 ? v : UnsafePointer(field.probabilities($0)) }
      addSparsity(v, batch, contribution)
    }
    guard let state, state.first == 0, !state.chains.isEmpty, state.stepExamples > 0 else {
      return iterations
    }
    let count = state.chains.count
    if numbers.count != count || numbers.first != UInt32(state.chains.lowerBound) {
      numbers = state.chains.map { UInt32($0) }
    }
    numbers.withUnsafeBufferPointer {
      sampler.run(state.elements.baseAddress!, numbers: $0, steps: steps, random: random)
    }
    add(count, factor: Float(Double(state.stepExamples) / Double(chains)), into: contribution) {
      UnsafePointer($0 % 2 == 0 ? sampler.states($0) : sampler.expectations($0))
    }
    return iterations
  }

  /// Adds factor · <x_l x_l-1ᵀ> and factor · x_l, summed over the columns.
  private func add(
    _ batch: Int, factor: Float, into contribution: Contribution, level values: (Int) -> UnsafePointer<Float>
  ) {
    for level in machine.levels.indices {
      let own = values(level)
      if level > 0 {
        contribution.addProduct(
          own, values(level - 1), rows: machine.levels[level].count,
          columns: machine.levels[level - 1].count, batch: batch, factor: factor,
          toSlot: machine.weightSlot(level))
      }
      contribution.addRowSums(
        of: own, rows: machine.levels[level].count, batch: batch, factor: factor,
        toSlot: machine.biasSlot(level), scratch: scratch)
    }
  }

  /// Adds the activities to their running means, and the penalty's derivative by each unit's input, times what the input
  /// is made of: of W_l, shift_l x_l-1ᵀ + x_l shift_l-1ᵀ.
  private func addSparsity(_ v: UnsafePointer<Float>, _ batch: Int, _ contribution: Contribution) {
    guard let sparsity else { return }
    let (target, weight) = (Float(sparsity.target), Float(sparsity.weight))
    for level in machine.levels.indices {
      let x = level == 0 ? v : UnsafePointer(field.probabilities(level))
      let count = machine.levels[level].count
      Reduction.rowSums(
        UnsafeBufferPointer(start: x, count: count * batch), into: sums[level].elements, rows: count,
        batch: batch)
      guard level > 0 else { continue }
      contribution.addRowSums(
        of: x, rows: count, batch: batch, factor: 1, toSlot: machine.activitySlot(level), scratch: scratch)
      let means = machine.group[machine.activitySlot(level)]
      for unit in 0..<count { shifts[level].base[unit] = weight * (means[unit] - target) }
      Elementwise.axpy(
        Float(batch), UnsafeBufferPointer(shifts[level].elements),
        to: contribution.slot(machine.biasSlot(level)).elements)
      let width = machine.levels[level - 1].count
      let weights = contribution.slot(machine.weightSlot(level)).elements
      for unit in 0..<count {
        let row = UnsafeMutableBufferPointer(rebasing: weights[unit * width..<(unit + 1) * width])
        Elementwise.axpy(
          shifts[level].base[unit], UnsafeBufferPointer(sums[level - 1].elements), to: row)
        Elementwise.axpy(
          sums[level].base[unit], UnsafeBufferPointer(shifts[level - 1].elements), to: row)
      }
    }
  }
}
