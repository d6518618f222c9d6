import Kernels

/// The statistics that train a restricted machine, by contrastive divergence or with persistent chains.
///
///     dlog p(v)/dW = <h vᵀ> with v from the data - <h vᵀ> with v from the machine
///
/// - CD-k: the second mean is taken after k Gibbs steps that begin at the data (Hinton 2002).
/// - Persistent: the chains go on from step to step, C of them in the run, k Gibbs steps each (Tieleman 2008). A chain's
///   draws are addressed by its number, and its state is its hidden states.
///
/// In both means h stands as its probability given v. What is contributed is the *sum* over examples of what is to be
/// descended along; sums over chains are multiplied with N/C, N the examples of the step over all lanes, so that the
/// optimizer's division by N makes them the mean over all chains. Cost: 2 k + 3 products of hidden · visible · batch.
public final class ContrastiveLearner {
  /// The machine.
  public let machine: RestrictedMachine
  /// How the chains are drawn.
  public let options: ContrastiveOptions
  /// The slot of the running means of hidden activities, where a sparsity target needs them.
  public let activitySlot: Int?

  /// p(h | v) of the batch that was learnt last, [hidden, batch].
  public private(set) var hiddenExpectations: FlatBuffer
  /// W v of that batch.
  public private(set) var hiddenInputs: FlatBuffer
  private var hiddenStates: FlatBuffer
  private var fantasies: FlatBuffer
  private var fantasyExpectations: FlatBuffer
  private var firstExpectations: FlatBuffer
  private var numbers: [UInt32] = []
  private let sums: FlatBuffer
  private var room: Int

  /// A learner with room for `maximumBatch` examples; for more chains than that room grows at first use.
  public init(
    _ machine: RestrictedMachine, options: ContrastiveOptions, activitySlot: Int? = nil, maximumBatch: Int
  ) {
    precondition((options.sparsity == nil) == (activitySlot == nil), "a sparsity target needs its slot")
    self.machine = machine
    self.options = options
    self.activitySlot = activitySlot
    let (visible, hidden) = (machine.visible.count, machine.hidden.count)
    hiddenExpectations = FlatBuffer(count: hidden * maximumBatch)
    hiddenInputs = FlatBuffer(count: hidden * maximumBatch)
    hiddenStates = FlatBuffer(count: hidden * maximumBatch)
    firstExpectations = FlatBuffer(count: visible * maximumBatch)
    fantasies = FlatBuffer(count: visible * maximumBatch)
    fantasyExpectations = FlatBuffer(count: hidden * maximumBatch)
    sums = FlatBuffer(count: 2 * max(visible, hidden))
    room = maximumBatch
  }

  /// Adds the statistics of a batch and, where there are chains, of the lane's chains.
  ///
  /// - Parameters:
  ///   - v: The visible states of the batch, [visible, batch].
  ///   - numbers: The numbers of its examples.
  ///   - steps: The Gibbs steps k.
  ///   - chains: The lane's chains; nil for contrastive divergence.
  /// - Returns: The visible expectations after the first Gibbs step from the data, [visible, batch]; nil with chains.
  @discardableResult
  public func learn(
    _ v: UnsafePointer<Float>, numbers: UnsafeBufferPointer<UInt32>, steps: Int, chains: LaneState?,
    random: RandomAddress, into contribution: Contribution
  ) -> UnsafePointer<Float>? {
    let batch = numbers.count
    let hidden = machine.hidden
    if batch > 0 {
      machine.hiddenInputs(of: v, batch: batch, into: hiddenInputs.base)
      if chains == nil {
        hidden.sample(
          hiddenInputs.base, bias: machine.hiddenBias, into: hiddenStates.base,
          expectations: hiddenExpectations.base, numbers: numbers, random: random, index: 0)
      } else {
        hiddenExpectations.base.update(from: hiddenInputs.base, count: hidden.count * batch)
        hidden.expect(hiddenExpectations.base, bias: machine.hiddenBias, batch: batch)
      }
      addActivity(batch, into: contribution)
      add(hiddenExpectations.base, v, batch: batch, factor: -1, into: contribution)
    }
    guard let chains else {
      guard batch > 0 else { return nil }
      run(
        hiddenStates.base, numbers: numbers, steps: steps, first: firstExpectations.base, random: random)
      add(fantasyExpectations.base, fantasies.base, batch: batch, factor: 1, into: contribution)
      return UnsafePointer(firstExpectations.base)
    }
    if let factor = factor(of: chains) {
      learn(chains, factor, steps: steps, random: random, into: contribution)
    }
    return nil
  }

  /// What the sums over a lane's chains are multiplied with; nil where they are not worked on: they are in the first go of
  /// a step only.
  private func factor(of chains: LaneState) -> Float? {
    guard chains.first == 0, !chains.chains.isEmpty, chains.stepExamples > 0 else { return nil }
    return Float(Double(chains.stepExamples) / Double(options.chains ?? 1))
  }

  /// Hands over what the chains of the last call of `learn` ended with, if it has worked on any: their visible states,
  /// [visible, count], their numbers, and what sums over them are multiplied with.
  func withFinalStates(
    of numbers: UnsafeBufferPointer<UInt32>, _ chains: LaneState?,
    _ body: (UnsafePointer<Float>, UnsafeBufferPointer<UInt32>, Float) -> Void
  ) {
    let states = UnsafePointer(fantasies.base)
    guard let chains else { return numbers.isEmpty ? () : body(states, numbers, 1) }
    guard let factor = factor(of: chains) else { return }
    self.numbers.withUnsafeBufferPointer { body(states, $0, factor) }
  }

  private func learn(
    _ chains: LaneState, _ factor: Float, steps: Int, random: RandomAddress, into contribution: Contribution
  ) {
    let count = chains.chains.count
    grow(to: count)
    if numbers.count != count || numbers.first != UInt32(chains.chains.lowerBound) {
      numbers = chains.chains.map { UInt32($0) }
    }
    numbers.withUnsafeBufferPointer { numbers in
      run(chains.elements.baseAddress!, numbers: numbers, steps: steps, first: nil, random: random)
    }
    add(
      fantasyExpectations.base, fantasies.base, batch: count, factor: factor, into: contribution)
  }

  /// `steps` Gibbs steps from the hidden states `h`, which they replace; leaves v and p(h | v) behind.
  private func run(
    _ h: UnsafeMutablePointer<Float>, numbers: UnsafeBufferPointer<UInt32>, steps: Int,
    first: UnsafeMutablePointer<Float>?, random: RandomAddress
  ) {
    let batch = numbers.count
    for step in 0..<steps {
      machine.visibleInputs(of: h, batch: batch, into: fantasies.base)
      if options.drawsVisible {
        machine.visible.sample(
          fantasies.base, bias: machine.visibleBias, into: fantasies.base,
          expectations: step == 0 ? first : nil, numbers: numbers, random: random, index: 1 + 2 * step)
      } else {
        machine.visible.expect(fantasies.base, bias: machine.visibleBias, batch: batch)
        if step == 0, let first {
          first.update(from: fantasies.base, count: machine.visible.count * batch)
        }
      }
      machine.hiddenInputs(of: fantasies.base, batch: batch, into: fantasyExpectations.base)
      // The last states of chains that begin at the data are never used.
      if step + 1 == steps, first != nil {
        machine.hidden.expect(fantasyExpectations.base, bias: machine.hiddenBias, batch: batch)
      } else {
        machine.hidden.sample(
          fantasyExpectations.base, bias: machine.hiddenBias, into: h,
          expectations: step + 1 == steps ? fantasyExpectations.base : nil, numbers: numbers, random: random,
          index: 2 + 2 * step)
      }
    }
  }

  private func grow(to count: Int) {
    guard count > room else { return }
    fantasies = FlatBuffer(count: machine.visible.count * count)
    fantasyExpectations = FlatBuffer(count: machine.hidden.count * count)
    room = count
  }

  /// Adds factor · <h vᵀ>, factor · v and factor · h, summed over the columns.
  private func add(
    _ h: UnsafePointer<Float>, _ v: UnsafePointer<Float>, batch: Int, factor: Float,
    into contribution: Contribution
  ) {
    let (visible, hidden) = (machine.visible.count, machine.hidden.count)
    contribution.addProduct(
      h, v, rows: hidden, columns: visible, batch: batch, factor: factor, toSlot: machine.weightSlot)
    contribution.addRowSums(
      of: v, rows: visible, batch: batch, factor: factor, toSlot: machine.firstSlot + 1, scratch: sums)
    contribution.addRowSums(
      of: h, rows: hidden, batch: batch, factor: factor, toSlot: machine.firstSlot + 2, scratch: sums)
  }

  /// Adds the batch's activities to their running means, and shifts the activities by the penalty's derivative.
  private func addActivity(_ batch: Int, into contribution: Contribution) {
    guard let sparsity = options.sparsity, let activitySlot else { return }
    let hidden = machine.hidden.count
    contribution.addRowSums(
      of: hiddenExpectations.base, rows: hidden, batch: batch, factor: 1, toSlot: activitySlot, scratch: sums)
    let means = machine.group[activitySlot]
    let (target, weight) = (Float(sparsity.target), Float(sparsity.weight))
    for unit in 0..<hidden {
      let shift = weight * (means[unit] - target)
      for place in unit * batch..<(unit + 1) * batch { hiddenExpectations.base[place] -= shift }
    }
  }
}
