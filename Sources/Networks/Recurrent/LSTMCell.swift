import Kernels

/// Long short-term memory with forget gates.
///
///     i = σ(a_i + p_i c'), f = σ(a_f + p_f c'), g = tanh(a_g), c = f c' + i g, o = σ(a_o + p_o c), h = o tanh(c)
///     a = W x + U h' + b          h', c' the state before; gates in the order i, f, g, o
///
/// Hochreiter & Schmidhuber 1997; forget gates: Gers, Schmidhuber & Cummins 2000; diagonal peepholes p: Gers,
/// Schraudolph & Schmidhuber 2002. Cost: 8 · units · (inputs + units) · batch operations a step, twice that back.
public struct LSTMCell: RecurrentCell {
  /// The outputs of a step.
  public let units: Int
  /// Whether the gates see the cells through diagonal weights.
  public let hasPeepholes: Bool
  /// The first bias of the forget gates; nil for the distribution of the others.
  public let forgetBias: Float?
  /// The distributions of first weights.
  public let initializers: RecurrentInitializers

  /// A cell of `units` outputs.
  public init(
    units: Int, hasPeepholes: Bool = false, forgetBias: Float? = nil,
    initializers: RecurrentInitializers = RecurrentInitializers()
  ) {
    self.units = units
    self.hasPeepholes = hasPeepholes
    self.forgetBias = forgetBias
    self.initializers = initializers
  }

  /// The word for it in configs and slot names.
  public var kind: String { "lstm" }
  /// What people call it.
  public var name: String { "lstm \(units)" + (hasPeepholes ? " with peepholes" : "") }
  /// h.
  public var stateRows: Int { units }
  /// The four gates.
  public var sumRows: Int { 4 * units }
  /// c.
  public var cellRows: Int { units }
  /// Nothing: the gates take the place of their sums.
  public var keptRows: Int { 0 }
  /// All gates.
  public var biasRows: Range<Int> { 0..<4 * units }
  /// The biases of i, f, g, o.
  public var biasInitializer: Initializer {
    let bias = initializers.biases(units: units)
    return .parts([bias, forgetBias.map { .constant($0) } ?? bias, bias, bias])
  }

  /// The distribution of W.
  public func inputInitializer(inputs: Int) -> Initializer {
    initializers.weights(inputs: inputs, units: units)
  }

  /// U, and p where wanted.
  public var slots: [Slot] {
    let recurrent = Slot(
      "recurrent", shape: [4 * units, units],
      initializer: initializers.recurrent(inputs: units, units: units, parts: 4))
    guard hasPeepholes else { return [recurrent] }
    return [
      recurrent,
      Slot(
        "peepholes", shape: [3, units], initializer: initializers.weights(inputs: units, units: units)),
    ]
  }

  /// U and its transpose.
  public var packedCount: Int { RecurrentProduct(rows: sumRows, inner: units).packedCount }

  /// Packs U, and its transpose for the way back.
  public func prepare(_ pass: RecurrentPass, isTraining: Bool) {
    RecurrentProduct(rows: sumRows, inner: units).pack(
      pass.parameter(0), into: pass.packed, columns: pass.batch, isTraining: isTraining)
  }

  /// The equations above.
  public func forward(_ t: Int, _ pass: RecurrentPass) {
    let product = RecurrentProduct(rows: sumRows, inner: units)
    product.add(pass.packed, pass.stateBefore(t), to: pass.sums[t], columns: pass.batch)
    RecurrentStep.lstm(
      pass.sums[t], before: pass.cellBefore(t), cells: pass.cell(t), hidden: pass.state(t),
      peepholes: hasPeepholes ? pass.parameter(1) : nil, units: units, pitch: pass.pitch)
  }

  /// dE/da, dE/dc' and dE/dh' = Uᵀ dE/da.
  public func backward(_ t: Int, _ pass: RecurrentPass) {
    RecurrentStep.lstmBackward(
      pass.sums[t], before: pass.cellBefore(t), cells: pass.cell(t), dhidden: pass.dstate,
      dcells: pass.dcells, peepholes: hasPeepholes ? pass.parameter(1) : nil, units: units, pitch: pass.pitch)
    let product = RecurrentProduct(rows: sumRows, inner: units)
    product.back(pass.packed, pass.sums[t], into: pass.dstate, columns: pass.batch, accumulate: false)
  }

  /// dU = Σ da h'ᵀ, dp = Σ da c.
  public func addGradients(_ pass: RecurrentPass) {
    let recurrent = pass.gradient(0)
    SequenceProduct.outer(
      pass.sums, pass.statesBefore, into: recurrent.base, columns: pass.batch, steps: pass.steps,
      accumulate: recurrent.adds)
    guard hasPeepholes else { return }
    let peepholes = pass.gradient(1)
    for (part, gate) in [0, 1, 3].enumerated() {
      pass.sums.rows(gate * units..<(gate + 1) * units).rowSums(
        times: part < 2 ? pass.cellsBefore : pass.cellsAfter, steps: pass.steps,
        into: peepholes.base + part * units, accumulate: peepholes.adds)
    }
  }
}
