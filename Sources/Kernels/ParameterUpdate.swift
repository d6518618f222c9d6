import CKernels

/// The inner loops of the optimizers: one pass over w, the gradient and the state.
///
/// Each takes a gradient SUM g and works with G = scale g + decay w: `scale` is 1 / count, times the factor
/// of gradient clipping if any; `decay` is coupled (L2) weight decay. An element's result depends on that
/// element alone, so any range of the flat buffers may be updated by anyone with the same bits: pass the
/// slices of all of them. Cost: memory speed; 2 ns for 16 parameters of SGD with momentum in the second-level
/// cache.
public enum ParameterUpdate {
  /// w -= rate G.
  public static func sgd(
    _ w: UnsafeMutableBufferPointer<Float>, gradient g: UnsafeBufferPointer<Float>, rate: Float, scale: Float,
    decay: Float = 0
  ) {
    precondition(g.count == w.count, "gradient of another length than the parameters")
    ck_sgd(w.baseAddress, g.baseAddress, w.count, rate, scale, decay)
  }

  /// v = momentum v + G; w -= rate v, or with `nesterov` w -= rate (G + momentum v): PyTorch's convention.
  public static func momentum(
    _ w: UnsafeMutableBufferPointer<Float>, velocity v: UnsafeMutableBufferPointer<Float>,
    gradient g: UnsafeBufferPointer<Float>, rate: Float, momentum: Float, scale: Float, decay: Float = 0,
    nesterov: Bool = false
  ) {
    precondition(g.count == w.count && v.count == w.count, "state of another length than the parameters")
    ck_sgd_momentum(
      w.baseAddress, v.baseAddress, g.baseAddress, w.count, rate, momentum, scale, decay, nesterov)
  }

  /// s = alpha s + (1 - alpha) G^2; u = G / (sqrt(s) + epsilon); w -= rate u (Tieleman and Hinton 2012, as in
  /// PyTorch).
  ///
  /// With a velocity: v = momentum v + u; w -= rate v.
  public static func rmsProp(
    _ w: UnsafeMutableBufferPointer<Float>, squares s: UnsafeMutableBufferPointer<Float>,
    velocity v: UnsafeMutableBufferPointer<Float>? = nil, gradient g: UnsafeBufferPointer<Float>, rate: Float,
    alpha: Float = 0.99, epsilon: Float = 1e-8, momentum: Float = 0, scale: Float, decay: Float = 0
  ) {
    precondition(
      g.count == w.count && s.count == w.count && v?.count ?? w.count == w.count,
      "state of another length than the parameters")
    ck_rmsprop(
      w.baseAddress, s.baseAddress, v?.baseAddress, g.baseAddress, w.count, rate, alpha, epsilon, momentum,
      scale,
      decay)
  }

  /// Adam (Kingma and Ba 2015) with bias correction, and AdamW (Loshchilov and Hutter 2019) by
  /// `decoupledDecay`: m = b1 m + (1 - b1) G; v = b2 v + (1 - b2) G^2;
  /// w = (1 - rate * decoupledDecay) w - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
  ///
  /// - Parameter time: t, the number of this update, from 1 on.
  public static func adam(
    _ w: UnsafeMutableBufferPointer<Float>, mean m: UnsafeMutableBufferPointer<Float>,
    squares v: UnsafeMutableBufferPointer<Float>, gradient g: UnsafeBufferPointer<Float>, time: Int,
    rate: Float,
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, scale: Float, decay: Float = 0,
    decoupledDecay: Float = 0
  ) {
    precondition(
      g.count == w.count && m.count == w.count && v.count == w.count,
      "state of another length than the parameters")
    precondition(time >= 1, "Adam counts its updates from 1")
    let correction1 = 1 - power(Double(beta1), time)
    let correction2 = 1 - power(Double(beta2), time)
    ck_adam(
      w.baseAddress, m.baseAddress, v.baseAddress, g.baseAddress, w.count, Float(Double(rate) / correction1),
      beta1,
      beta2, Float(1 / correction2.squareRoot()), epsilon, scale, decay, rate * decoupledDecay)
  }

  /// w -= rate / (mu + h) G: the stochastic diagonal Levenberg-Marquardt method of LeCun and others 1998,
  /// appendix C.
  ///
  /// h is the running estimate of each parameter's second derivative of the loss; see
  /// `Elementwise.moveAverage`.
  public static func levenbergMarquardt(
    _ w: UnsafeMutableBufferPointer<Float>, curvature h: UnsafeBufferPointer<Float>,
    gradient g: UnsafeBufferPointer<Float>, rate: Float, mu: Float, scale: Float, decay: Float = 0
  ) {
    precondition(g.count == w.count && h.count == w.count, "state of another length than the parameters")
    ck_levenberg_marquardt(w.baseAddress, h.baseAddress, g.baseAddress, w.count, rate, mu, scale, decay)
  }

  /// x^n by repeated squaring: the same bits on every machine, which the C library's pow does not promise.
  private static func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    var factor = x
    var rest = n
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
