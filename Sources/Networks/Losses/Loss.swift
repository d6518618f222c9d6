import Kernels

/// What a network is trained to make small: a sum over examples of a function of its outputs.
///
/// A loss is a description without state; its memory is a `LossWorkspace`.
public protocol Loss: Sendable {
  /// The name in configs: `softmax_cross_entropy`.
  var name: String { get }
  /// The name and size of what the loss itself adds behind the last layer, if anything: the RBF units of 1998.
  var outputLayer: LayerSummary? { get }
  /// Figures beyond `loss` and `error`, whose sums `evaluate` leaves in `workspace.additionalSums`.
  var additionalMetrics: [Metric] { get }
  /// Checks that the loss can work on outputs of this shape for this data.
  ///
  /// - Throws: `ConfigurationError` that says how many outputs it needs.
  func check(outputs: Shape, data: DataDescription) throws(ConfigurationError)
  /// The floats of scratch that it needs for a batch.
  func scratchCount(outputs: Shape, batch: Int) -> Int

  /// The sum of the losses E over the batch and the number of errors; writes dE/doutputs where `gradient` is given.
  ///
  /// `gradient` may be the memory of `outputs`. The batch has at least one example.
  func evaluate(_ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace) -> LossSums
  /// Writes the diagonal of the positive part of the Hessian, d²E/doutputs², into `hy` (Gauss–Newton).
  func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace)
}

extension Loss {
  /// Nothing, unless a loss says otherwise.
  public var outputLayer: LayerSummary? { nil }
  /// None, unless a loss says otherwise.
  public var additionalMetrics: [Metric] { [] }
  /// None, unless a loss says otherwise.
  public func scratchCount(outputs: Shape, batch: Int) -> Int { 0 }
}

/// The sum of a loss over a batch, and the number of errors.
public typealias LossSums = Kernels.LossSums

/// The memory that a loss works in: one for each thread.
public final class LossWorkspace {
  /// The first choice of the network for each example of the last evaluation.
  public let choices: UnsafeMutableBufferPointer<Int32>
  /// The sums of the additional metrics over the batch of the last evaluation.
  public let additionalSums: UnsafeMutableBufferPointer<Double>
  /// What the loss asked for by `scratchCount`.
  public let scratch: FlatBuffer

  /// Memory for `loss` on up to `maximumBatch` outputs of this shape.
  public init(for loss: any Loss, outputs: Shape, maximumBatch: Int) {
    choices = .zeros(maximumBatch)
    additionalSums = .zeros(loss.additionalMetrics.count)
    scratch = FlatBuffer(count: loss.scratchCount(outputs: outputs, batch: maximumBatch))
  }

  deinit {
    choices.deallocate()
    additionalSums.deallocate()
  }

  /// The first `count` choices.
  func choices(_ count: Int) -> UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: choices[..<count])
  }

  /// `count` floats of the scratch from `offset` on.
  func scratch(_ count: Int, at offset: Int = 0) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: scratch.elements[offset..<offset + count])
  }
}
