/// The input seen as a vector. It costs nothing: the memory stays where it is.
public struct Flatten: Layer {
  /// The layer.
  public init() {}

  public var kind: String { "flatten" }
  public var isView: Bool { true }
  public var worksInPlace: Bool { true }
  public var readsOutput: Bool { false }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { [input.count] }

  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {}

  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {}

  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {}
}
