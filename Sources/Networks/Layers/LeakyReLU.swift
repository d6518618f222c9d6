import Kernels

/// The rectifier that lets a share of what is negative through: y = x for x > 0, otherwise slope · x.
///
/// Maas, Hannun & Ng 2013; with a slope of 0.2 in Radford, Metz & Chintala 2015.
public struct LeakyReLU: Layer {
  /// The factor on what is negative.
  public let slope: Float

  /// The layer of this slope, greater than 0.
  public init(slope: Float) {
    precondition(slope > 0 && slope.isFinite, "a leaky rectifier with the slope \(slope)")
    self.slope = slope
  }

  /// The word for it in configs and slot names.
  public var kind: String { "leaky_relu" }
  /// What people call it.
  public var name: String { "leaky_relu \(slope)" }
  /// Whether the output may take the memory of the input.
  public var worksInPlace: Bool { true }

  private var function: Kernels.Activation { .leakyReLU(slope: slope) }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    function.apply(x.values, into: y.elements)
  }

  /// Writes the gradient of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    guard let dx else { return }
    function.backward(dy.elements, output: y.values)
    dx.copy(dy)
  }

  /// Writes the curvature of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    guard let hx else { return }
    function.backwardCurvature(hy.elements, output: y.values)
    hx.copy(hy)
  }
}
