import CKernels

/// The sizes of a pooling or subsampling layer: windows that lie inside of the input.
///
/// Activations are `[channels, height, width, batch]` with the batch contiguous.
///
///     outputHeight = floor((inputHeight - kernelHeight) / strideY) + 1, and likewise for the width
///
/// Windows overlap where the stride is smaller than the kernel; rows and columns that no window reaches are ignored.
public struct PoolingGeometry: Sendable, Hashable {
  /// Channels, which stay the same, and the rows and columns of the input.
  public let channels, inputHeight, inputWidth: Int
  /// Rows and columns of the output.
  public let outputHeight, outputWidth: Int
  /// Rows and columns of a window.
  public let kernelHeight, kernelWidth: Int
  /// Distance of neighbouring windows, in rows and columns.
  public let strideY, strideX: Int
  /// Examples in a batch; may be changed between calls.
  public var batch: Int { didSet { precondition(batch > 0, "a batch holds at least one example") } }

  /// Describes a pooling layer.
  /// - Parameters:
  ///   - batch: examples in a batch.
  ///   - strideY: the kernel height unless told.
  ///   - strideX: the kernel width unless told.
  /// - Throws: ``GeometryError`` if a size is out of range, a window does not fit the input or holds more than 256
  ///   elements.
  public init(
    batch: Int, channels: Int, inputHeight: Int, inputWidth: Int, kernelHeight: Int, kernelWidth: Int,
    strideY: Int? = nil, strideX: Int? = nil
  ) throws(GeometryError) {
    try GeometryError.check("the batch", batch)
    try GeometryError.check("the number of channels", channels)
    try GeometryError.check("the input height", inputHeight)
    try GeometryError.check("the input width", inputWidth)
    try GeometryError.check("the window height", kernelHeight)
    try GeometryError.check("the window width", kernelWidth)
    let (strideY, strideX) = (strideY ?? kernelHeight, strideX ?? kernelWidth)
    try GeometryError.check("the vertical stride", strideY)
    try GeometryError.check("the horizontal stride", strideX)
    guard kernelHeight * kernelWidth <= 256 else {
      throw GeometryError(
        "a pooling window of \(kernelHeight) x \(kernelWidth) has more than 256 elements; use a smaller one")
    }
    outputHeight = try GeometryError.outputs(
      "height", input: inputHeight, kernel: kernelHeight, stride: strideY, padding: 0)
    outputWidth = try GeometryError.outputs(
      "width", input: inputWidth, kernel: kernelWidth, stride: strideX, padding: 0)
    _ = try GeometryError.product("the input", [channels, inputHeight, inputWidth, batch])
    self.batch = batch
    self.channels = channels
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideY = strideY
    self.strideX = strideX
  }

  /// Elements of the input.
  public var inputCount: Int { channels * inputHeight * inputWidth * batch }
  /// Elements of the output.
  public var outputCount: Int { channels * outputHeight * outputWidth * batch }
  /// Elements of a window.
  public var windowCount: Int { kernelHeight * kernelWidth }

  func withShape(_ body: (UnsafePointer<ck_pooling>) -> Void) {
    var shape = ck_pooling(
      batch: batch, maps: channels, input_height: inputHeight, input_width: inputWidth,
      output_height: outputHeight, output_width: outputWidth, kernel_height: kernelHeight,
      kernel_width: kernelWidth, stride_y: strideY, stride_x: strideX)
    body(&shape)
  }
}
