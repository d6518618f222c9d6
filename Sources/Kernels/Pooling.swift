import CKernels

/// Average and maximum pooling over batches.
///
/// Each pass reads and writes its arrays once and allocates nothing. Counts must match the geometry exactly; arrays
/// must not overlap. The layouts are those of ``PoolingGeometry``.
public enum Pooling {
  /// Averages each window: `y = (sum of the window of x) / windowCount`.
  public static func averageForward(
    _ geometry: PoolingGeometry, input x: UnsafeBufferPointer<Float>,
    output y: UnsafeMutableBufferPointer<Float>
  ) {
    geometry.check(input: x.count, output: y.count)
    geometry.withShape {
      ck_pool_sum_forward($0, y.baseAddress, x.baseAddress, nil, nil, 1 / Float(geometry.windowCount))
    }
  }

  /// Spreads the gradient evenly: `dx = (sum of dy over the windows that hold the input) / windowCount`.
  /// - Parameter accumulate: adds to what `inputGradient` holds instead of overwriting it.
  public static func averageBackward(
    _ geometry: PoolingGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    inputGradient dx: UnsafeMutableBufferPointer<Float>, accumulate: Bool = false
  ) {
    geometry.check(input: dx.count, output: dy.count)
    geometry.withShape {
      ck_pool_sum_backward_data(
        $0, dx.baseAddress, dy.baseAddress, nil, 1 / Float(geometry.windowCount), accumulate)
    }
  }

  /// Takes the largest element of each window, and remembers which: NaN if there is one, the first among equals.
  /// - Parameter chosen: for each output the number `ky * kernelWidth + kx` of the element taken.
  public static func maximumForward(
    _ geometry: PoolingGeometry, input x: UnsafeBufferPointer<Float>,
    output y: UnsafeMutableBufferPointer<Float>,
    chosen: UnsafeMutableBufferPointer<UInt8>
  ) {
    geometry.check(input: x.count, output: y.count)
    precondition(chosen.count == y.count, "chosen: one for each output")
    geometry.withShape {
      ck_pool_max_forward($0, y.baseAddress, chosen.baseAddress, x.baseAddress)
    }
  }

  /// Sends each output's gradient to the element that was chosen: `dx = sum of dy over the windows that chose it`.
  /// - Parameter accumulate: adds to what `inputGradient` holds instead of overwriting it.
  public static func maximumBackward(
    _ geometry: PoolingGeometry, outputGradient dy: UnsafeBufferPointer<Float>,
    chosen: UnsafeBufferPointer<UInt8>, inputGradient dx: UnsafeMutableBufferPointer<Float>,
    accumulate: Bool = false
  ) {
    geometry.check(input: dx.count, output: dy.count)
    precondition(chosen.count == dy.count, "chosen: one for each output")
    geometry.withShape {
      ck_pool_max_backward($0, dx.baseAddress, dy.baseAddress, chosen.baseAddress, accumulate)
    }
  }
}

extension PoolingGeometry {
  func check(input: Int, output: Int) {
    precondition(input == inputCount, "input: \(input), not \(inputCount)")
    precondition(output == outputCount, "output: \(output), not \(outputCount)")
  }
}
