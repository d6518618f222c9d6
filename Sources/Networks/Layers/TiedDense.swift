import Kernels

/// All inputs to all units with the weights of an earlier dense layer, transposed.
///
///     y = f(Wᵀ x + b)      W [in, out] of the earlier layer, b [out] of its own
///
/// The gradient at W is the sum of what both layers contribute: both add into one slot. Hinton & Salakhutdinov 2006
/// unroll their stack in this way; Vincent et al. 2008 keep the weights tied.
public struct TiedDense: Layer {
  /// The number of inputs: the units of the earlier layer.
  public let inputs: Int
  /// The number of outputs: the inputs of the earlier layer.
  public let units: Int
  /// The function f on the outputs; nil for none.
  public let activation: ActivationKind?
  /// The slot of W, counted from this layer's first slot: negative, as the earlier layer's slots come before.
  public let weightOffset: Int
  /// The distribution of the first biases.
  public let biasInitializer: Initializer

  /// A layer with the weights of an earlier one.
  public init(
    inputs: Int, units: Int, activation: ActivationKind?, weightOffset: Int, biasInitializer: Initializer
  ) {
    precondition(weightOffset < 0, "the weights belong to an earlier layer")
    self.inputs = inputs
    self.units = units
    self.activation = activation
    self.weightOffset = weightOffset
    self.biasInitializer = biasInitializer
  }

  /// The word for it in slot names.
  public var kind: String { "tied_dense" }
  /// What people call it.
  public var name: String { "tied dense \(units)" + (activation.map { " \($0.rawValue)" } ?? "") }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { activation != nil }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.count == inputs else {
      throw ShapeError("tied weights need \(inputs) inputs, the units of the layer that they belong to")
    }
    return [units]
  }

  /// The bias; the weights are another layer's.
  public func slots(for input: Shape) -> [Slot] {
    [Slot("bias", shape: [units], initializer: biasInitializer, decays: false)]
  }

  /// y = f(Wᵀ x + b).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    Matrix.multiply(
      pass.parameter(weightOffset), x.values, into: y.elements, rows: units, columns: x.batch, inner: inputs,
      transposeA: true)
    (activation?.function ?? .identity)
      .apply(bias: pass.parameter(0), to: y.elements, rows: units, batch: y.batch)
  }

  /// dW += x daᵀ, db += Σ da, dx = W da.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    activation?.function.backward(dy.elements, output: y.values)
    if pass.wantsGradients {
      let weight = pass.gradient(weightOffset)
      Matrix.multiply(
        x.values, dy.values, into: weight.elements, rows: inputs, columns: units, inner: dy.batch,
        transposeB: true, beta: weight.adds ? 1 : 0)
      let bias = pass.gradient(0)
      Reduction.rowSums(
        dy.values, into: bias.elements, rows: units, batch: dy.batch, accumulate: bias.adds)
    }
    guard let dx else { return }
    Matrix.multiply(
      pass.parameter(weightOffset), dy.values, into: dx.elements, rows: inputs, columns: dy.batch,
      inner: units)
  }
}
