import CKernels

/// The trainable subsampling of LeCun, Bottou, Bengio and Haffner 1998, section II.B: one coefficient and one bias for
/// each channel.
///
///     y[c] = coefficient[c] (sum of the window of x[c]) + bias[c]
///
/// Each pass reads and writes its arrays once and allocates nothing. Counts must match the geometry exactly; arrays
/// must not overlap. The layouts are those of ``PoolingGeometry``.
public enum Subsampling {
  /// Computes the output.
  public static func forward(
    _ geometry: PoolingGeometry, input x: UnsafeBufferPointer<Float>, coefficient: UnsafeBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>, output y: UnsafeMutableBufferPointer<Float>
  ) {
    geometry.check(input: x.count, output: y.count)
    precondition(coefficient.count == geometry.channels, "coefficient: one for each channel")
    precondition(bias.count == geometry.channels, "bias: one for each channel")
    geometry.withShape {
      ck_pool_sum_forward($0, y.baseAddress, x.baseAddress, coefficient.baseAddress, bias.baseAddress, 1)
    }
  }

  /// Computes the gradient at the input: `dx[c] = coefficient[c] (sum of dy[c] over the windows that hold it)`.
  /// - Parameter accumulate: adds to what `inputGradient` holds instead of overwriting it.
  public static func backwardToData(
    _ geometry: PoolingGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    coefficient: UnsafeBufferPointer<Float>, inputGradient dx: UnsafeMutableBufferPointer<Float>,
    accumulate: Bool = false
  ) {
    geometry.check(input: dx.count, output: dy.count)
    precondition(coefficient.count == geometry.channels, "coefficient: one for each channel")
    geometry.withShape {
      ck_pool_sum_backward_data(
        $0, dx.baseAddress, dy.baseAddress, coefficient.baseAddress, 1, accumulate)
    }
  }

  /// Computes the gradients of coefficient and bias, summed over positions and batch:
  ///
  ///     dcoefficient[c] = sum of dy[c] (sum of the window of x[c])      dbias[c] = sum of dy[c]
  ///
  /// - Parameter accumulate: adds to what both gradients hold instead of overwriting them.
  public static func backwardToParameters(
    _ geometry: PoolingGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    input x: UnsafeBufferPointer<Float>, coefficientGradient: UnsafeMutableBufferPointer<Float>,
    biasGradient: UnsafeMutableBufferPointer<Float>, accumulate: Bool
  ) {
    geometry.check(input: x.count, output: dy.count)
    precondition(coefficientGradient.count == geometry.channels, "coefficient: one for each channel")
    precondition(biasGradient.count == geometry.channels, "bias: one for each channel")
    geometry.withShape {
      ck_pool_sum_backward_parameters(
        $0, coefficientGradient.baseAddress, biasGradient.baseAddress, dy.baseAddress, x.baseAddress, 1,
        accumulate)
    }
  }
}
