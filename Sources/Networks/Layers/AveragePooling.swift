import Kernels

/// The mean of each window, map by map.
///
///     y = (Σ x over the window) / area,   h_x = h_y / area²
///
/// Height and width become ⌊(extent - size) / stride⌋ + 1.
public struct AveragePooling: Layer {
  /// The size of a window.
  public let size: PlaneExtent
  /// The step between windows.
  public let stride: PlaneExtent
  private var geometry: PoolingGeometry?

  /// A pooling layer; windows do not overlap unless a stride is given.
  public init(size: PlaneExtent, stride: PlaneExtent? = nil) {
    self.size = size
    self.stride = stride ?? size
  }

  /// The word for it in configs and slot names.
  public var kind: String { "average_pooling" }
  /// What people call it.
  public var name: String { "average pooling \(size)" }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> AveragePooling {
    var layer = self
    layer.geometry = try PoolingGeometry(size: size, stride: stride, input: input)
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try PoolingGeometry(size: size, stride: stride, input: input).outputShape
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    Pooling.averageForward(geometry.with(batch: x.batch), input: x.values, output: y.elements)
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    guard let dx else { return }
    Pooling.averageBackward(
      geometry.with(batch: dy.batch), outputGradient: dy.values, inputGradient: dx.elements)
  }

  /// Adds the curvatures of the parameters and writes that of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    backward(hy, x: x, y: y, into: hx, pass)
    if let hx { Elementwise.scale(hx.elements, by: 1 / Float(size.vertical * size.horizontal)) }
  }
}

extension PoolingGeometry {
  /// Windows of this size over an image, for one example.
  ///
  /// - Throws: `ShapeError` where the input is no image or a window does not fit.
  init(size: PlaneExtent, stride: PlaneExtent, input: Shape) throws(ShapeError) {
    let image = try input.image()
    do throws(GeometryError) {
      try self.init(
        batch: 1, channels: image.maps, inputHeight: image.height, inputWidth: image.width,
        kernelHeight: size.vertical, kernelWidth: size.horizontal, strideY: stride.vertical,
        strideX: stride.horizontal)
    } catch {
      throw ShapeError("\(error)")
    }
  }

  /// The shape of one example's output.
  var outputShape: Shape { [channels, outputHeight, outputWidth] }
}

extension PoolingGeometry? {
  /// The geometry of a prepared layer for a batch.
  func with(batch: Int) -> PoolingGeometry {
    guard var geometry = self else {
      preconditionFailure("a pooling layer that was not prepared for its input")
    }
    geometry.batch = batch
    return geometry
  }
}
