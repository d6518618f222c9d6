import CKernels

/// A function applied to every element, y = f(x), with its derivative.
///
/// The derivative comes from the output y alone where that is possible, so that x need not be kept; `gelu`
/// and `swish` need x. NaN stays NaN in every case. Cost: memory speed for the piecewise linear ones, about
/// 0.4-0.8 ns an element with AVX-512 for the others.
public enum Activation: Hashable, Sendable, Codable {
  /// f(x) = x.
  case identity
  /// f(x) = max(x, 0).
  case relu
  /// f(x) = x for x > 0, else slope x; slope > 0.
  case leakyReLU(slope: Float)
  /// f(x) = tanh x.
  case tanh
  /// f(x) = A tanh(S x). LeCun and others 1998 take A = 1.7159, S = 2/3, so that f(1) = 1 and f(-1) = -1.
  case scaledTanh(amplitude: Float, slope: Float)
  /// f(x) = 1 / (1 + e^-x).
  case sigmoid
  /// f(x) = x / 6 + 1/2, limited to 0...1.
  case hardSigmoid
  /// f(x) = ln(1 + e^x).
  case softplus
  /// f(x) = x for x > 0, else alpha (e^x - 1); alpha > 0.
  case elu(alpha: Float)
  /// f(x) = x Phi(x), Phi the distribution function of the normal distribution (Hendrycks and Gimpel 2016).
  case gelu
  /// f(x) = x / (1 + e^-x), also called SiLU.
  case swish

  /// The scaled tanh of LeCun, Bottou, Bengio and Haffner 1998.
  public static let lecunTanh = Activation.scaledTanh(amplitude: 1.7159, slope: 2.0 / 3.0)

  /// Whether the derivative can be had from the output; if not, keep x and use the forms that take the input.
  public var derivativeNeedsInput: Bool { self == .gelu || self == .swish }

  /// y = f(x), element by element; y may be x.
  public func apply(_ x: UnsafeBufferPointer<Float>, into y: UnsafeMutableBufferPointer<Float>) {
    precondition(x.count == y.count, "activation into an array of another length")
    guard let p = y.baseAddress, let q = x.baseAddress else { return }
    let (kind, a, s) = code
    ck_activate(p, q, x.count, kind, a, s)
  }

  /// y[r, b] = f(y[r, b] + bias[r]) for y of [rows, batch], in one pass.
  public func apply(
    bias: UnsafeBufferPointer<Float>, to y: UnsafeMutableBufferPointer<Float>, rows: Int, batch: Int
  ) {
    precondition(bias.count == rows && y.count == rows * batch, "bias of another shape")
    guard let p = y.baseAddress, let q = bias.baseAddress else { return }
    let (kind, a, s) = code
    ck_bias_activate(p, q, rows, batch, kind, a, s)
  }

  /// d = d f'(x), from the output y = f(x). Not for `gelu` and `swish`.
  public func backward(_ d: UnsafeMutableBufferPointer<Float>, output y: UnsafeBufferPointer<Float>) {
    precondition(!derivativeNeedsInput, "the derivative of this activation needs the input")
    run(ck_activation_backward, d, y)
  }

  /// d = d f'(x), from the input x. For `relu` and its like the same as from the output.
  public func backward(_ d: UnsafeMutableBufferPointer<Float>, input x: UnsafeBufferPointer<Float>) {
    run(ck_activation_backward_input, d, x)
  }

  /// h = h f'(x)^2, from the output y: the Gauss-Newton second derivative passes an activation so (LeCun
  /// 1998, C.3).
  public func backwardCurvature(
    _ h: UnsafeMutableBufferPointer<Float>, output y: UnsafeBufferPointer<Float>
  ) {
    precondition(!derivativeNeedsInput, "the derivative of this activation needs the input")
    run(ck_activation_curvature, h, y)
  }

  /// h = h f'(x)^2, from the input x.
  public func backwardCurvature(
    _ h: UnsafeMutableBufferPointer<Float>, input x: UnsafeBufferPointer<Float>
  ) {
    run(ck_activation_curvature_input, h, x)
  }

  private typealias Kernel = (
    UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int, Int32, Float, Float
  ) -> Void

  private func run(
    _ kernel: Kernel, _ d: UnsafeMutableBufferPointer<Float>, _ v: UnsafeBufferPointer<Float>
  ) {
    precondition(d.count == v.count, "derivative of another length than the activation")
    guard self != .identity, let p = d.baseAddress, let q = v.baseAddress else { return }
    let (kind, a, s) = code
    kernel(p, q, d.count, kind, a, s)
  }

  /// The kernel's number for this function, and its two parameters.
  private var code: (Int32, Float, Float) {
    switch self {
    case .identity: (Int32(CK_IDENTITY.rawValue), 0, 0)
    case .relu: (Int32(CK_RELU.rawValue), 0, 0)
    case .leakyReLU(let slope): (Int32(CK_LEAKY_RELU.rawValue), slope, 0)
    case .tanh: (Int32(CK_TANH.rawValue), 0, 0)
    case .scaledTanh(let amplitude, let slope): (Int32(CK_SCALED_TANH.rawValue), amplitude, slope)
    case .sigmoid: (Int32(CK_SIGMOID.rawValue), 0, 0)
    case .hardSigmoid: (Int32(CK_HARD_SIGMOID.rawValue), 0, 0)
    case .softplus: (Int32(CK_SOFTPLUS.rawValue), 0, 0)
    case .elu(let alpha): (Int32(CK_ELU.rawValue), alpha, 0)
    case .gelu: (Int32(CK_GELU.rawValue), 0, 0)
    case .swish: (Int32(CK_SWISH.rawValue), 0, 0)
    }
  }
}
