/// One layer of a network: a description without state, and a forward/backward pair written by hand.
///
/// All activations are `[shape…, batch]` with the batch innermost. Whatever a layer has to remember from `forward` to
/// `backward` beside its input and output lies in `pass.scratch`.
public protocol Layer: Sendable {
  /// What people call it: `convolution 5x5`.
  var name: String { get }
  /// The shape of the output.
  ///
  /// - Throws: `ShapeError` where the layer cannot work on `input`.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape
  /// The parameters that it needs, named within the layer: `weight`, `bias`.
  func slots(for input: Shape) -> [Slot]
  /// The floats of scratch that it needs for a batch.
  func scratchCount(for input: Shape, batch: Int) -> Int
  /// Whether the output may lie in the memory of the input (and the gradient at the input in that of the gradient at
  /// the output): true for layers whose `backward` never looks at `x`.
  var worksInPlace: Bool { get }

  /// y = f(x).
  func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass)
  /// Adds dE/dparameters, summed over the batch, to the contribution, and writes dE/dx where `dx` is given.
  func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass)
  /// Like `backward` for the diagonal of the Gauss–Newton Hessian: from h_y = d²E/dy² to h_x and the sums h_w.
  ///
  /// LeCun, Bottou, Bengio & Haffner 1998, appendix C.
  ///
  /// - Throws: `ConfigurationError` for layers that do not offer it (the default).
  func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) throws
}

extension Layer {
  public var worksInPlace: Bool { false }
  public func slots(for input: Shape) -> [Slot] { [] }
  public func scratchCount(for input: Shape, batch: Int) -> Int { 0 }
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { input }

  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) throws {
    throw ConfigurationError(
      "the layer «\(name)» has no second derivatives: choose another optimizer than sdlm, or another layer")
  }
}

/// What a layer is handed for one pass over one batch.
public struct LayerPass {
  /// The group that holds the network's parameters.
  public let parameters: ParameterGroup
  /// The number of the layer's first slot in the group.
  public let firstSlot: Int
  /// Where gradients go; nil while evaluating.
  public let contribution: Contribution?
  /// The layer's scratch: the same memory in `forward` and in `backward`.
  public let scratch: UnsafeMutablePointer<Float>
  /// The layer's random stream at this step.
  public let random: RandomAddress
  /// What identifies the examples of the batch to the random streams.
  public let examples: UnsafeBufferPointer<UInt32>
  /// Whether dropout and its like are active.
  public let isTraining: Bool

  /// Slot `index` of the layer.
  public func parameter(_ index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(parameters[firstSlot + index])
  }

  /// Where the gradient of slot `index` of the layer goes, and whether it has to be added there.
  public func gradient(_ index: Int) -> (elements: UnsafeMutableBufferPointer<Float>, adds: Bool) {
    contribution!.slot(firstSlot + index)
  }
}
