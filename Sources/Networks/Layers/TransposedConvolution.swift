import Kernels

/// The transpose of a convolution: each input is spread over a window of the output; it makes small images larger.
///
///     y[o, r s + k - p, c s + l - p] = f(b[o] + Σ w[i, o, k, l] x[i, r, c])     sum over all i, r, c, k, l that meet there
///
/// x [maps in, height, width, batch], w [in, out, kernel, kernel]. Height and width become
/// (extent - 1) stride - 2 padding + kernel. Cost: that of the convolution from y to x, whose passes it is made of, with
/// their roles exchanged. Radford, Metz & Chintala 2015 call it fractionally-strided.
public struct TransposedConvolution: Layer {
  /// The number of output maps.
  public let maps: Int
  /// The size of the filters.
  public let kernel: PlaneExtent
  /// The distance s of the windows in the output.
  public let stride: PlaneExtent
  /// The rows and columns p that are cut off around the output.
  public let padding: PlaneExtent
  /// Whether there is a bias b.
  public let hasBias: Bool
  /// The function f on the outputs; nil for none.
  public let activation: ActivationKind?
  /// The distribution of the first weights.
  public let initializer: InitializerConfiguration
  // The convolution whose transpose this is: from the output to the input.
  private var geometry: ConvolutionGeometry?

  /// A transposed convolution.
  public init(
    maps: Int, kernel: PlaneExtent, stride: PlaneExtent = PlaneExtent(1),
    padding: PlaneExtent = PlaneExtent(0), hasBias: Bool = true, activation: ActivationKind? = nil,
    initializer: InitializerConfiguration = .rule(.pytorch)
  ) {
    self.maps = maps
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.hasBias = hasBias
    self.activation = activation
    self.initializer = initializer
  }

  /// The word for it in configs and slot names.
  public var kind: String { "transposed_convolution" }
  /// What people call it.
  public var name: String {
    "transposed convolution \(maps)@\(kernel)" + (activation.map { " \($0.rawValue)" } ?? "")
  }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { activation != nil }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> TransposedConvolution {
    var layer = self
    layer.geometry = try makeGeometry(for: input)
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let geometry = try makeGeometry(for: input)
    return [maps, geometry.inputHeight, geometry.inputWidth]
  }

  /// The trainable parameters.
  public func slots(for input: Shape) -> [Slot] {
    let area = kernel.vertical * kernel.horizontal
    // Windows overlap kernel / stride times each way: so many inputs of a map meet in one output.
    let fanIn = max(1, input.extents[0] * area / (stride.vertical * stride.horizontal))
    let weight = Slot(
      "weight", shape: [input.extents[0], maps, kernel.vertical, kernel.horizontal],
      initializer: initializer.initializer(fanIn: fanIn, fanOut: maps * area))
    guard hasBias else { return [weight] }
    let initial = initializer.biasInitializer(fanIn: fanIn, fanOut: maps * area)
    return [weight, Slot("bias", shape: [maps], initializer: initial, decays: false)]
  }

  /// The floats that one call works in.
  public func temporaryCount(for input: Shape, batch: Int) -> Int { geometry(batch).scratchCount }

  /// The floats that `curvature` works in.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int {
    geometry(batch).scratchCount + geometry(batch).outputCount + geometry(batch).weightCount
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    let geometry = geometry(x.batch)
    Kernels.Convolution.backwardToData(
      geometry, outputGradient: x.values, weights: pass.parameter(0), inputGradient: y.elements,
      accumulate: false, scratch: scratch(geometry, pass))
    if hasBias {
      (activation?.function ?? .identity).apply(
        bias: pass.parameter(1), to: y.elements, rows: maps, batch: y.count / maps)
    } else {
      activation?.function.apply(y.values, into: y.elements)
    }
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    activation?.function.backward(dy.elements, output: y.values)
    propagate(dy, x: x.values, weights: pass.parameter(0), into: dx, pass)
  }

  /// h_a = f'(a)² h_y, h_w = Σ h_a x² over positions and examples, h_x = the convolution with w² applied to h_a.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    activation?.function.backwardCurvature(hy.elements, output: y.values)
    let start = pass.temporary + geometry(x.batch).scratchCount
    let squaredInputs = UnsafeMutableBufferPointer(start: start, count: x.count)
    Elementwise.square(x.values, into: squaredInputs)
    let weights = pass.parameter(0)
    let squaredWeights = UnsafeMutableBufferPointer(start: start + x.count, count: weights.count)
    Elementwise.square(weights, into: squaredWeights)
    propagate(
      hy, x: UnsafeBufferPointer(squaredInputs), weights: UnsafeBufferPointer(squaredWeights), into: hx, pass)
  }

  private func propagate(
    _ da: Tensor, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, into dx: Tensor?,
    _ pass: LayerPass
  ) {
    let geometry = geometry(da.batch)
    if pass.wantsGradients {
      let weight = pass.gradient(0)
      Kernels.Convolution.backwardToWeights(
        geometry, outputGradient: x, input: da.values, weightGradient: weight.elements, biasGradient: nil,
        accumulate: weight.adds, scratch: scratch(geometry, pass))
    }
    if hasBias, pass.wantsGradients {
      let bias = pass.gradient(1)
      Reduction.rowSums(
        da.values, into: bias.elements, rows: maps, batch: da.count / maps, accumulate: bias.adds)
    }
    guard let dx else { return }
    Kernels.Convolution.forward(
      geometry, input: da.values, weights: weights, bias: nil, output: dx.elements,
      scratch: scratch(geometry, pass))
  }

  private func scratch(
    _ geometry: ConvolutionGeometry, _ pass: LayerPass
  ) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pass.temporary, count: geometry.scratchCount)
  }

  private func geometry(_ batch: Int) -> ConvolutionGeometry {
    guard var geometry else {
      preconditionFailure("a transposed convolution that was not prepared for its input")
    }
    geometry.batch = batch
    return geometry
  }

  private func makeGeometry(for input: Shape) throws(ShapeError) -> ConvolutionGeometry {
    let image = try input.image()
    let height = (image.height - 1) * stride.vertical - 2 * padding.vertical + kernel.vertical
    let width = (image.width - 1) * stride.horizontal - 2 * padding.horizontal + kernel.horizontal
    guard height >= 1, width >= 1 else {
      throw ShapeError(
        "nothing is left of the output: (extent - 1) stride - 2 padding + kernel is \(height)x\(width); "
          + "use less padding or a larger kernel")
    }
    do throws(GeometryError) {
      return try ConvolutionGeometry(
        batch: 1, inputChannels: maps, inputHeight: height, inputWidth: width,
        outputChannels: image.maps, kernelHeight: kernel.vertical, kernelWidth: kernel.horizontal,
        strideY: stride.vertical, strideX: stride.horizontal, paddingY: padding.vertical,
        paddingX: padding.horizontal)
    } catch {
      throw ShapeError("\(error)")
    }
  }
}
