import Kernels

/// The largest of several weighted sums for each unit: a convex piecewise linear function that is learnt.
///
///     y[u] = max over p of (W[u p] x + b[u p])      x [in, batch], W [units · pieces, in], y [units, batch]
///
/// Any input shape is seen as a vector. Cost: that of a dense layer of units · pieces outputs. Goodfellow,
/// Warde-Farley, Mirza, Courville & Bengio 2013.
public struct Maxout: Layer {
  /// The number of outputs.
  public let units: Int
  /// The number of sums that each output is the largest of.
  public let pieces: Int
  /// Whether there is a bias b.
  public let hasBias: Bool
  /// The distribution of the first weights.
  public let initializer: InitializerConfiguration

  /// A layer of `units` outputs.
  public init(
    units: Int, pieces: Int, hasBias: Bool = true, initializer: InitializerConfiguration = .rule(.pytorch)
  ) {
    self.units = units
    self.pieces = pieces
    self.hasBias = hasBias
    self.initializer = initializer
  }

  /// The word for it in configs and slot names.
  public var kind: String { "maxout" }
  /// What people call it.
  public var name: String { "maxout \(units) of \(pieces)" }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { [units] }

  /// The trainable parameters.
  public func slots(for input: Shape) -> [Slot] {
    let (fanIn, fanOut) = (input.count, units * pieces)
    let weight = Slot(
      "weight", shape: [fanOut, fanIn], initializer: initializer.initializer(fanIn: fanIn, fanOut: fanOut))
    guard hasBias else { return [weight] }
    let initial = initializer.biasInitializer(fanIn: fanIn, fanOut: fanOut)
    return [weight, Slot("bias", shape: [fanOut], initializer: initial, decays: false)]
  }

  /// The chosen piece of each output.
  public func scratchCount(for input: Shape, batch: Int) -> Int { units * batch }

  /// The sums, or the gradients at them.
  public func temporaryCount(for input: Shape, batch: Int) -> Int { units * pieces * batch }

  /// The floats that `curvature` works in.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int {
    units * pieces * (batch + input.count) + input.count * batch
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    let z = UnsafeMutableBufferPointer(start: pass.temporary, count: units * pieces * x.batch)
    Matrix.multiply(
      pass.parameter(0), x.values, into: z, rows: units * pieces, columns: x.batch, inner: x.shape.count)
    Maximum.ofPieces(
      UnsafeBufferPointer(z), bias: hasBias ? pass.parameter(1) : nil, units: units, pieces: pieces,
      batch: x.batch, into: y.elements, choices: choices(pass, x.batch))
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    propagate(dy, x: x.values, weights: pass.parameter(0), into: dx, pass)
  }

  /// h_z = h_y where z is the largest, h_W = h_z (x²)ᵀ, h_b = Σ h_z, h_x = (W²)ᵀ h_z.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    let start = pass.temporary + units * pieces * x.batch
    let squaredInputs = UnsafeMutableBufferPointer(start: start, count: x.count)
    Elementwise.square(x.values, into: squaredInputs)
    let weights = pass.parameter(0)
    let squaredWeights = UnsafeMutableBufferPointer(start: start + x.count, count: weights.count)
    Elementwise.square(weights, into: squaredWeights)
    propagate(
      hy, x: UnsafeBufferPointer(squaredInputs), weights: UnsafeBufferPointer(squaredWeights), into: hx, pass)
  }

  private func propagate(
    _ dy: Tensor, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, into dx: Tensor?,
    _ pass: LayerPass
  ) {
    let (sums, inputs) = (units * pieces, x.count / dy.batch)
    let dz = UnsafeMutableBufferPointer(start: pass.temporary, count: sums * dy.batch)
    Maximum.backward(
      dy.values, choices: UnsafeBufferPointer(choices(pass, dy.batch)), units: units, pieces: pieces,
      batch: dy.batch, into: dz)
    if pass.wantsGradients {
      let weight = pass.gradient(0)
      Matrix.multiply(
        UnsafeBufferPointer(dz), x, into: weight.elements, rows: sums, columns: inputs, inner: dy.batch,
        transposeB: true, beta: weight.adds ? 1 : 0)
    }
    if hasBias, pass.wantsGradients {
      let bias = pass.gradient(1)
      Reduction.rowSums(
        UnsafeBufferPointer(dz), into: bias.elements, rows: sums, batch: dy.batch, accumulate: bias.adds)
    }
    guard let dx else { return }
    Matrix.multiply(
      weights, UnsafeBufferPointer(dz), into: dx.elements, rows: inputs, columns: dy.batch, inner: sums,
      transposeA: true)
  }

  private func choices(_ pass: LayerPass, _ batch: Int) -> UnsafeMutableBufferPointer<Int32> {
    let count = units * batch
    return UnsafeMutableBufferPointer(
      start: UnsafeMutableRawPointer(pass.scratch).bindMemory(to: Int32.self, capacity: count), count: count)
  }
}
