import Kernels

/// An elementwise function: y = f(x), dx = f'(x) dy, h_x = f'(x)² h_y.
///
/// The derivative follows from y, so the layer works in the memory of its input.
public struct Activation: Layer {
  /// The function f.
  public let function: ActivationKind

  /// The layer of this function.
  public init(_ function: ActivationKind) {
    self.function = function
  }

  /// The word for it in configs and slot names.
  public var kind: String { function.rawValue }
  /// Whether the output may take the memory of the input.
  public var worksInPlace: Bool { true }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    function.function.apply(x.values, into: y.elements)
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    guard let dx else { return }
    function.function.backward(dy.elements, output: y.values)
    dx.copy(dy)
  }

  /// Adds the curvatures of the parameters and writes that of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    guard let hx else { return }
    function.function.backwardCurvature(hy.elements, output: y.values)
    hx.copy(hy)
  }
}

extension ActivationKind {
  /// The kernel of this function.
  var function: Kernels.Activation {
    switch self {
    case .relu: .relu
    case .leakyRelu: .leakyReLU(slope: 0.01)
    case .elu: .elu(alpha: 1)
    case .tanh: .tanh
    case .scaledTanh: .lecunTanh
    case .sigmoid: .sigmoid
    case .softplus: .softplus
    }
  }
}

extension Tensor {
  /// Takes the values of `other`, unless they are in the same memory already.
  func copy(_ other: Tensor) {
    guard base != other.base else { return }
    elements.baseAddress?.update(from: other.base, count: count)
  }
}
