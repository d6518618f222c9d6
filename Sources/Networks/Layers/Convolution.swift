import Kernels

/// Learned filters over an image, with a connection table and an activation if wanted.
///
///     y[o, r, c] = f(b[o] + Σ w[o, i, k, l] x[i, r s + k - p, c s + l - p])     sum over the connected i and over k, l
///
/// x [maps in, height, width, batch]; outside of the image x is zero. The weights are [out, in, kernel, kernel], and
/// with a connection table [connections, kernel, kernel]: only what is connected is stored. Height and width become
/// ⌊(extent + 2 padding - kernel) / stride⌋ + 1.
public struct Convolution: Layer {
  /// The number of output maps.
  public let maps: Int
  /// The size of the filters.
  public let kernel: PlaneExtent
  /// The step between windows s.
  public let stride: PlaneExtent
  /// The zeros around the image p.
  public let padding: PlaneExtent
  /// Which input maps each output map reads; nil for all.
  public let connections: ConnectionsConfiguration?
  /// Whether there is a bias b.
  public let hasBias: Bool
  /// The function f on the outputs; nil for none.
  public let activation: ActivationKind?
  /// The distribution of the first weights.
  public let initializer: InitializerConfiguration
  private var geometry: ConvolutionGeometry?

  /// A convolution.
  public init(
    maps: Int, kernel: PlaneExtent, stride: PlaneExtent = PlaneExtent(1),
    padding: PlaneExtent = PlaneExtent(0),
    connections: ConnectionsConfiguration? = nil, hasBias: Bool = true, activation: ActivationKind? = nil,
    initializer: InitializerConfiguration = .rule(.pytorch)
  ) {
    self.maps = maps
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.connections = connections
    self.hasBias = hasBias
    self.activation = activation
    self.initializer = initializer
  }

  /// The word for it in configs and slot names.
  public var kind: String { "convolution" }
  /// What people call it.
  public var name: String { "convolution \(maps)@\(kernel)" + (activation.map { " \($0.rawValue)" } ?? "") }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { activation != nil }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> Convolution {
    var layer = self
    layer.geometry = try makeGeometry(for: input)
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let geometry = try makeGeometry(for: input)
    return [maps, geometry.outputHeight, geometry.outputWidth]
  }

  /// The trainable parameters.
  public func slots(for input: Shape) -> [Slot] {
    let area = kernel.vertical * kernel.horizontal
    let table = connections?.inputsOfOutputs
    let links = table?.reduce(0) { $0 + $1.count } ?? maps * input.extents[0]
    // With a table the fan-in differs from map to map: the mean stands for all.
    let (fanIn, fanOut) = (max(1, links * area / maps), max(1, links * area / input.extents[0]))
    let extents = table == nil ? [maps, input.extents[0]] : [links]
    let weight = Slot(
      "weight", shape: Shape(extents + [kernel.vertical, kernel.horizontal]),
      initializer: initializer.initializer(fanIn: fanIn, fanOut: fanOut))
    guard hasBias else { return [weight] }
    let initial = initializer.biasInitializer(fanIn: fanIn, fanOut: fanOut)
    return [weight, Slot("bias", shape: [maps], initializer: initial, decays: false)]
  }

  /// The floats that one call works in.
  public func temporaryCount(for input: Shape, batch: Int) -> Int { geometry(batch).scratchCount }

  /// The floats that `curvature` works in.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int {
    geometry(batch).scratchCount + geometry(batch).inputCount + geometry(batch).weightCount
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    let geometry = geometry(x.batch)
    Kernels.Convolution.forward(
      geometry, input: x.values, weights: pass.parameter(0), bias: hasBias ? pass.parameter(1) : nil,
      output: y.elements, scratch: scratch(geometry, pass))
    activation?.function.apply(y.values, into: y.elements)
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    activation?.function.backward(dy.elements, output: y.values)
    propagate(dy, x: x.values, weights: pass.parameter(0), into: dx, pass)
  }

  /// h_a = f'(a)² h_y, h_w = Σ h_a x² over positions and examples, h_x = the transpose with w² applied to h_a.
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
      let bias = hasBias ? pass.gradient(1) : nil
      precondition(bias == nil || bias?.adds == weight.adds, "weights and biases are written together")
      Kernels.Convolution.backwardToWeights(
        geometry, outputGradient: da.values, input: x, weightGradient: weight.elements,
        biasGradient: bias?.elements, accumulate: weight.adds, scratch: scratch(geometry, pass))
    }
    guard let dx else { return }
    Kernels.Convolution.backwardToData(
      geometry, outputGradient: da.values, weights: weights, inputGradient: dx.elements, accumulate: false,
      scratch: scratch(geometry, pass))
  }

  private func scratch(_ geometry: ConvolutionGeometry, _ pass: LayerPass) -> UnsafeMutableBufferPointer<
    Float
  > {
    UnsafeMutableBufferPointer(start: pass.temporary, count: geometry.scratchCount)
  }

  private func geometry(_ batch: Int) -> ConvolutionGeometry {
    guard var geometry else { preconditionFailure("a convolution that was not prepared for its input") }
    geometry.batch = batch
    return geometry
  }

  private func makeGeometry(for input: Shape) throws(ShapeError) -> ConvolutionGeometry {
    let image = try input.image()
    do throws(GeometryError) {
      return try ConvolutionGeometry(
        batch: 1, inputChannels: image.maps, inputHeight: image.height, inputWidth: image.width,
        outputChannels: maps,
        kernelHeight: kernel.vertical, kernelWidth: kernel.horizontal, strideY: stride.vertical,
        strideX: stride.horizontal, paddingY: padding.vertical, paddingX: padding.horizontal,
        connections: connections?.inputsOfOutputs)
    } catch {
      throw ShapeError("\(error)")
    }
  }
}

extension Shape {
  /// The three extents of an image.
  ///
  /// - Throws: `ShapeError` for anything else.
  func image() throws(ShapeError) -> (maps: Int, height: Int, width: Int) {
    guard extents.count == 3 else {
      throw ShapeError(
        "it needs an image [maps, height, width]; put it before the first dense layer or «flatten»")
    }
    return (extents[0], extents[1], extents[2])
  }
}
