import Kernels

/// All inputs to all units, with an activation if wanted.
///
///     y = f(W x + b)      x [in, batch], W [out, in], b [out], y [out, batch]
///
/// Any input shape is seen as a vector. Cost: 2 · in · out · batch operations forward, twice that backward; less where the
/// network's examples are zeros for the most part.
public struct Dense: Layer {
  /// The number of outputs.
  public let units: Int
  /// The function f on the outputs; nil for none.
  public let activation: ActivationKind?
  /// Whether there is a bias b.
  public let hasBias: Bool
  /// The distribution of the first weights.
  public let initializer: InitializerConfiguration

  /// A dense layer of `units` outputs.
  public init(
    units: Int, activation: ActivationKind? = nil, hasBias: Bool = true,
    initializer: InitializerConfiguration = .rule(.pytorch)
  ) {
    self.units = units
    self.activation = activation
    self.hasBias = hasBias
    self.initializer = initializer
  }

  /// The word for it in configs and slot names.
  public var kind: String { "dense" }
  /// What people call it.
  public var name: String { "dense \(units)" + (activation.map { " \($0.rawValue)" } ?? "") }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { activation != nil }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { [units] }

  /// The trainable parameters.
  public func slots(for input: Shape) -> [Slot] {
    let fanIn = input.count
    let weight = Slot(
      "weight", shape: [units, fanIn], initializer: initializer.initializer(fanIn: fanIn, fanOut: units))
    guard hasBias else { return [weight] }
    let initial = initializer.biasInitializer(fanIn: fanIn, fanOut: units)
    return [weight, Slot("bias", shape: [units], initializer: initial, decays: false)]
  }

  /// The floats that `curvature` works in.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int {
    input.count * (batch + units)
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    Matrix.multiply(
      pass.parameter(0), x.values, into: y.elements, rows: units, columns: x.batch, inner: x.shape.count,
      isSparse: pass.isFirst)
    if hasBias {
      let function = activation?.function ?? .identity
      function.apply(bias: pass.parameter(1), to: y.elements, rows: units, batch: y.batch)
    } else {
      activation?.function.apply(y.values, into: y.elements)
    }
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    activation?.function.backward(dy.elements, output: y.values)
    propagate(dy, x: x.values, weights: pass.parameter(0), into: dx, pass)
  }

  /// h_a = f'(a)² h_y, h_W = h_a (x²)ᵀ, h_b = Σ h_a, h_x = (W²)ᵀ h_a.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    activation?.function.backwardCurvature(hy.elements, output: y.values)
    let squaredInputs = UnsafeMutableBufferPointer(start: pass.temporary, count: x.count)
    Elementwise.square(x.values, into: squaredInputs)
    let weights = pass.parameter(0)
    let squaredWeights = UnsafeMutableBufferPointer(start: pass.temporary + x.count, count: weights.count)
    if hx != nil { Elementwise.square(weights, into: squaredWeights) }
    propagate(
      hy, x: UnsafeBufferPointer(squaredInputs), weights: UnsafeBufferPointer(squaredWeights), into: hx, pass)
  }

  /// dW (+)= da xᵀ, db (+)= Σ da, dx = Wᵀ da.
  private func propagate(
    _ da: Tensor, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, into dx: Tensor?,
    _ pass: LayerPass
  ) {
    let inputs = x.count / da.batch
    if pass.wantsGradients {
      let weight = pass.gradient(0)
      Matrix.multiply(
        da.values, x, into: weight.elements, rows: units, columns: inputs, inner: da.batch, transposeB: true,
        beta: weight.adds ? 1 : 0, isSparse: pass.isFirst)
    }
    if hasBias, pass.wantsGradients {
      let bias = pass.gradient(1)
      Reduction.rowSums(da.values, into: bias.elements, rows: units, batch: da.batch, accumulate: bias.adds)
    }
    guard let dx else { return }
    Matrix.multiply(
      weights, da.values, into: dx.elements, rows: inputs, columns: da.batch, inner: units, transposeA: true)
  }
}
