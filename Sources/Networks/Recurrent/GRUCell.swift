import Kernels

/// Gated recurrent unit.
///
///     r = σ(W_r x + U_r h' + b_r), z = σ(W_z x + U_z h' + b_z)
///     before:  n = tanh(W_n x + U_n (r h') + b_n),        h = (1 - z) h' + z n      Chung, Gulcehre, Cho & Bengio 2014
///     after:   n = tanh(W_n x + b_n + r (U_n h' + b_m)),  h = (1 - z) n + z h'      as PyTorch and cuDNN compute it
///
/// h' is the state before; gates stand in the order r, z, n. Cost: 6 · units · (inputs + units) · batch operations a
/// step, twice that back.
public struct GRUCell: RecurrentCell {
  /// Where the reset gate acts.
  public enum Reset: String, Keyword {
    /// On the state, before the recurrent product: the paper's form.
    case before
    /// On the recurrent product: PyTorch's form.
    case after

    /// What the choice is, for errors.
    public static var title: String { "reset" }
  }

  /// The outputs of a step.
  public let units: Int
  /// Where the reset gate acts.
  public let reset: Reset
  /// The distributions of first weights.
  public let initializers: RecurrentInitializers

  /// A cell of `units` outputs.
  public init(
    units: Int, reset: Reset = .before, initializers: RecurrentInitializers = RecurrentInitializers()
  ) {
    self.units = units
    self.reset = reset
    self.initializers = initializers
  }

  /// The word for it in configs and slot names.
  public var kind: String { "gru" }
  /// What people call it.
  public var name: String { "gru \(units)" + (reset == .after ? " (reset after)" : "") }
  /// h.
  public var stateRows: Int { units }
  /// Two gates and the candidate.
  public var sumRows: Int { 3 * units }
  /// None.
  public var cellRows: Int { 0 }
  /// r h', or U_n h' + b_m.
  public var keptRows: Int { units }
  /// All.
  public var biasRows: Range<Int> { 0..<3 * units }
  /// The biases.
  public var biasInitializer: Initializer { initializers.biases(units: units) }
  /// The distribution of W.
  public func inputInitializer(inputs: Int) -> Initializer {
    initializers.weights(inputs: inputs, units: units)
  }

  /// U_r, U_z and U_n in one slot; b_m where the reset gate acts after.
  public var slots: [Slot] {
    let recurrent = Slot(
      "recurrent", shape: [3 * units, units],
      initializer: initializers.recurrent(inputs: units, units: units, parts: 3))
    guard reset == .after else { return [recurrent] }
    return [
      recurrent,
      Slot("reset_bias", shape: [units], initializer: initializers.biases(units: units), decays: false),
    ]
  }

  /// U_rz and U_n, each with its transpose.
  public var packedCount: Int { gateProduct.packedCount + candidateProduct.packedCount }

  private var gateProduct: RecurrentProduct { RecurrentProduct(rows: 2 * units, inner: units) }
  private var candidateProduct: RecurrentProduct { RecurrentProduct(rows: units, inner: units) }
  private var candidateOffset: Int { gateProduct.packedCount }

  /// Packs U_rz and U_n, and their transposes for the way back.
  public func prepare(_ pass: RecurrentPass, isTraining: Bool) {
    gateProduct.pack(pass.parameter(0), into: pass.packed, columns: pass.batch, isTraining: isTraining)
    candidateProduct.pack(
      pass.parameter(0) + 2 * units * units, into: pass.packed + candidateOffset, columns: pass.batch,
      isTraining: isTraining)
  }

  /// The equations above.
  public func forward(_ t: Int, _ pass: RecurrentPass) {
    let (pitch, count, gates) = (pass.pitch, units * pass.pitch, pass.sums[t])
    let (before, kept, candidate) = (pass.stateBefore(t), pass.kept[t], pass.packed + candidateOffset)
    gateProduct.add(pass.packed, before, to: gates, columns: pass.batch)
    switch reset {
    case .before:
      RecurrentStep.gruReset(gates, before: before, reset: kept, count: count)
      candidateProduct.add(candidate, kept, to: gates + 2 * count, columns: pass.batch)
      RecurrentStep.gru(gates, before: before, hidden: pass.state(t), count: count)
    case .after:
      SequenceProduct.multiply(
        candidate, TimeSlices(before, rows: units, pitch: pitch),
        into: TimeSlices(kept, rows: units, pitch: pitch), bias: pass.parameter(1), columns: pass.batch,
        steps: 1)
      RecurrentStep.gruResetAfter(gates, before: before, reset: kept, hidden: pass.state(t), count: count)
    }
  }

  /// dE/da and dE/dh'.
  public func backward(_ t: Int, _ pass: RecurrentPass) {
    let (count, gates) = (units * pass.pitch, pass.sums[t])
    let (before, kept, candidate) = (pass.stateBefore(t), pass.kept[t], pass.packed + candidateOffset)
    switch reset {
    case .before:
      RecurrentStep.gruBackward(gates, before: before, dhidden: pass.dstate, count: count)
      candidateProduct.back(
        candidate, gates + 2 * count, into: pass.temporary, columns: pass.batch, accumulate: false)
      RecurrentStep.gruResetBackward(
        gates, before: before, dreset: pass.temporary, dhidden: pass.dstate, count: count)
    case .after:
      RecurrentStep.gruResetAfterBackward(
        gates, before: before, reset: kept, dhidden: pass.dstate, count: count)
      candidateProduct.back(candidate, kept, into: pass.dstate, columns: pass.batch, accumulate: true)
    }
    gateProduct.back(pass.packed, gates, into: pass.dstate, columns: pass.batch, accumulate: true)
  }

  /// dU_rz = Σ da h'ᵀ; dU_n = Σ da_n (r h')ᵀ, or Σ dm h'ᵀ and db_m = Σ dm.
  public func addGradients(_ pass: RecurrentPass) {
    let recurrent = pass.gradient(0)
    let candidate = recurrent.base + 2 * units * units
    SequenceProduct.outer(
      pass.sums.rows(0..<2 * units), pass.statesBefore, into: recurrent.base, columns: pass.batch,
      steps: pass.steps,
      accumulate: recurrent.adds)
    switch reset {
    case .before:
      SequenceProduct.outer(
        pass.sums.rows(2 * units..<3 * units), pass.kept, into: candidate, columns: pass.batch,
        steps: pass.steps,
        accumulate: recurrent.adds)
    case .after:
      SequenceProduct.outer(
        pass.kept, pass.statesBefore, into: candidate, columns: pass.batch, steps: pass.steps,
        accumulate: recurrent.adds)
      let bias = pass.gradient(1)
      pass.kept.rowSums(steps: pass.steps, into: bias.base, accumulate: bias.adds)
    }
  }
}
