import Kernels

/// What a recurrent layer computes at one time step: a description without state, and a forward/backward pair.
///
/// The layer has worked out the part of the weighted sums that the inputs make, for all steps at once; the cell adds the
/// part of the state before, and turns sums into the next state. All arrays are `[rows, pitch]`, the batch innermost.
public protocol RecurrentCell: Sendable {
  /// The word for it in configs and slot names: `lstm`.
  var kind: String { get }
  /// What people call it: `lstm 256`.
  var name: String { get }
  /// The outputs of a step: the first rows of the state.
  var units: Int { get }
  /// The rows of the state that the next step reads.
  var stateRows: Int { get }
  /// The weighted sums of a step.
  var sumRows: Int { get }
  /// The rows of memory cells beside the state; 0 for none.
  var cellRows: Int { get }
  /// The rows of a step that the cell keeps for its way back.
  var keptRows: Int { get }
  /// Which weighted sums have a bias.
  var biasRows: Range<Int> { get }
  /// The first biases, one distribution for equal parts of `biasRows`.
  var biasInitializer: Initializer { get }
  /// The distribution of the weights from the inputs.
  func inputInitializer(inputs: Int) -> Initializer
  /// The parameters beyond input weights and biases: the recurrent weights and what else there is.
  var slots: [Slot] { get }
  /// The floats of packed weights that one pass needs.
  var packedCount: Int { get }

  /// Packs the weights for a pass; those for the way back only where it is wanted.
  func prepare(_ pass: RecurrentPass, isTraining: Bool)
  /// From the sums at step t and the state before it to the state at t.
  func forward(_ t: Int, _ pass: RecurrentPass)
  /// From `pass.dstate` = dE/dstate at t to the derivatives by the sums (in place of these) and by the state before.
  func backward(_ t: Int, _ pass: RecurrentPass)
  /// Adds the gradients of `slots` over all steps.
  func addGradients(_ pass: RecurrentPass)
}

/// What a cell is handed for one pass over the steps of a batch.
public struct RecurrentPass {
  /// The time steps T.
  public var steps: Int
  /// The sequences.
  public var batch: Int
  /// The floats of a row.
  public var pitch: Int
  /// Whether time runs backwards: the state «before» step t is that of t + 1.
  public var isReverse: Bool
  /// The weighted sums `[T, sumRows, pitch]`.
  public var sums: TimeSlices
  /// The states: slice t + 1 belongs to step t, the initial one lies at slice 0, in reverse at slice T + 1.
  public var states: TimeSlices
  /// The memory cells, likewise.
  public var cells: TimeSlices
  /// What the cell keeps `[T, keptRows, pitch]`.
  public var kept: TimeSlices
  /// dE/dstate `[stateRows, pitch]`: of step t when `backward` is called, of the step before when it returns.
  public var dstate: UnsafeMutablePointer<Float>
  /// dE/dcells `[cellRows, pitch]`, likewise.
  public var dcells: UnsafeMutablePointer<Float>
  /// Memory `[stateRows, pitch]` for one call.
  public var temporary: UnsafeMutablePointer<Float>
  /// The packed weights.
  public var packed: UnsafeMutablePointer<Float>
  /// The parameters.
  public var weights: ParameterView
  /// The number of the cell's first own slot.
  public var firstSlot: Int
  /// Where gradients go; nil while evaluating.
  public var contribution: Contribution?

  /// The state at step t.
  @inline(__always)
  public func state(_ t: Int) -> UnsafeMutablePointer<Float> { states[t + 1] }
  /// The state before step t.
  @inline(__always)
  public func stateBefore(_ t: Int) -> UnsafeMutablePointer<Float> { states[isReverse ? t + 2 : t] }
  /// The cells at step t.
  @inline(__always)
  public func cell(_ t: Int) -> UnsafeMutablePointer<Float> { cells[t + 1] }
  /// The cells before step t.
  @inline(__always)
  public func cellBefore(_ t: Int) -> UnsafeMutablePointer<Float> { cells[isReverse ? t + 2 : t] }
  /// The states before each step, as slices from step 0 on.
  public var statesBefore: TimeSlices { states.from(isReverse ? 2 : 0) }
  /// The cells before each step.
  public var cellsBefore: TimeSlices { cells.from(isReverse ? 2 : 0) }
  /// The cells after each step.
  public var cellsAfter: TimeSlices { cells.from(1) }

  /// Slot `index` of the cell's own.
  public func parameter(_ index: Int) -> UnsafePointer<Float> { weights[firstSlot + index] }
  /// Where the gradient of slot `index` goes, and whether it is added there.
  public func gradient(_ index: Int) -> (base: UnsafeMutablePointer<Float>, adds: Bool) {
    guard let contribution else { preconditionFailure("a backward pass without a contribution") }
    let slot = contribution.slot(firstSlot + index)
    return (slot.elements.baseAddress!, slot.adds)
  }
}

/// The parameters that a pass works with: those of the group, or a copy with noise.
public struct ParameterView {
  /// The address of the group's first float, or of the copy's.
  public var base: UnsafePointer<Float>
  /// Where each slot starts.
  public var offsets: [Int]

  /// Slot `index`.
  @inline(__always)
  public subscript(index: Int) -> UnsafePointer<Float> { base + offsets[index] }
}

/// Where the first weights of a recurrent layer are drawn from.
public struct RecurrentInitializers: Sendable, Hashable {
  /// What the config says.
  public var weights: InitializerConfiguration
  /// What it says of the weights from the state before.
  public var recurrent: InitializerConfiguration

  /// Distributions by these configurations; `recurrent` like the other weights where nil.
  public init(
    _ weights: InitializerConfiguration = .rule(.pytorch), recurrent: InitializerConfiguration? = nil
  ) {
    self.weights = weights
    self.recurrent = recurrent ?? weights
  }

  /// The weights of `units` units from `inputs` values.
  func weights(inputs: Int, units: Int) -> Initializer {
    Self.initializer(weights, inputs: inputs, units: units)
  }

  /// The weights of `parts` gates of `units` units from `inputs` values of the state before.
  func recurrent(inputs: Int, units: Int, parts: Int = 1) -> Initializer {
    let initializer = Self.initializer(recurrent, inputs: inputs, units: units)
    // Each gate's matrix is orthogonal by itself; other distributions know no parts.
    if case .orthogonal = initializer { return .parts(Array(repeating: initializer, count: parts)) }
    return initializer
  }

  private static func initializer(
    _ configuration: InitializerConfiguration, inputs: Int, units: Int
  ) -> Initializer {
    // PyTorch takes the number of units for the fan-in of everything in a recurrent layer.
    configuration.initializer(fanIn: configuration == .rule(.pytorch) ? units : inputs, fanOut: units)
  }

  /// The biases of `units` units.
  func biases(units: Int) -> Initializer { weights.biasInitializer(fanIn: units, fanOut: units) }
}
