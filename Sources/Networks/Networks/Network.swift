/// A sequence of layers with the memory to run up to `maximumBatch` examples through it and back.
///
/// Activations lie in one block, planned once (`NetworkPlan`); layers that can, work in place; gradients at
/// activations take turns in two blocks. No pass allocates. A network belongs to one thread; its parameters may be
/// shared with the networks of other threads.
public final class Network {
  /// The layers, in order.
  public let layers: [any Layer]
  /// The shape of one input.
  public let input: Shape
  /// The shape of one output.
  public let output: Shape
  /// The most examples that a pass can take.
  public let maximumBatch: Int
  /// All parameters: the slots of layer 2 are named `2.convolution.weight` and so on.
  public private(set) var parameters: ParameterGroup

  private let plan: NetworkPlan
  private let activations: FlatBuffer
  private let gradients: (FlatBuffer, FlatBuffer)
  private let scratch: FlatBuffer
  private let temporary: FlatBuffer
  private var curvatureTemporary: FlatBuffer?
  private var pass: ForwardPass
  private var lanes: (any LaneReducer)?

  /// What `backward` has to know of the forward pass before it.
  private struct ForwardPass {
    var inputs: Tensor
    var examples: UnsafeBufferPointer<UInt32>
    var random: RandomAddress
    var isTraining: Bool
    var number = 0
    var share: Float = 1
  }

  /// A network of `layers` on inputs of shape `input`; parameters are zero.
  ///
  /// - Throws: `ShapeError`, naming the layer by number and kind, where a layer cannot work on what it is given.
  public init(_ layers: [any Layer], input: Shape, maximumBatch: Int, name: String = "network")
    throws(ShapeError)
  {
    precondition(maximumBatch > 0, "a network works on at least one example at a time")
    let plan = try NetworkPlan(layers, input: input, maximumBatch: maximumBatch)
    self.layers = plan.layers
    self.input = input
    self.maximumBatch = maximumBatch
    self.plan = plan
    output = plan.output
    parameters = ParameterGroup(name: name, slots: plan.slots)
    activations = FlatBuffer(count: plan.activationCount)
    gradients = (FlatBuffer(count: plan.gradientCount), FlatBuffer(count: plan.gradientCount))
    scratch = FlatBuffer(count: plan.scratchCount)
    temporary = FlatBuffer(count: plan.temporaryCount)
    pass = ForwardPass(
      inputs: Tensor(shape: input, batch: 0, base: activations.base),
      examples: UnsafeBufferPointer(start: nil, count: 0),
      random: RandomAddress(seed: 0, step: 0, stream: .layer(0)), isTraining: false)
  }

  /// Works on these parameters from now on: those of another network of the same layers.
  public func share(_ parameters: ParameterGroup) {
    precondition(
      parameters.slots == self.parameters.slots, "networks of different layers cannot share parameters")
    self.parameters = parameters
  }

  /// Adds up over these lanes from now on what layers want added up.
  public func connect(to lanes: any LaneReducer) {
    self.lanes = lanes
  }

  /// The outputs for `inputs` `[input…, batch]`; valid until the next forward pass.
  ///
  /// `random` and `examples` address the masks of dropout and its like, and matter only while training.
  ///
  /// - Parameters:
  ///   - number: tells passes over the same examples in one step apart: each has masks of its own.
  ///   - share: what the observations of this pass count in running averages, where an example passes more than once.
  @discardableResult
  public func forward(
    _ inputs: Tensor, examples: UnsafeBufferPointer<UInt32>, random: RandomAddress, isTraining: Bool,
    number: Int = 0, share: Float = 1
  ) -> Tensor {
    precondition(
      inputs.batch <= maximumBatch, "\(inputs.batch) examples for a network of at most \(maximumBatch)")
    precondition(
      inputs.shape.count == input.count, "inputs of shape \(inputs.shape) for a network of \(input)")
    pass = ForwardPass(
      inputs: inputs, examples: examples, random: random, isTraining: isTraining, number: number, share: share
    )
    for (index, step) in plan.steps.enumerated() where runs(layers[index]) {
      layers[index].forward(
        activation(before: index), into: activation(after: index),
        layerPass(index, step, contribution: nil, temporary: temporary))
    }
    return activation(after: layers.count - 1)
  }

  /// The outputs without training: no dropout, no random numbers.
  @discardableResult
  public func infer(_ inputs: Tensor) -> Tensor {
    forward(
      inputs, examples: UnsafeBufferPointer(start: nil, count: 0),
      random: RandomAddress(seed: 0, step: 0, stream: .layer(0)), isTraining: false)
  }

  /// The output of layer `index` in the last forward pass: valid until the next one, where no following layer works in
  /// its memory.
  package func output(ofLayer index: Int) -> Tensor { activation(after: index) }

  /// The number of the first slot of layer `index` in the parameters.
  func firstSlot(ofLayer index: Int) -> Int { plan.steps[index].firstSlot }

  /// Where dE/doutputs `[output…, batch]` of the last forward pass has to be written before `backward`.
  public var outputGradient: Tensor {
    Tensor(shape: output, batch: pass.inputs.batch, base: gradients.0.base)
  }

  /// Adds dE/dparameters, summed over the examples of the last forward pass, to `contribution`.
  ///
  /// Starts from `outputGradient` and overwrites it. dE/dinputs is written into `inputGradient` where that is given;
  /// without it, nothing below the first layer with parameters is computed. Without a contribution, nothing else is.
  public func backward(into contribution: Contribution?, inputGradient: Tensor? = nil) {
    descend(to: inputGradient) { index, step, dy, dx in
      layers[index].backward(
        dy, x: activation(before: index), y: activation(after: index), into: dx,
        layerPass(index, step, contribution: contribution, temporary: temporary))
    }
  }

  /// Like `backward` for the diagonal of the Gauss–Newton Hessian: starts from d²E/doutputs² in `outputGradient`.
  ///
  /// d²E/dinputs² is written into `inputCurvature` where that is given.
  ///
  /// - Throws: `ConfigurationError` where a layer has no second derivatives.
  public func curvature(into contribution: Contribution, inputCurvature: Tensor? = nil) throws {
    let temporary = curvatureTemporary ?? FlatBuffer(count: plan.curvatureTemporaryCount)
    curvatureTemporary = temporary
    try descend(to: inputCurvature) { index, step, hy, hx in
      try layers[index].curvature(
        hy, x: activation(before: index), y: activation(after: index), into: hx,
        layerPass(index, step, contribution: contribution, temporary: temporary))
    }
  }

  /// Visits the layers from the last one down to the first that has something to compute.
  private func descend<Failure: Error>(
    to inputGradient: Tensor?, _ visit: (Int, NetworkPlan.Step, Tensor, Tensor?) throws(Failure) -> Void
  ) throws(Failure) {
    let last = inputGradient == nil ? plan.firstTrainable : 0
    var dy = outputGradient
    var isFirstBlock = true
    for index in stride(from: layers.count - 1, through: last, by: -1) {
      let step = plan.steps[index]
      if layers[index].isView {
        dy = dy.reshaped(step.input)
        continue
      }
      if !layers[index].worksInPlace { isFirstBlock.toggle() }
      var dx: Tensor? = Tensor(
        shape: step.input, batch: dy.batch, base: isFirstBlock ? gradients.0.base : gradients.1.base)
      if index == last { dx = inputGradient?.reshaped(step.input) }
      if runs(layers[index]) { try visit(index, step, dy, dx) }
      if let dx { dy = dx }
    }
    // The lowest layers were views: what has arrived is the gradient at the input.
    inputGradient?.reshaped(dy.shape).copy(dy)
  }

  /// What the last layer with parameters reads: the features that a classifier has found. Valid until the next forward
  /// pass.
  public var features: Tensor { activation(before: lastTrainable) }
  /// The shape of the features of one example.
  public var featureShape: Shape { plan.steps[lastTrainable].input }

  /// Whether a layer has something to do: without examples, only those that meet other lanes in training.
  private func runs(_ layer: any Layer) -> Bool {
    !layer.isView && (pass.inputs.batch > 0 || (pass.isTraining && layer.needsAllLanes))
  }

  private var lastTrainable: Int {
    plan.steps.indices.last { !layers[$0].slots(for: plan.steps[$0].input).isEmpty } ?? 0
  }

  private func activation(before index: Int) -> Tensor {
    guard index > 0, let offset = plan.steps[index - 1].offset else {
      return pass.inputs.reshaped(plan.steps[index].input)
    }
    return Tensor(shape: plan.steps[index].input, batch: pass.inputs.batch, base: activations.base + offset)
  }

  private func activation(after index: Int) -> Tensor {
    guard let offset = plan.steps[index].offset else { return pass.inputs.reshaped(plan.steps[index].output) }
    return Tensor(shape: plan.steps[index].output, batch: pass.inputs.batch, base: activations.base + offset)
  }

  private func layerPass(
    _ index: Int, _ step: NetworkPlan.Step, contribution: Contribution?, temporary: FlatBuffer
  ) -> LayerPass {
    LayerPass(
      parameters: parameters, firstSlot: step.firstSlot, contribution: contribution,
      scratch: scratch.base + step.scratchOffset, temporary: temporary.base,
      random: pass.random.stream(.layer(pass.number << 16 | index)), examples: pass.examples,
      isTraining: pass.isTraining, isFirst: plan.steps[..<index].allSatisfy { $0.offset == nil },
      share: pass.share, lanes: lanes)
  }
}

extension Network {
  /// Whether an example's outputs depend on the other examples of the pass: a lane must not be cut then.
  public var mixesExamples: Bool { layers.contains { $0.mixesExamples } }

  /// Whether a layer adds up numbers over all lanes in training.
  public var needsAllLanes: Bool { layers.contains { $0.needsAllLanes } }

  /// One line for each layer: what it is, the shape of its output, its number of parameters.
  public var summaries: [LayerSummary] {
    plan.steps.indices.map { index in
      let slots = layers[index].slots(for: plan.steps[index].input)
      return LayerSummary(
        name: layers[index].name, output: plan.steps[index].output,
        parameters: slots.reduce(0) { $0 + $1.count })
    }
  }
}
