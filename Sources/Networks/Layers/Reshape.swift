/// The input seen in another shape. It costs nothing: the memory stays where it is.
public struct Reshape: Layer {
  /// The shape of the output.
  public let shape: Shape

  /// The layer of this shape.
  public init(_ shape: Shape) {
    self.shape = shape
  }

  /// The word for it in configs and slot names.
  public var kind: String { "reshape" }
  /// What people call it.
  public var name: String { "reshape \(shape)" }
  /// Whether the output is the input in another shape.
  public var isView: Bool { true }
  /// Whether the output may take the memory of the input.
  public var worksInPlace: Bool { true }
  /// Whether the way back looks at y.
  public var readsOutput: Bool { false }

  /// The shape of the output; throws where it is of another size than the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    guard input.count == shape.count else {
      throw ShapeError(
        "\(input) has \(input.count) values, \(shape) has \(shape.count): both must have the same number")
    }
    return shape
  }

  /// y = x.
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {}

  /// dx = dy.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {}

  /// h_x = h_y.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {}
}
