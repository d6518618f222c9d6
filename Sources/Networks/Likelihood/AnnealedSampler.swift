import Kernels

/// Annealed importance sampling runs of a restricted machine, side by side as the columns of one product.
///
/// Between the base model A, all units on their own with biases b_A and c_A, and the machine lie
///
///     p_β(v) ∝ e^((1-β) b_Aᵀ v + β bᵀ v) Π (1 + e^((1-β) c_A + β (W v + c)))
///
/// A run draws v from A and goes on with one Gibbs step at each β; its weight is the product of p_β(v) / p_β'(v) over
/// neighbouring β' < β, both not normalised. The mean weight is Z / Z_A. Neal 2001; Salakhutdinov & Murray 2008. Cost: two
/// products of hidden · visible · runs for each β.
final class AnnealedSampler {
  /// The most runs side by side.
  let maximumRuns: Int
  private let machine: RestrictedMachine
  private let v: FlatBuffer
  private let h: FlatBuffer
  private let visibleBias: FlatBuffer
  private let hiddenBias: FlatBuffer
  private let hiddenBase: FlatBuffer
  private let difference: FlatBuffer

  // Draws of their own, apart from those of training.
  private static let (hiddenDraw, visibleDraw) = (1 << 20, 1 << 20 + 1)

  init(_ machine: RestrictedMachine, maximumRuns: Int) {
    self.machine = machine
    self.maximumRuns = maximumRuns
    v = FlatBuffer(count: machine.visible.count * maximumRuns)
    h = FlatBuffer(count: machine.hidden.count * maximumRuns)
    visibleBias = FlatBuffer(count: machine.visible.count)
    hiddenBias = FlatBuffer(count: machine.hidden.count)
    hiddenBase = FlatBuffer(count: machine.hidden.count)
    difference = FlatBuffer(count: machine.visible.count)
  }

  /// ln Z_A, without the constant of Gaussian hidden units, which free energies leave out as well.
  static func logBasePartition(of machine: RestrictedMachine, bias: [Float]) -> Double {
    let hidden = hiddenPart(of: bias, machine)
    return bias.withUnsafeBufferPointer { machine.visible.logPartition(inputs: $0.baseAddress!) }
      + hidden.withUnsafeBufferPointer { machine.hidden.logPartition(inputs: $0.baseAddress!) }
      - machine.hidden.gaussianConstant
  }

  /// c_A, or zeros.
  private static func hiddenPart(of bias: [Float], _ machine: RestrictedMachine) -> [Float] {
    let (visible, hidden) = (machine.visible.count, machine.hidden.count)
    precondition(bias.count == visible || bias.count == visible + hidden, "b_A, or b_A and c_A")
    return bias.count == visible ? Array(repeating: 0, count: hidden) : Array(bias[visible...])
  }

  /// Writes ln w of each of the runs.
  ///
  /// - Parameters:
  ///   - bias: b_A, or b_A and c_A one after the other; c_A is 0 where it is not given.
  ///   - random: the seed of all draws; a draw belongs to the run and to the number of its β.
  func sample(
    runs: Range<Int>, betas: [Float], bias: [Float], random: RandomAddress,
    into logWeights: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(runs.count <= maximumRuns, "more runs than there is room for")
    let count = runs.count
    let numbers = runs.map { UInt32($0) }
    logWeights.update(repeating: 0)
    var terms = [Double](repeating: 0, count: count)
    for unit in 0..<machine.visible.count { difference.base[unit] = machine.visibleBias[unit] - bias[unit] }
    for (unit, value) in Self.hiddenPart(of: bias, machine).enumerated() { hiddenBase.base[unit] = value }
    numbers.withUnsafeBufferPointer { numbers in
      terms.withUnsafeMutableBufferPointer { terms in
        v.elements.update(repeating: 0)
        setBiases(0, bias)
        drawVisible(0, numbers, random, step: 0)
        for step in 1..<betas.count {
          let (before, after) = (betas[step - 1], betas[step])
          machine.hiddenInputs(of: v.base, batch: count, into: h.base)
          add(-1, hiddenTermAt: before, terms, to: logWeights)
          add(1, hiddenTermAt: after, terms, to: logWeights)
          terms.update(repeating: 0)
          StochasticUnits.addWeighted(v.base, by: difference.base, units: machine.visible.count, to: terms)
          for run in 0..<count { logWeights[run] += (Double(after) - Double(before)) * terms[run] }
          guard step + 1 < betas.count else { break }
          var random = random
          random.step = UInt64(step)
          machine.hidden.sample(
            h.base, bias: hiddenBias.base, into: h.base, numbers: numbers, scale: after, random: random,
            index: Self.hiddenDraw)
          machine.visibleInputs(of: h.base, batch: count, into: v.base)
          setBiases(after, bias)
          drawVisible(after, numbers, random, step: step)
        }
      }
    }
  }

  private func drawVisible(
    _ beta: Float, _ numbers: UnsafeBufferPointer<UInt32>, _ random: RandomAddress, step: Int
  ) {
    var random = random
    random.step = UInt64(step)
    machine.visible.sample(
      v.base, bias: visibleBias.base, into: v.base, numbers: numbers, scale: beta, random: random,
      index: Self.visibleDraw)
  }

  private func setBiases(_ beta: Float, _ bias: [Float]) {
    for unit in 0..<machine.visible.count {
      visibleBias.base[unit] = (1 - beta) * bias[unit] + beta * machine.visibleBias[unit]
    }
  }

  /// Adds ± the hidden units' share of ln p_β of the visible states whose inputs are in `h`; leaves its biases behind.
  private func add(
    _ sign: Double, hiddenTermAt beta: Float, _ terms: UnsafeMutableBufferPointer<Double>,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    for unit in 0..<machine.hidden.count {
      hiddenBias.base[unit] = (1 - beta) * hiddenBase.base[unit] + beta * machine.hiddenBias[unit]
    }
    terms.update(repeating: 0)
    machine.hidden.addLogPartition(h.base, bias: hiddenBias.base, scale: beta, to: terms)
    for run in terms.indices { sums[run] += sign * terms[run] }
  }
}
