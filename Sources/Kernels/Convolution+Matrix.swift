/// Convolutions that are matrix products: Y = W X with the layouts as they are.
///
/// Where the kernel covers the whole input (the last convolution of LeNet-5), W is [outputChannels, inputChannels
/// kernelHeight kernelWidth] and X is [inputChannels inputHeight inputWidth, batch]. Where the kernel is one element
/// (a mixture of channels), W is [outputChannels, inputChannels] and X is [inputChannels, positions and batch].
extension ConvolutionGeometry {
  /// Whether the kernel covers the input, so that each map has one output and a convolution could not share weights.
  var coversInput: Bool {
    kernelHeight == inputHeight && kernelWidth == inputWidth && isFullyConnected && paddingY == 0
      && paddingX == 0
  }

  /// Whether the kernel is one element: forward and backward to data are as fast as convolutions, the weights' gradient
  /// has one tap for each vector loaded and is faster as a product.
  var mixesChannels: Bool {
    kernelHeight == 1 && kernelWidth == 1 && strideY == 1 && strideX == 1 && isFullyConnected && paddingY == 0
      && paddingX == 0
  }

  private var isFullyConnected: Bool { connectionCount == inputChannels * outputChannels }

  /// Columns of Y and X.
  var productColumns: Int { outputHeight * outputWidth * batch }

  /// Columns of W and rows of X.
  var productInner: Int { inputChannels * kernelHeight * kernelWidth }
}

extension Convolution {
  static func multiplyForward(
    _ geometry: ConvolutionGeometry, _ x: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    _ bias: UnsafeBufferPointer<Float>?, _ y: UnsafeMutableBufferPointer<Float>
  ) {
    let (rows, columns) = (geometry.outputChannels, geometry.productColumns)
    Matrix.multiply(weights, x, into: y, rows: rows, columns: columns, inner: geometry.productInner)
    if let bias { Elementwise.addBias(bias, to: y, rows: rows, batch: columns) }
  }

  static func multiplyBackwardToData(
    _ geometry: ConvolutionGeometry, _ dy: UnsafeBufferPointer<Float>, _ weights: UnsafeBufferPointer<Float>,
    _ dx: UnsafeMutableBufferPointer<Float>, _ accumulate: Bool
  ) {
    Matrix.multiply(
      weights, dy, into: dx, rows: geometry.productInner, columns: geometry.productColumns,
      inner: geometry.outputChannels, transposeA: true, beta: accumulate ? 1 : 0)
  }

  static func multiplyBackwardToWeights(
    _ geometry: ConvolutionGeometry, _ dy: UnsafeBufferPointer<Float>, _ x: UnsafeBufferPointer<Float>,
    _ dw: UnsafeMutableBufferPointer<Float>, _ db: UnsafeMutableBufferPointer<Float>?, _ accumulate: Bool
  ) {
    let (rows, columns) = (geometry.outputChannels, geometry.productColumns)
    Matrix.multiply(
      dy, x, into: dw, rows: rows, columns: geometry.productInner, inner: columns, transposeB: true,
      beta: accumulate ? 1 : 0)
    if let db { Reduction.rowSums(dy, into: db, rows: rows, batch: columns, accumulate: accumulate) }
  }
}
