/// The input seen as a vector. It costs nothing: the memory stays where it is.
public struct Flatten: Layer {
  /// The layer.
  public init() {}

  /// The word for it in configs and slot names.
  public var kind: String { "flatten" }
  /// Whether the output is the input in another shape.
  public var isView: Bool { true }
  /// Whether the output may take the memory of the input.
  public var worksInPlace: Bool { true }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { [input.count] }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {}

  /// Adds the gradients of the parameters and writes that of the input.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {}

  /// Adds the curvatures of the parameters and writes that of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {}
}
