import Kernels

/// The largest value of each window, map by map; the first of equals.
///
/// The gradient goes to the value that was chosen. Height and width become ⌊(extent - size) / stride⌋ + 1.
public struct MaxPooling: Layer {
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
  public var kind: String { "max_pooling" }
  /// What people call it.
  public var name: String { "max pooling \(size)" }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> MaxPooling {
    var layer = self
    layer.geometry = try PoolingGeometry(size: size, stride: stride, input: input)
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    try PoolingGeometry(size: size, stride: stride, input: input).outputShape
  }

  /// One byte for each output: which value of the window was chosen.
  public func scratchCount(for input: Shape, batch: Int) -> Int {
    (geometry.with(batch: batch).outputCount + 3) / 4
  }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    Pooling.maximumForward(
      geometry.with(batch: x.batch), input: x.values, output: y.elements, chosen: chosen(y.count, pass))
  }

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    guard let dx else { return }
    Pooling.maximumBackward(
      geometry.with(batch: dy.batch), outputGradient: dy.values,
      chosen: UnsafeBufferPointer(chosen(dy.count, pass)), inputGradient: dx.elements)
  }

  /// The second derivative goes where the gradient goes: the derivative of the choice is 1 or 0.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    backward(hy, x: x, y: y, into: hx, pass)
  }

  private func chosen(_ count: Int, _ pass: LayerPass) -> UnsafeMutableBufferPointer<UInt8> {
    // The scratch of this layer is used for nothing else.
    UnsafeMutableBufferPointer(
      start: UnsafeMutableRawPointer(pass.scratch).bindMemory(to: UInt8.self, capacity: count), count: count)
  }
}
