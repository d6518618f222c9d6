import Kernels

/// The trainable subsampling of 1998: the sum of each window times a coefficient, plus a bias, map by map.
///
///     y = f(coefficient · Σ x over the window + bias)
///
/// LeCun, Bottou, Bengio & Haffner 1998, section II.B.
public struct Subsampling: Layer {
  /// The size of a window; windows do not overlap.
  public let size: PlaneExtent
  /// The function f on the outputs; nil for none.
  public let activation: ActivationKind?
  /// The distribution of the first coefficients.
  public let initializer: InitializerConfiguration
  private var geometry: PoolingGeometry?

  /// A subsampling layer.
  public init(
    size: PlaneExtent, activation: ActivationKind? = nil,
    initializer: InitializerConfiguration = .rule(.lecun1998)
  ) {
    self.size = size
    self.activation = activation
    self.initializer = initializer
  }

  /// The word for it in configs and slot names.
  public var kind: String { "subsampling" }
  /// What people call it.
  public var name: String { "subsampling \(size)" + (activation.map { " \($0.rawValue)" } ?? "") }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { activation != nil }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> Subsampling {
    var layer = self
    layer.geometry = try PoolingGeometry(size: size, stride: size, input: input)
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try PoolingGeometry(size: size, stride: size, input: input).outputShape
  }

  /// The trainable parameters.
  public func slots(for input: Shape) -> [Slot] {
    let maps = input.extents[0]
    let area = size.vertical * size.horizontal
    return [
      Slot("coefficient", shape: [maps], initializer: initializer.initializer(fanIn: area, fanOut: 1)),
      Slot(
        "bias", shape: [maps], initializer: initializer.biasInitializer(fanIn: area, fanOut: 1), decays: false
      ),
    ]
  }

  /// The floats that `curvature` works in.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int {
    geometry.with(batch: batch).outputCount + 3 * input.extents[0]
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    Kernels.Subsampling.forward(
      geometry.with(batch: x.batch), input: x.values, coefficient: pass.parameter(0), bias: pass.parameter(1),
      output: y.elements)
    activation?.function.apply(y.values, into: y.elements)
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    activation?.function.backward(dy.elements, output: y.values)
    let geometry = geometry.with(batch: dy.batch)
    if pass.wantsGradients {
      let coefficient = pass.gradient(0)
      let bias = pass.gradient(1)
      precondition(coefficient.adds == bias.adds, "coefficients and biases are written together")
      Kernels.Subsampling.backwardToParameters(
        geometry, outputGradient: dy.values, input: x.values, coefficientGradient: coefficient.elements,
        biasGradient: bias.elements, accumulate: coefficient.adds)
    }
    guard let dx else { return }
    Kernels.Subsampling.backwardToData(
      geometry, outputGradient: dy.values, coefficient: pass.parameter(0), inputGradient: dx.elements)
  }

  /// h_a = f'(a)² h_y, h_coefficient = Σ h_a (Σ x)², h_bias = Σ h_a, h_x = coefficient² h_a.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    activation?.function.backwardCurvature(hy.elements, output: y.values)
    let geometry = geometry.with(batch: hy.batch)
    let maps = geometry.channels
    let sums = UnsafeMutableBufferPointer(start: pass.temporary, count: hy.count)
    let ones = UnsafeMutableBufferPointer(start: pass.temporary + hy.count, count: maps)
    let zeros = UnsafeMutableBufferPointer(start: pass.temporary + hy.count + maps, count: maps)
    let squares = UnsafeMutableBufferPointer(start: pass.temporary + hy.count + 2 * maps, count: maps)
    ones.update(repeating: 1)
    zeros.update(repeating: 0)
    Elementwise.square(pass.parameter(0), into: squares)
    Kernels.Subsampling.forward(
      geometry, input: x.values, coefficient: UnsafeBufferPointer(ones), bias: UnsafeBufferPointer(zeros),
      output: sums)
    Elementwise.square(UnsafeBufferPointer(sums), into: sums)
    Elementwise.multiply(sums, by: hy.values)
    let (coefficient, bias) = (pass.gradient(0), pass.gradient(1))
    let row = hy.count / maps
    Reduction.rowSums(
      UnsafeBufferPointer(sums), into: coefficient.elements, rows: maps, batch: row,
      accumulate: coefficient.adds)
    Reduction.rowSums(hy.values, into: bias.elements, rows: maps, batch: row, accumulate: bias.adds)
    guard let hx else { return }
    Kernels.Subsampling.backwardToData(
      geometry, outputGradient: hy.values, coefficient: UnsafeBufferPointer(squares),
      inputGradient: hx.elements)
  }
}
