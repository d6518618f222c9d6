import CKernels

extension Elementwise {
  /// y = tanh x, to 3 units in the last place; y may be x. About 0.3 ns an element with AVX-512.
  public static func tanh(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    apply(ck_tanh, x, y)
  }

  /// y = e^x, to 2 units in the last place: 0 below -104, infinity above 88.72; y may be x.
  public static func exp(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    apply(ck_exp, x, y)
  }

  /// y = ln x, to 2 units in the last place: -infinity at 0, NaN below 0; y may be x.
  public static func log(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    apply(ck_log, x, y)
  }

  /// y = erf x, to 3 units in the last place; y may be x.
  public static func erf(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    apply(ck_erf, x, y)
  }

  private static func apply(
    _ kernel: (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void,
    _ x: UnsafeBufferPointer<Float>,
    _ y: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == y.count, "a function into an array of another length")
    kernel(y.baseAddress, x.baseAddress, x.count)
  }
}
