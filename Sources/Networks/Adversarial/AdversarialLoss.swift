import Kernels

/// What the two networks of an adversarial game make small, as functions of the discriminator's output a for one example.
///
/// | loss | of the discriminator: real a, generated a | of the generator |
/// |---|---|---|
/// | `minimax` | -log σ(a), -log(1 - σ(a)) | log(1 - σ(a)) |
/// | `non_saturating` | the same | -log σ(a) |
/// | `least_squares` | (a - 1)² / 2, a² / 2 | (a - 1)² / 2 |
/// | `wasserstein` | -a, a | -a |
///
/// The output a is a logit: the discriminator ends without a sigmoid. Goodfellow et al. 2014; Mao et al. 2017; Arjovsky,
/// Chintala & Bottou 2017, whose critic needs `clip_weights` in its optimizer.
public enum AdversarialLoss: String, Keyword {
  /// The game of two players with one value.
  case minimax
  /// The generator raises the probability of a mistake; its gradient does not fade where the discriminator is sure.
  case nonSaturating = "non_saturating"
  /// Squared distances to 1 and 0.
  case leastSquares = "least_squares"
  /// The difference of mean outputs.
  case wasserstein

  /// What the choice is, for errors.
  public static var title: String { "loss" }

  /// Whose turn it is, and what the outputs belong to.
  public enum Judgement: Sendable, Hashable {
    /// The discriminator sees real examples.
    case real
    /// The discriminator sees generated examples.
    case generated
    /// The generator's examples are judged.
    case generator
  }

  /// The sum of the losses over the batch and the number of examples that are taken for real; writes dE/da.
  ///
  /// Real examples are those with an output above 0, for `least_squares` above 1/2.
  ///
  /// - Parameters:
  ///   - outputs: a, one for each example; finite or not, nothing traps.
  ///   - targets: what a real example is said to be, 1 or a little less (one-sided smoothing).
  ///   - gradient: where dE/da goes; nil in evaluation; may be the memory of the outputs.
  public func evaluate(
    _ outputs: UnsafeBufferPointer<Float>, _ judgement: Judgement, target: Float = 1,
    gradient: UnsafeMutableBufferPointer<Float>?, workspace: AdversarialWorkspace
  ) -> (loss: Double, takenForReal: Int) {
    let threshold: Float = self == .leastSquares ? 0.5 : 0
    let takenForReal = outputs.count { $0 > threshold }
    let wanted: Float = judgement == .generated ? 0 : judgement == .real ? target : 1
    switch self {
    case .minimax, .nonSaturating:
      let isReversed = self == .minimax && judgement == .generator
      let targets = workspace.constants(isReversed ? 0 : wanted, count: outputs.count)
      let loss = Losses.binaryCrossEntropy(
        outputs, targets: targets, features: 1, batch: outputs.count, gradient: gradient)
      if isReversed, let gradient { Elementwise.scale(gradient, by: -1) }
      return (isReversed ? -loss : loss, takenForReal)
    case .leastSquares:
      let targets = workspace.constants(wanted, count: outputs.count)
      let loss = Losses.squaredError(
        outputs, targets: targets, features: 1, batch: outputs.count, gradient: gradient)
      return (loss, takenForReal)
    case .wasserstein:
      let sign: Float = judgement == .generated ? 1 : -1
      let loss = Double(sign) * Reduction.sum(outputs)
      gradient?.update(repeating: sign)
      return (loss, takenForReal)
    }
  }
}

/// The memory that an adversarial loss works in: one for each thread.
public final class AdversarialWorkspace {
  private let targets: FlatBuffer

  /// Memory for up to `maximumBatch` examples.
  public init(maximumBatch: Int) {
    targets = FlatBuffer(count: maximumBatch)
  }

  /// `count` times `value`; valid until the next call.
  func constants(_ value: Float, count: Int) -> UnsafeBufferPointer<Float> {
    let elements = UnsafeMutableBufferPointer(rebasing: targets.elements[..<count])
    elements.update(repeating: value)
    return UnsafeBufferPointer(elements)
  }
}
