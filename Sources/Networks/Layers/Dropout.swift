import Kernels

/// Omits each value with a given probability while training, and scales the rest up so that the mean stays.
///
///     y = m x / (1 - p),  m ∈ {0, 1}        while training; y = x otherwise
///
/// The mask m is a function of seed, step, layer, example and feature, never of batch, lane or rank, and is drawn again
/// on the way back. Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014.
public struct Dropout: Layer {
  /// The probability p, at least 0 and below 1.
  public let probability: Float

  /// The layer of this probability.
  public init(probability: Float) {
    precondition(probability >= 0 && probability < 1, "dropout of probability \(probability)")
    self.probability = probability
  }

  /// The word for it in configs and slot names.
  public var kind: String { "dropout" }
  /// What people call it.
  public var name: String { "dropout \(probability)" }
  /// Whether the output may take the memory of the input.
  public var worksInPlace: Bool { true }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    mask(x, into: y, pass)
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    if let dx { mask(dy, into: dx, pass) }
  }

  /// Adds the curvatures of the parameters and writes that of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    hx?.copy(hy)
  }

  private func mask(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    guard pass.isTraining else { return y.copy(x) }
    precondition(pass.examples.count == x.batch, "dropout needs to know its \(x.batch) examples")
    RandomStream(pass.random).dropout(
      x.values, into: y.elements, features: x.shape.count, examples: pass.examples, keep: 1 - probability)
  }
}
