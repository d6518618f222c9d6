/// What a config says of the memory cell blocks of 1997.
///
/// ```yaml
/// memory_blocks: {count: 2, size: 2, input_gate_bias: [-3, -6]}
/// ```
public struct MemoryBlockConfiguration: Codable, Hashable, Sendable {
  /// The number of blocks.
  public var count: Int
  /// The cells of a block (1).
  public var size: Int?
  /// The first bias of each block's input gate: one for each block (as the weights).
  public var inputGateBias: [Double]?
  /// The first bias of each block's output gate (as the weights).
  public var outputGateBias: [Double]?
  /// Whether there are output gates (yes).
  public var outputGates: Bool?
  /// Whether cells and gates see those of the step before (yes).
  public var recurrent: Bool?
  /// Which of them have biases (`all`).
  public var biases: MemoryBlockCell.Biases?
  /// The range of a cell's input: `symmetric` ±2 or `logistic` 0…1 (`symmetric`).
  public var inputSquashing: MemoryBlockCell.InputSquashing?
  /// The range of a cell's output: `symmetric` ±1 or `identity` (`symmetric`).
  public var outputSquashing: MemoryBlockCell.OutputSquashing?
  /// How far errors are followed back (`truncated`).
  public var gradient: MemoryBlockCell.GradientKind?

  private enum CodingKeys: String, CodingKey {
    case count, size, recurrent, biases, gradient
    case inputGateBias = "input_gate_bias"
    case outputGateBias = "output_gate_bias"
    case outputGates = "output_gates"
    case inputSquashing = "input_squashing"
    case outputSquashing = "output_squashing"
  }

  /// `count` blocks of `size` cells.
  public init(count: Int, size: Int? = nil) {
    self.count = count
    self.size = size
  }

  /// The cell.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeCell(_ initializers: RecurrentInitializers) throws(ConfigurationError) -> MemoryBlockCell {
    guard (1...4096).contains(count) else {
      throw ConfigurationError("memory_blocks.count is \(count): it must be between 1 and 4096")
    }
    if let size, !(1...4096).contains(size) {
      throw ConfigurationError("memory_blocks.size is \(size): it must be between 1 and 4096")
    }
    try check(inputGateBias, "input_gate_bias")
    try check(outputGateBias, "output_gate_bias")
    if outputGateBias != nil, outputGates == false {
      throw ConfigurationError(
        "memory_blocks: there is an «output_gate_bias», but «output_gates» is false: leave one of them out")
    }
    return MemoryBlockCell(
      MemoryBlockCell.Options(
        blocks: count, size: size ?? 1, inputGateBias: inputGateBias.map { $0.map { Float($0) } },
        outputGateBias: outputGateBias.map { $0.map { Float($0) } }, hasOutputGates: outputGates ?? true,
        isRecurrent: recurrent ?? true, biases: biases ?? .all, input: inputSquashing ?? .symmetric,
        output: outputSquashing ?? .symmetric, gradient: gradient ?? .truncated),
      initializers: initializers)
  }

  private func check(_ list: [Double]?, _ name: String) throws(ConfigurationError) {
    guard let list else { return }
    guard biases != MemoryBlockCell.Biases.none else {
      throw ConfigurationError(
        "memory_blocks: there is an «\(name)», but «biases» is none: leave one of them out")
    }
    guard list.count == count, list.allSatisfy({ $0.isFinite }) else {
      throw ConfigurationError(
        "memory_blocks.\(name) is \(list): it must list \(count) numbers, one for each block")
    }
  }
}
