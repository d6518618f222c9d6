import Kernels

/// The memory cell blocks of Hochreiter & Schmidhuber 1997: no forget gates, gates shared by the cells of a block.
///
///     c = c' + i g(a), y = o h(c)       i, o = σ of their sums; g in ±2, h in ±1 (scaled logistic functions)
///     sums = W x + U [y', i', o'] + b   for the cells, the input gates and the output gates
///
/// Everything hidden sees the inputs, all cells' outputs and all gates; the layer above sees the cells alone. With the
/// paper's truncated gradient, errors that arrive at the input of a cell or of a gate change its weights and go no
/// further; only within the cells, where they neither grow nor shrink, are they followed back in time.
public struct MemoryBlockCell: RecurrentCell {
  /// What the blocks are.
  public let options: Options
  /// The distributions of first weights.
  public let initializers: RecurrentInitializers

  /// What the blocks are.
  public struct Options: Sendable, Hashable {
    /// The number of blocks.
    public var blocks: Int
    /// The cells of a block.
    public var size: Int
    /// The first biases of the input gates, one for each block; nil for those of the weights.
    public var inputGateBias: [Float]?
    /// The first biases of the output gates, likewise.
    public var outputGateBias: [Float]?
    /// Whether there are output gates.
    public var hasOutputGates: Bool
    /// Whether units see the state before (all cells' outputs and gates).
    public var isRecurrent: Bool
    /// Which sums have a bias.
    public var biases: Biases
    /// The range of g.
    public var input: InputSquashing
    /// The range of h.
    public var output: OutputSquashing
    /// How far back errors are followed.
    public var gradient: GradientKind

    /// Blocks as in experiment 4, unless more is said.
    public init(
      blocks: Int, size: Int, inputGateBias: [Float]? = nil, outputGateBias: [Float]? = nil,
      hasOutputGates: Bool = true, isRecurrent: Bool = true, biases: Biases = .all,
      input: InputSquashing = .symmetric, output: OutputSquashing = .symmetric,
      gradient: GradientKind = .truncated
    ) {
      self.blocks = blocks
      self.size = size
      self.inputGateBias = inputGateBias
      self.outputGateBias = outputGateBias
      self.hasOutputGates = hasOutputGates
      self.isRecurrent = isRecurrent
      self.biases = biases
      self.input = input
      self.output = output
      self.gradient = gradient
    }
  }

  /// Which sums have a bias.
  public enum Biases: String, Keyword {
    /// None.
    case none
    /// The gates.
    case gates
    /// Cells and gates.
    case all

    /// What the choice is, for errors.
    public static var title: String { "biases" }
  }

  /// The squashing function g of a cell's input.
  public enum InputSquashing: String, Keyword {
    /// 4 σ(a) - 2, between -2 and 2.
    case symmetric
    /// σ(a), between 0 and 1.
    case logistic

    /// What the choice is, for errors.
    public static var title: String { "input_squashing" }
  }

  /// The squashing function h of a cell's state.
  public enum OutputSquashing: String, Keyword {
    /// 2 σ(c) - 1, between -1 and 1.
    case symmetric
    /// c itself.
    case identity

    /// What the choice is, for errors.
    public static var title: String { "output_squashing" }
  }

  /// How far back errors are followed.
  public enum GradientKind: String, Keyword {
    /// Only within the cells: the paper's.
    case truncated
    /// Through everything.
    case full

    /// What the choice is, for errors.
    public static var title: String { "gradient" }
  }

  /// Cells with these options.
  public init(_ options: Options, initializers: RecurrentInitializers = RecurrentInitializers()) {
    self.options = options
    self.initializers = initializers
  }

  private var shape: RecurrentStep.MemoryBlocks {
    let isSymmetric = options.output == .symmetric
    return RecurrentStep.MemoryBlocks(
      blocks: options.blocks, size: options.size, hasOutputGates: options.hasOutputGates,
      inputScale: options.input == .symmetric ? 4 : 1, inputOffset: options.input == .symmetric ? -2 : 0,
      outputScale: isSymmetric ? 2 : 0, outputOffset: isSymmetric ? -1 : 0)
  }

  /// The word for it in configs and slot names.
  public var kind: String { "lstm" }
  /// What people call it.
  public var name: String { "lstm of 1997, \(options.blocks)x\(options.size)" }
  /// The cells.
  public var units: Int { options.blocks * options.size }
  /// Cells' outputs and gates.
  public var stateRows: Int { sumRows }
  /// Cells and gates.
  public var sumRows: Int { units + options.blocks * (options.hasOutputGates ? 2 : 1) }
  /// c.
  public var cellRows: Int { units }
  /// Nothing.
  public var keptRows: Int { 0 }

  /// By the options.
  public var biasRows: Range<Int> {
    switch options.biases {
    case .none: 0..<0
    case .gates: units..<sumRows
    case .all: 0..<sumRows
    }
  }

  /// The given biases of gates; the rest like weights, or 0 where these are orthogonal.
  public var biasInitializer: Initializer {
    var other = initializers.weights(inputs: stateRows, units: units)
    if case .orthogonal = other { other = .zero }
    func gates(_ biases: [Float]?) -> [Initializer] {
      biases.map { $0.map { .constant($0) } } ?? Array(repeating: other, count: options.blocks)
    }
    let cells = options.biases == .all ? Array(repeating: other, count: units) : []
    return .parts(
      cells + gates(options.inputGateBias) + (options.hasOutputGates ? gates(options.outputGateBias) : []))
  }

  /// The distribution of W.
  public func inputInitializer(inputs: Int) -> Initializer {
    initializers.weights(inputs: inputs, units: units)
  }

  /// U, unless units do not see the state before.
  public var slots: [Slot] {
    guard options.isRecurrent else { return [] }
    let weights = initializers.recurrent(inputs: stateRows, units: units)
    return [Slot("recurrent", shape: [sumRows, stateRows], initializer: weights)]
  }

  /// U, and its transpose for the full gradient.
  public var packedCount: Int { options.isRecurrent ? product.packedCount : 0 }

  private var product: RecurrentProduct { RecurrentProduct(rows: sumRows, inner: stateRows) }
  private var followsState: Bool { options.isRecurrent && options.gradient == .full }

  /// Packs U.
  public func prepare(_ pass: RecurrentPass, isTraining: Bool) {
    guard options.isRecurrent else { return }
    product.pack(
      pass.parameter(0), into: pass.packed, columns: pass.batch, isTraining: isTraining && followsState)
  }

  /// The equations above.
  public func forward(_ t: Int, _ pass: RecurrentPass) {
    if options.isRecurrent {
      product.add(pass.packed, pass.stateBefore(t), to: pass.sums[t], columns: pass.batch)
    }
    RecurrentStep.memoryBlocks(
      shape, pass.sums[t], before: pass.cellBefore(t), cells: pass.cell(t), state: pass.state(t),
      pitch: pass.pitch)
  }

  /// dE/da and dE/dc'; dE/dstate' is 0, or Uᵀ dE/da for the full gradient.
  public func backward(_ t: Int, _ pass: RecurrentPass) {
    RecurrentStep.memoryBlocksBackward(
      shape, pass.sums[t], cells: pass.cell(t), state: pass.state(t), dstate: pass.dstate,
      dcells: pass.dcells,
      pitch: pass.pitch)
    if followsState {
      product.back(pass.packed, pass.sums[t], into: pass.dstate, columns: pass.batch, accumulate: false)
    } else {
      pass.dstate.update(repeating: 0, count: stateRows * pass.pitch)
    }
  }

  /// dU = Σ da state'ᵀ.
  public func addGradients(_ pass: RecurrentPass) {
    guard options.isRecurrent else { return }
    let recurrent = pass.gradient(0)
    SequenceProduct.outer(
      pass.sums, pass.statesBefore, into: recurrent.base, columns: pass.batch, steps: pass.steps,
      accumulate: recurrent.adds)
  }
}
