import CKernels

/// The sizes of a convolution: which arrays it reads and writes, and how they are laid out.
///
/// Activations are `[channels, height, width, batch]` with the batch contiguous; any batch from 1 on. Weights are one
/// `[kernelHeight, kernelWidth]` block for each connection, ordered by output channel and then by input channel: with
/// no connection table that is `[outputChannels, inputChannels, kernelHeight, kernelWidth]`.
///
///     outputHeight = floor((inputHeight + 2 paddingY - kernelHeight) / strideY) + 1, and likewise for the width
///
/// A transposed convolution is the same geometry with the passes exchanged: its forward pass is
/// ``Convolution/backwardToData(_:outputGradient:weights:inputGradient:accumulate:scratch:)``.
public struct ConvolutionGeometry: Sendable, Hashable {
  /// Channels, rows and columns of the input.
  public let inputChannels, inputHeight, inputWidth: Int
  /// Channels, rows and columns of the output.
  public let outputChannels, outputHeight, outputWidth: Int
  /// Rows and columns of the kernel.
  public let kernelHeight, kernelWidth: Int
  /// Distance of neighbouring windows, in rows and columns.
  public let strideY, strideX: Int
  /// Rows and columns of zeros around the input, on each side.
  public let paddingY, paddingX: Int
  /// How many pairs of output and input channel are connected.
  public let connectionCount: Int
  /// Examples in a batch; may be changed between calls.
  public var batch: Int { didSet { precondition(batch > 0, "a batch holds at least one example") } }

  /// For output * inputChannels + input the number of the weight block, or -1; empty where all are connected.
  private let blocks: [Int32]

  /// Describes a convolution.
  /// - Parameters:
  ///   - batch: examples in a batch.
  ///   - connections: for each output channel the input channels that it reads, ascending, at least one (as C3 of
  ///     LeCun, Bottou, Bengio and Haffner 1998, table I); nil connects every output to every input.
  /// - Throws: ``GeometryError`` if a size is out of range, the kernel does not fit the padded input, or the table
  ///   does not match the channels.
  public init(
    batch: Int, inputChannels: Int, inputHeight: Int, inputWidth: Int, outputChannels: Int, kernelHeight: Int,
    kernelWidth: Int, strideY: Int = 1, strideX: Int = 1, paddingY: Int = 0, paddingX: Int = 0,
    connections: [[Int]]? = nil
  ) throws(GeometryError) {
    try GeometryError.check("the batch", batch)
    try GeometryError.check("the number of input channels", inputChannels)
    try GeometryError.check("the input height", inputHeight)
    try GeometryError.check("the input width", inputWidth)
    try GeometryError.check("the number of output channels", outputChannels)
    try GeometryError.check("the kernel height", kernelHeight)
    try GeometryError.check("the kernel width", kernelWidth)
    try GeometryError.check("the vertical stride", strideY)
    try GeometryError.check("the horizontal stride", strideX)
    try GeometryError.check("the vertical padding", paddingY, atLeast: 0)
    try GeometryError.check("the horizontal padding", paddingX, atLeast: 0)
    outputHeight = try GeometryError.outputs(
      "height", input: inputHeight, kernel: kernelHeight, stride: strideY, padding: paddingY)
    outputWidth = try GeometryError.outputs(
      "width", input: inputWidth, kernel: kernelWidth, stride: strideX, padding: paddingX)
    _ = try GeometryError.product("the input", [inputChannels, inputHeight, inputWidth, batch])
    _ = try GeometryError.product("the output", [outputChannels, outputHeight, outputWidth, batch])
    let pairs = try GeometryError.product("the connection table", [outputChannels, inputChannels])
    _ = try GeometryError.product("the weights", [outputChannels, inputChannels, kernelHeight, kernelWidth])
    if let connections {
      (blocks, connectionCount) = try Self.blocks(
        of: connections, inputs: inputChannels, outputs: outputChannels)
    } else {
      (blocks, connectionCount) = ([], pairs)
    }
    self.batch = batch
    self.inputChannels = inputChannels
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
    self.paddingY = paddingY
    self.paddingX = paddingX
  }

  /// Elements of the input.
  public var inputCount: Int { inputChannels * inputHeight * inputWidth * batch }
  /// Elements of the output.
  public var outputCount: Int { outputChannels * outputHeight * outputWidth * batch }
  /// Elements of the weights.
  public var weightCount: Int { connectionCount * kernelHeight * kernelWidth }
  /// Elements of scratch that each pass needs.
  public var scratchCount: Int { withShape { ck_convolution_scratch($0) } }
  /// Floating-point operations of one pass: 2 for each weight, output position and example.
  public var operations: Int { 2 * weightCount * outputHeight * outputWidth * batch }

  func withShape<Result>(_ body: (UnsafePointer<ck_convolution>) -> Result) -> Result {
    blocks.withUnsafeBufferPointer { blocks in
      var shape = ck_convolution(
        batch: batch, inputs: inputChannels, input_height: inputHeight, input_width: inputWidth,
        outputs: outputChannels, output_height: outputHeight, output_width: outputWidth,
        kernel_height: kernelHeight, kernel_width: kernelWidth, stride_y: strideY, stride_x: strideX,
        padding_y: paddingY, padding_x: paddingX, connections: blocks.isEmpty ? nil : blocks.baseAddress)
      return body(&shape)
    }
  }

  private static func blocks(
    of connections: [[Int]], inputs: Int, outputs: Int
  ) throws(GeometryError) -> ([Int32], Int) {
    guard connections.count == outputs else {
      throw GeometryError(
        "the connection table has \(connections.count) rows for \(outputs) output channels; give one list of "
          + "input channels for each output channel")
    }
    var blocks = [Int32](repeating: -1, count: outputs * inputs)
    var count = 0
    for (output, list) in connections.enumerated() {
      guard let first = list.first, let last = list.last else {
        throw GeometryError(
          "the connection table gives output channel \(output) no input; each needs at least one")
      }
      guard first >= 0, last < inputs, zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw GeometryError(
          "the connection table gives output channel \(output) the inputs \(list); they must ascend without "
            + "repetition and lie in 0..<\(inputs)")
      }
      for input in list {
        blocks[output * inputs + input] = Int32(count)
        count += 1
      }
    }
    return (blocks, count)
  }
}
