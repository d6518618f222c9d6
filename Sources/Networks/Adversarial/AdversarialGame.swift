import Kernels

/// A generator and a discriminator with the memory to play against each other: the passes that a GAN's stages are made of.
///
/// Generator: images = G(z) from latent vectors z. Discriminator: a = D(x), one output for each example. One game belongs
/// to one thread; the parameters may be shared.
public final class AdversarialGame {
  /// G.
  public let generator: Network
  /// D.
  public let discriminator: Network
  /// What both play for.
  public let loss: AdversarialLoss
  /// What a real example is said to be.
  public let realTarget: Float
  /// Where latent vectors come from.
  public let latent: LatentDistribution
  private let latents: FlatBuffer
  private let imageGradient: FlatBuffer
  private let workspace: AdversarialWorkspace
  private let identities: UnsafeMutableBufferPointer<UInt32>
  private var generated: Generated?
  private var images: Tensor

  // Passes over the same example in one step have random numbers of their own.
  private enum PassNumber {
    static let generator = 1
    static let real = 2
    static let judged = 3
  }

  /// What the generator's workspace holds.
  private struct Generated {
    var random: RandomAddress
    var count: Int
  }

  /// The sums over a batch of what the discriminator says.
  public struct Verdict: Sendable {
    /// The sum of the losses.
    public var loss: Double
    /// The examples that are taken for real.
    public var takenForReal: Int
  }

  /// A game between two networks.
  public init(
    generator: Network, discriminator: Network, loss: AdversarialLoss, realTarget: Float = 1,
    latent: LatentDistribution
  ) {
    precondition(
      generator.output.count == discriminator.input.count && discriminator.output.count == 1,
      "two networks that do not fit together")
    self.generator = generator
    self.discriminator = discriminator
    self.loss = loss
    self.realTarget = realTarget
    self.latent = latent
    let batch = generator.maximumBatch
    latents = FlatBuffer(count: generator.input.count * batch)
    imageGradient = FlatBuffer(count: generator.output.count * batch)
    images = Tensor(shape: generator.output, batch: 0, base: imageGradient.base)
    workspace = AdversarialWorkspace(maximumBatch: batch)
    identities = .zeros(batch)
  }

  deinit {
    identities.deallocate()
  }

  /// G(z) of latent vectors that belong to `examples` at the address `random`; valid until the next pass.
  ///
  /// What the workspace holds already is not computed again: within a step the generator does not move before its own
  /// phase, whose `propagate` forgets it.
  public func generate(
    _ examples: UnsafeBufferPointer<UInt32>, random: RandomAddress, isTraining: Bool
  ) -> Tensor {
    if isTraining, let generated, generated.random == random, generated.count == examples.count,
      examples.elementsEqual(identities[..<examples.count])
    {
      return Tensor(shape: images.shape, batch: examples.count, base: images.base)
    }
    let z = Tensor(shape: generator.input, batch: examples.count, base: latents.base)
    latent.draw(z, examples: examples, random: random)
    images = generator.forward(
      z, examples: examples, random: random, isTraining: isTraining, number: PassNumber.generator)
    _ = identities.update(fromContentsOf: examples)
    generated = isTraining ? Generated(random: random, count: examples.count) : nil
    return images
  }

  /// Adds the gradient of the discriminator's loss on real examples.
  public func learnReal(
    _ inputs: Tensor, _ batch: Batch, random: RandomAddress, into contribution: Contribution
  )
    -> Verdict
  {
    let outputs = judge(inputs, batch.examples, random, PassNumber.real)
    let verdict = evaluate(outputs, .real, gradient: discriminator.outputGradient.elements)
    discriminator.backward(into: contribution)
    return verdict
  }

  /// Adds the gradient of the discriminator's loss on generated examples.
  public func learnGenerated(
    _ images: Tensor, _ batch: Batch, random: RandomAddress, into contribution: Contribution
  ) -> Verdict {
    let outputs = judge(images, batch.examples, random, PassNumber.judged)
    let verdict = evaluate(outputs, .generated, gradient: discriminator.outputGradient.elements)
    discriminator.backward(into: contribution)
    return verdict
  }

  /// The generator's loss on its images, and its gradient at them; valid until the next call.
  public func judgeGenerator(
    _ images: Tensor, _ batch: Batch, random: RandomAddress
  ) -> (verdict: Verdict, gradient: Tensor) {
    let outputs = judge(images, batch.examples, random, PassNumber.judged)
    let verdict = evaluate(outputs, .generator, gradient: discriminator.outputGradient.elements)
    let gradient = Tensor(shape: generator.output, batch: images.batch, base: imageGradient.base)
    discriminator.backward(into: nil, inputGradient: gradient.reshaped(discriminator.input))
    return (verdict, gradient)
  }

  /// Adds the generator's gradient, given that at the images that it generated last.
  public func propagate(_ gradient: Tensor, into contribution: Contribution) {
    precondition(generated?.count == gradient.batch, "a gradient at images that were not generated last")
    generator.outputGradient.copy(gradient.reshaped(generator.output))
    generator.backward(into: contribution)
    generated = nil
  }

  /// What the discriminator says of real examples and of generated ones, without training.
  public func compare(
    _ batch: Batch, random: RandomAddress
  ) -> (real: Verdict, generated: Verdict, generator: Verdict) {
    let real = evaluate(discriminator.infer(batch.inputs), .real, gradient: nil)
    let outputs = discriminator.infer(generate(batch.examples, random: random, isTraining: false))
    return (
      real, evaluate(outputs, .generated, gradient: nil), evaluate(outputs, .generator, gradient: nil)
    )
  }

  private func judge(
    _ inputs: Tensor, _ examples: UnsafeBufferPointer<UInt32>, _ random: RandomAddress, _ number: Int
  ) -> Tensor {
    // Real and generated examples count half each in running averages: a step sees both.
    discriminator.forward(
      inputs.reshaped(discriminator.input), examples: examples, random: random, isTraining: true,
      number: number, share: 0.5)
  }

  private func evaluate(
    _ outputs: Tensor, _ judgement: AdversarialLoss.Judgement, gradient: UnsafeMutableBufferPointer<Float>?
  ) -> Verdict {
    let (loss, takenForReal) = loss.evaluate(
      outputs.values, judgement, target: realTarget, gradient: gradient, workspace: workspace)
    return Verdict(loss: loss, takenForReal: takenForReal)
  }
}
