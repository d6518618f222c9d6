/// One layer of a network: a description without state, and a forward/backward pair written by hand.
///
/// All activations are `[shape…, batch]` with the batch innermost. Whatever a layer has to remember from `forward` to
/// `backward` beside its input and output lies in `pass.scratch`.
public protocol Layer: Sendable {
  /// The word for it in configs and slot names: `convolution`.
  var kind: String { get }
  /// What people call it: `convolution 5x5`.
  var name: String { get }
  /// The shape of the output.
  ///
  /// - Throws: `ShapeError` where the layer cannot work on `input`.
  func outputShape(for input: Shape) throws(ShapeError) -> Shape
  /// The layer made ready for inputs of this shape: what follows from the shape is worked out once.
  ///
  /// `forward`, `backward` and `curvature` are called only on what this returns.
  func prepared(for input: Shape) throws(ShapeError) -> Self
  /// The parameters that it needs, named within the layer: `weight`, `bias`.
  func slots(for input: Shape) -> [Slot]
  /// The floats of scratch that it needs for a batch.
  func scratchCount(for input: Shape, batch: Int) -> Int
  /// The floats of temporary memory that one call needs; it is shared by all layers and forgotten between calls.
  func temporaryCount(for input: Shape, batch: Int) -> Int
  /// The floats of temporary memory that `curvature` needs.
  func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int
  /// Whether the output may lie in the memory of the input (and the gradient at the input in that of the gradient at
  /// the output): true for layers whose `backward` never looks at `x`.
  var worksInPlace: Bool { get }
  /// Whether `backward` or `curvature` looks at `y`: true unless a layer says otherwise. Such an output is not
  /// overwritten by a following layer that works in place.
  var readsOutput: Bool { get }
  /// Whether the output is the input in another shape: such a layer costs nothing.
  var isView: Bool { get }
  /// Whether an example's output depends on the other examples of the pass, so that a lane must not be cut.
  var mixesExamples: Bool { get }
  /// Whether training passes add up numbers over all lanes: `forward` and `backward` are called without examples then,
  /// too.
  var needsAllLanes: Bool { get }

  /// y = f(x).
  func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass)
  /// Adds dE/dparameters, summed over the batch, to the contribution, and writes dE/dx where `dx` is given.
  ///
  /// It may overwrite `dy`.
  func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass)
  /// Like `backward`, after a forward pass that was not training, for the diagonal of the Gauss–Newton Hessian: from h_y = d²E/dy² to h_x and the sums h_w.
  ///
  /// LeCun, Bottou, Bengio & Haffner 1998, appendix C.
  ///
  /// - Throws: `ConfigurationError` for layers that do not offer it (the default).
  func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) throws
}

extension Layer {
  /// The kind, unless a layer says more.
  public var name: String { kind }
  /// No, unless a layer says otherwise.
  public var worksInPlace: Bool { false }
  /// Yes, unless a layer says otherwise.
  public var readsOutput: Bool { true }
  /// No, unless a layer says otherwise.
  public var isView: Bool { false }
  /// No, unless a layer says otherwise.
  public var mixesExamples: Bool { false }
  /// No, unless a layer says otherwise.
  public var needsAllLanes: Bool { false }
  /// The layer itself, unless it has something to work out.
  public func prepared(for input: Shape) throws(ShapeError) -> Self { self }
  /// None, unless a layer says otherwise.
  public func slots(for input: Shape) -> [Slot] { [] }
  /// None, unless a layer says otherwise.
  public func scratchCount(for input: Shape, batch: Int) -> Int { 0 }
  /// None, unless a layer says otherwise.
  public func temporaryCount(for input: Shape, batch: Int) -> Int { 0 }
  /// None, unless a layer says otherwise.
  public func curvatureTemporaryCount(for input: Shape, batch: Int) -> Int { 0 }
  /// That of the input, unless a layer says otherwise.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { input }

  /// Not offered, unless a layer says otherwise.
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
  /// Where gradients go; nil while evaluating, and where only the gradient at the inputs is wanted.
  public let contribution: Contribution?
  /// The layer's scratch: the same memory in `forward` and in `backward`.
  public let scratch: UnsafeMutablePointer<Float>
  /// Memory for this call only.
  public let temporary: UnsafeMutablePointer<Float>
  /// The layer's random stream at this step.
  public let random: RandomAddress
  /// What identifies the examples of the batch to the random streams.
  public let examples: UnsafeBufferPointer<UInt32>
  /// Whether dropout and its like are active.
  public let isTraining: Bool
  /// Whether the layer is the network's first: x are examples then, which may be zeros for the most part.
  public let isFirst: Bool
  /// What observations for running averages are multiplied with: less than 1 where an example passes more than once.
  public let share: Float
  /// All lanes, for layers that need them; nil where the network works alone, which then is all lanes.
  public let lanes: (any LaneReducer)?

  /// Whether `backward` has to compute the gradients of the parameters.
  public var wantsGradients: Bool { contribution != nil }

  /// Slot `index` of the layer.
  public func parameter(_ index: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(parameters[firstSlot + index])
  }

  /// Where the gradient of slot `index` of the layer goes, and whether it has to be added there.
  public func gradient(_ index: Int) -> (elements: UnsafeMutableBufferPointer<Float>, adds: Bool) {
    guard let contribution else { preconditionFailure("a backward pass without a contribution") }
    return contribution.slot(firstSlot + index)
  }
}
