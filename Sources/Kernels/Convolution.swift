import CKernels

/// The three passes of a convolution over batches, for any kernel, stride, zero padding and connection table.
///
/// Letters: `x[i, row, column, batch]` input, `y[o, row, column, batch]` output, `w[o, i, ky, kx]` weights, `b[o]`
/// bias; an x outside of the input counts as zero. The layouts are those of ``ConvolutionGeometry``. Each pass costs
/// ``ConvolutionGeometry/operations`` and allocates nothing; results do not depend on the alignment of the arrays.
/// Kernels of two or three strides each way, with at least 16 channels on both sides and 16 examples, are computed by
/// Winograd's minimal filtering with about half of the products; its rounding errors are no larger than those of the sums.
/// Kernels that cover the whole input, and the weights' gradient of kernels of one element, are computed by ``Matrix``.
/// Arrays must not overlap, and counts must match the geometry exactly (scratch may be larger).
public enum Convolution {
  /// Computes the output:
  ///
  ///     y[o, r, c] = b[o] + sum over i, ky, kx of w[o, i, ky, kx] x[i, r strideY + ky - paddingY, c strideX + kx - paddingX]
  ///
  /// - Parameter bias: one element for each output channel, or nil for none.
  public static func forward(
    _ geometry: ConvolutionGeometry, input x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>?, output y: UnsafeMutableBufferPointer<Float>,
    scratch: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == geometry.inputCount, "input: \(x.count), not \(geometry.inputCount)")
    precondition(y.count == geometry.outputCount, "output: \(y.count), not \(geometry.outputCount)")
    precondition(
      weights.count == geometry.weightCount, "weights: \(weights.count), not \(geometry.weightCount)")
    precondition(
      bias.map { $0.count == geometry.outputChannels } ?? true, "bias: one for each output channel")
    precondition(scratch.count >= geometry.scratchCount, "scratch: fewer than \(geometry.scratchCount)")
    guard !geometry.coversInput else { return multiplyForward(geometry, x, weights, bias, y) }
    geometry.withShape {
      ck_convolution_forward(
        $0, y.baseAddress, x.baseAddress, weights.baseAddress, bias?.baseAddress, scratch.baseAddress)
    }
  }

  /// Computes the gradient at the input, the transpose of the forward pass:
  ///
  ///     dx[i, p, q] = sum over o, ky, kx of w[o, i, ky, kx] dy[o, r, c]   where p = r strideY + ky - paddingY, q likewise
  ///
  /// - Parameter accumulate: adds to what `inputGradient` holds instead of overwriting it.
  public static func backwardToData(
    _ geometry: ConvolutionGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    weights: UnsafeBufferPointer<Float>, inputGradient dx: UnsafeMutableBufferPointer<Float>,
    accumulate: Bool,
    scratch: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(dx.count == geometry.inputCount, "input gradient: \(dx.count), not \(geometry.inputCount)")
    precondition(
      dy.count == geometry.outputCount, "output gradient: \(dy.count), not \(geometry.outputCount)")
    precondition(
      weights.count == geometry.weightCount, "weights: \(weights.count), not \(geometry.weightCount)")
    precondition(scratch.count >= geometry.scratchCount, "scratch: fewer than \(geometry.scratchCount)")
    guard !geometry.coversInput else {
      return multiplyBackwardToData(geometry, dy, weights, dx, accumulate)
    }
    geometry.withShape {
      ck_convolution_backward_data(
        $0, dx.baseAddress, dy.baseAddress, weights.baseAddress, accumulate, scratch.baseAddress)
    }
  }

  /// Computes the gradients of weights and bias, summed over the batch:
  ///
  ///     dw[o, i, ky, kx] = sum over r, c, batch of dy[o, r, c] x[i, r strideY + ky - paddingY, c strideX + kx - paddingX]
  ///     db[o]            = sum over r, c, batch of dy[o, r, c]
  ///
  /// - Parameters:
  ///   - biasGradient: one element for each output channel, or nil where there is no bias.
  ///   - accumulate: adds to what both gradients hold instead of overwriting them.
  public static func backwardToWeights(
    _ geometry: ConvolutionGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    input x: UnsafeBufferPointer<Float>, weightGradient dw: UnsafeMutableBufferPointer<Float>,
    biasGradient db: UnsafeMutableBufferPointer<Float>?, accumulate: Bool,
    scratch: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == geometry.inputCount, "input: \(x.count), not \(geometry.inputCount)")
    precondition(
      dy.count == geometry.outputCount, "output gradient: \(dy.count), not \(geometry.outputCount)")
    precondition(
      dw.count == geometry.weightCount, "weight gradient: \(dw.count), not \(geometry.weightCount)")
    precondition(db.map { $0.count == geometry.outputChannels } ?? true, "bias: one for each output channel")
    precondition(scratch.count >= geometry.scratchCount, "scratch: fewer than \(geometry.scratchCount)")
    guard !geometry.coversInput && !geometry.mixesChannels else {
      return multiplyBackwardToWeights(geometry, dy, x, dw, db, accumulate)
    }
    geometry.withShape {
      ck_convolution_backward_weights(
        $0, dw.baseAddress, db?.baseAddress, dy.baseAddress, x.baseAddress, accumulate, scratch.baseAddress)
    }
  }
}
