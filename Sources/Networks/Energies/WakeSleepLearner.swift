import Kernels

/// The statistics of up-down fine-tuning: wake-sleep with a contrastive top.
///
/// - Up: states are drawn level by level; each generative layer learns to give back what is below,
///   dW = h (v - p(v | h))ᵀ.
/// - Top: contrastive divergence of k Gibbs steps from those states, or persistent chains (`ContrastiveLearner`).
/// - Down: from what the chains ended with, states are drawn downwards; each recognition layer learns to find what they
///   were made from, dR = (h - q(h | v)) vᵀ. Sums over C persistent chains are multiplied with N/C here as well.
///
/// What is contributed is the sum of what is to be descended along. Layer i has four slots from `4 i` on: generative
/// weights, biases of the units below, biases of the units above, recognition weights; those of the top machine follow.
/// Hinton, Osindero & Teh 2006, appendix B.
public final class WakeSleepLearner {
  /// The network.
  public let stack: BeliefStack
  /// The persistent chains of the run, if there are such.
  public var chains: Int? { top.options.chains }
  /// The squared errors of each layer's prediction of the level below, summed over the last batch; last, of the top
  /// machine's chains after one step, where they begin at the data.
  public private(set) var errors: [Double]
  private let top: ContrastiveLearner
  private let difference: FlatBuffer
  private let sums: FlatBuffer

  /// The slots of a stack.
  ///
  /// - Parameter sides: visible and hidden side of each machine from the input up; the last is the top.
  public static func slots(_ sides: [(visible: UnitLayer, hidden: UnitLayer)]) -> [Slot] {
    let start = RestrictedMachine.Start(deviation: 0)
    return sides.enumerated().flatMap { index, side in
      let own = RestrictedMachine.slots(
        visible: side.visible, hidden: side.hidden, start: start,
        prefix: index + 1 < sides.count ? "\(index + 1).generative_" : "top.")
      guard index + 1 < sides.count else { return own }
      return own + [
        Slot(
          "\(index + 1).recognition_weights", shape: [side.hidden.count, side.visible.count],
          initializer: .zero)
      ]
    }
  }

  /// The stack on such slots.
  public static func stack(
    _ sides: [(visible: UnitLayer, hidden: UnitLayer)], group: ParameterGroup, maximumBatch: Int
  ) -> BeliefStack {
    func machine(_ index: Int, weightSlot: Int? = nil) -> RestrictedMachine {
      RestrictedMachine(
        visible: sides[index].visible, hidden: sides[index].hidden, group: group, firstSlot: 4 * index,
        weightSlot: weightSlot)
    }
    return BeliefStack(
      layers: sides.indices.dropLast().map {
        .init(recognition: machine($0, weightSlot: 4 * $0 + 3), generation: machine($0))
      }, top: machine(sides.count - 1), maximumBatch: maximumBatch)
  }

  /// A learner of a stack that `stack` has made.
  ///
  /// - Parameter chains: the persistent chains of the run; nil for contrastive divergence. The stack has room for them.
  public init(_ stack: BeliefStack, chains: Int? = nil) {
    self.stack = stack
    let batch = stack.maximumBatch
    top = ContrastiveLearner(stack.top, options: ContrastiveOptions(chains: chains), maximumBatch: batch)
    let widest = (stack.layers.map(\.recognition) + [stack.top])
      .map { max($0.visible.count, $0.hidden.count) }.max()!
    difference = FlatBuffer(count: widest * batch)
    sums = FlatBuffer(count: widest)
    errors = Array(repeating: 0, count: stack.layers.count + (chains == nil ? 1 : 0))
  }

  /// Adds the statistics of the batch that stands in level 0 of the stack, and of the lane's chains.
  ///
  /// - Parameters:
  ///   - labels: the label of each example, where the top machine has label units.
  ///   - steps: the Gibbs steps k of the top machine.
  ///   - state: the lane's chains, where they are persistent.
  public func learn(
    numbers: UnsafeBufferPointer<UInt32>, labels: UnsafeBufferPointer<Int32>?, classes: Int, steps: Int,
    state: LaneState?, random: RandomAddress, into contribution: Contribution
  ) {
    let (batch, count) = (numbers.count, stack.layers.count)
    if batch > 0 {
      stack.rise(to: count, drawing: numbers, random: random)
      for index in 0..<count { errors[index] = learnGeneration(index, batch, into: contribution) }
      if let labels { stack.setLabels(labels, classes: classes) }
    }
    let states = stack.level(count)
    let chains = chains == nil ? nil : state
    let first = top.learn(
      states, numbers: numbers, steps: steps, chains: chains, random: random, into: contribution)
    if let first {
      errors[count] = Self.squaredError(first, states, stack.top.visible.count * batch, difference)
    }
    top.withFinalStates(of: numbers, chains) { states, numbers, factor in
      stack.descend(from: states, drawing: numbers, random: random) { index, above, below in
        learnRecognition(index, above, below, numbers.count, factor, into: contribution)
      }
    }
  }

  /// - Returns: the squared error of the predictions.
  private func learnGeneration(_ index: Int, _ batch: Int, into contribution: Contribution) -> Double {
    let machine = stack.layers[index].generation
    let error = stack.predict(index, batch: batch, into: difference.base)
    contribution.addProduct(
      stack.level(index + 1), difference.base, rows: machine.hidden.count, columns: machine.visible.count,
      batch: batch, factor: 1, toSlot: machine.firstSlot)
    contribution.addRowSums(
      of: difference.base, rows: machine.visible.count, batch: batch, factor: 1,
      toSlot: machine.firstSlot + 1, scratch: sums)
    return error
  }

  private func learnRecognition(
    _ index: Int, _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ count: Int, _ factor: Float,
    into contribution: Contribution
  ) {
    let machine = stack.layers[index].recognition
    let size = machine.hidden.count * count
    machine.hiddenInputs(of: below, batch: count, into: difference.base)
    machine.expectHidden(difference.base, batch: count)
    Elementwise.axpy(
      -1, UnsafeBufferPointer(start: above, count: size),
      to: UnsafeMutableBufferPointer(start: difference.base, count: size))
    contribution.addProduct(
      difference.base, below, rows: machine.hidden.count, columns: machine.visible.count, batch: count,
      factor: factor, toSlot: machine.weightSlot)
    contribution.addRowSums(
      of: difference.base, rows: machine.hidden.count, batch: count, factor: factor,
      toSlot: machine.firstSlot + 2, scratch: sums)
  }

  /// Σ (a - b)² of two blocks of `count` values.
  static func squaredError(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, _ scratch: FlatBuffer
  ) -> Double {
    let difference = UnsafeMutableBufferPointer(start: scratch.base, count: count)
    scratch.base.update(from: a, count: count)
    Elementwise.axpy(-1, UnsafeBufferPointer(start: b, count: count), to: difference)
    return Reduction.sumOfSquares(UnsafeBufferPointer(difference))
  }
}
