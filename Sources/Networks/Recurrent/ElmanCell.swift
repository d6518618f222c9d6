import Kernels

/// Elman's unit: the state before is an input like any other.
///
///     h = f(W x + U h' + b),  f = tanh or the logistic function
///
/// Elman 1990 takes logistic units and copies the state into context units whose values count as given: the error is
/// not followed further back than one step. Cost: 2 · units · (inputs + units) · batch operations a step.
public struct ElmanCell: RecurrentCell {
  /// How far back the error is followed.
  public enum GradientKind: String, Keyword {
    /// Through all steps of the sequence: back-propagation through time.
    case full
    /// Not beyond the step itself: the context units are inputs (Elman 1990).
    case oneStep = "one_step"

    /// What the choice is, for errors.
    public static var title: String { "gradient" }
  }

  /// The function f.
  public enum Function: String, Keyword {
    /// tanh a.
    case tanh
    /// 1 / (1 + e^-a).
    case logistic

    /// What the choice is, for errors.
    public static var title: String { "activation" }
  }

  /// The outputs of a step.
  public let units: Int
  /// The function f.
  public let function: Function
  /// How far back the error is followed.
  public let gradient: GradientKind
  /// The distributions of first weights.
  public let initializers: RecurrentInitializers

  /// A cell of `units` outputs.
  public init(
    units: Int, function: Function = .tanh, gradient: GradientKind = .full,
    initializers: RecurrentInitializers = RecurrentInitializers()
  ) {
    self.units = units
    self.function = function
    self.gradient = gradient
    self.initializers = initializers
  }

  /// The word for it in configs and slot names.
  public var kind: String { "rnn" }
  /// What people call it.
  public var name: String { "rnn \(units) \(function.rawValue)" }
  /// h.
  public var stateRows: Int { units }
  /// One sum for each unit.
  public var sumRows: Int { units }
  /// None.
  public var cellRows: Int { 0 }
  /// None.
  public var keptRows: Int { 0 }
  /// All.
  public var biasRows: Range<Int> { 0..<units }
  /// The biases.
  public var biasInitializer: Initializer { initializers.biases(units: units) }
  /// The distribution of W.
  public func inputInitializer(inputs: Int) -> Initializer {
    initializers.weights(inputs: inputs, units: units)
  }
  /// U.
  public var slots: [Slot] {
    [
      Slot(
        "recurrent", shape: [units, units],
        initializer: initializers.recurrent(inputs: units, units: units))
    ]
  }
  /// U and its transpose.
  public var packedCount: Int { RecurrentProduct(rows: units, inner: units).packedCount }

  private var activation: Kernels.Activation { function == .tanh ? .tanh : .sigmoid }

  /// Packs U, and its transpose for the way back.
  public func prepare(_ pass: RecurrentPass, isTraining: Bool) {
    RecurrentProduct(rows: units, inner: units).pack(
      pass.parameter(0), into: pass.packed, columns: pass.batch, isTraining: isTraining && gradient == .full)
  }

  /// The equation above.
  public func forward(_ t: Int, _ pass: RecurrentPass) {
    let count = units * pass.pitch
    RecurrentProduct(rows: units, inner: units).add(
      pass.packed, pass.stateBefore(t), to: pass.sums[t], columns: pass.batch)
    activation.apply(
      UnsafeBufferPointer(start: pass.sums[t], count: count),
      into: UnsafeMutableBufferPointer(start: pass.state(t), count: count))
  }

  /// dE/da = f' dE/dh, dE/dh' = Uᵀ dE/da; 0 for the one-step gradient.
  public func backward(_ t: Int, _ pass: RecurrentPass) {
    let count = units * pass.pitch
    let da = UnsafeMutableBufferPointer(start: pass.sums[t], count: count)
    pass.sums[t].update(from: pass.dstate, count: count)
    activation.backward(da, output: UnsafeBufferPointer(start: pass.state(t), count: count))
    switch gradient {
    case .full:
      RecurrentProduct(rows: units, inner: units).back(
        pass.packed, pass.sums[t], into: pass.dstate, columns: pass.batch, accumulate: false)
    case .oneStep: pass.dstate.update(repeating: 0, count: count)
    }
  }

  /// dU = Σ da h'ᵀ.
  public func addGradients(_ pass: RecurrentPass) {
    let recurrent = pass.gradient(0)
    SequenceProduct.outer(
      pass.sums, pass.statesBefore, into: recurrent.base, columns: pass.batch, steps: pass.steps,
      accumulate: recurrent.adds)
  }
}
