import CKernels

/// One time step of the recurrent cells, over arrays `[units, pitch]`; gates stand one behind the other.
///
/// The forward forms turn the gates' weighted sums into activations in place; the backward forms turn these into the
/// derivatives of the error by the weighted sums.
public enum RecurrentStep {
  /// A mutable array of one time step.
  public typealias Slice = UnsafeMutablePointer<Float>

  /// Long short-term memory with forget gates; gates i, f, g, o; peepholes [3, units] of i, f, o, or nil.
  public static func lstm(
    _ gates: Slice, before: Slice, cells: Slice, hidden: Slice, peepholes: UnsafePointer<Float>?, units: Int,
    pitch: Int
  ) {
    ck_lstm_forward(gates, before, cells, hidden, peepholes, units, pitch)
  }

  /// From dE/dh and dE/dc to dE/da in `gates` and dE/dc of the step before in `dcells`.
  public static func lstmBackward(
    _ gates: Slice, before: Slice, cells: Slice, dhidden: Slice, dcells: Slice,
    peepholes: UnsafePointer<Float>?, units: Int, pitch: Int
  ) {
    ck_lstm_backward(gates, before, cells, dhidden, dcells, peepholes, units, pitch)
  }

  /// Gated recurrent unit, gates r, z, n: r = σ(a_r), reset = r h'.
  public static func gruReset(_ gates: Slice, before: Slice, reset: Slice, count: Int) {
    ck_gru_reset(gates, before, reset, count)
  }

  /// z = σ(a_z), n = tanh(a_n), h = (1 - z) h' + z n.
  public static func gru(_ gates: Slice, before: Slice, hidden: Slice, count: Int) {
    ck_gru_forward(gates, before, hidden, count)
  }

  /// From dE/dh to dE/da_n and dE/da_z in `gates`, and (1 - z) dE/dh in its place.
  public static func gruBackward(_ gates: Slice, before: Slice, dhidden: Slice, count: Int) {
    ck_gru_backward(gates, before, dhidden, count)
  }

  /// From dE/d(r h') to dE/da_r in `gates`; r times it is added to `dhidden`.
  public static func gruResetBackward(
    _ gates: Slice, before: Slice, dreset: Slice, dhidden: Slice, count: Int
  ) {
    ck_gru_reset_backward(gates, before, dreset, dhidden, count)
  }

  /// The form with the reset gate behind the recurrent product m: n = tanh(a_n + r m), h = (1 - z) n + z h'.
  public static func gruResetAfter(_ gates: Slice, before: Slice, reset: Slice, hidden: Slice, count: Int) {
    ck_gru_after_forward(gates, before, reset, hidden, count)
  }

  /// From dE/dh to dE/da in `gates`, dE/dm in `reset`, and z dE/dh in `dhidden`.
  public static func gruResetAfterBackward(
    _ gates: Slice, before: Slice, reset: Slice, dhidden: Slice, count: Int
  ) {
    ck_gru_after_backward(gates, before, reset, dhidden, count)
  }

  /// The shape and the squashing functions of memory cell blocks.
  public struct MemoryBlocks: Sendable, Hashable {
    /// The number of blocks.
    public var blocks: Int
    /// The cells of a block, which share its gates.
    public var size: Int
    /// Whether there are output gates.
    public var hasOutputGates: Bool
    /// g(a) = inputScale σ(a) + inputOffset.
    public var inputScale: Float
    /// See `inputScale`.
    public var inputOffset: Float
    /// h(c) = outputScale σ(c) + outputOffset; h(c) = c where the scale is 0.
    public var outputScale: Float
    /// See `outputScale`.
    public var outputOffset: Float

    /// Blocks.
    public init(
      blocks: Int, size: Int, hasOutputGates: Bool, inputScale: Float, inputOffset: Float, outputScale: Float,
      outputOffset: Float
    ) {
      self.blocks = blocks
      self.size = size
      self.hasOutputGates = hasOutputGates
      self.inputScale = inputScale
      self.inputOffset = inputOffset
      self.outputScale = outputScale
      self.outputOffset = outputOffset
    }
  }

  /// Memory cell blocks of 1997: c = c' + i g(a), y = o h(c); sums and state of [cells, input gates, output gates].
  public static func memoryBlocks(
    _ shape: MemoryBlocks, _ sums: Slice, before: Slice, cells: Slice, state: Slice, pitch: Int
  ) {
    ck_memory_blocks_forward(
      sums, before, cells, state, shape.blocks, shape.size, pitch, shape.hasOutputGates, shape.inputScale,
      shape.inputOffset, shape.outputScale, shape.outputOffset)
  }

  /// From dE/dstate and dE/dc to dE/da in `sums` and dE/dc' in `dcells`.
  public static func memoryBlocksBackward(
    _ shape: MemoryBlocks, _ sums: Slice, cells: Slice, state: Slice, dstate: Slice, dcells: Slice, pitch: Int
  ) {
    ck_memory_blocks_backward(
      sums, cells, state, dstate, dcells, shape.blocks, shape.size, pitch, shape.hasOutputGates,
      shape.inputScale, shape.inputOffset, shape.outputScale, shape.outputOffset)
  }
}
