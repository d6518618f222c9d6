import Networks

/// A generative adversarial network: a generator that learns to make examples that a discriminator takes for real ones.
///
/// Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville & Bengio 2014. A step is a phase of the
/// discriminator and, every `discriminator_steps` steps, one of the generator; each network is a parameter group with an
/// optimizer of its own (`optimizers: {generator: …, discriminator: …}`).
///
/// ```yaml
/// model:
///   generator: {latent: 100, layers: [{dense: {units: 128, activation: relu}}, {dense: 784}, sigmoid]}
///   discriminator: {layers: [{dense: 128}, {leaky_relu: 0.2}, {dense: 1}]}
/// ```
public final class GenerativeAdversarialNetwork: RoleModel {
  /// The name in the catalogue and in configs.
  public static let name = "gan"
  /// One sentence for the catalogue.
  public static let summary =
    "Generative adversarial network: any generator against any discriminator (Goodfellow 2014)"
  /// Labels are not looked at.
  public static let needsLabels = false
  /// The generator's loss: neither loss of a game tells how good the samples are, this one at least who is ahead.
  public static let mainMetric = "generator_loss"

  /// The two networks and what they play for.
  public let game: AdversarialGame
  /// Where the roles work.
  public let placement: Placement
  /// The roles, by number: 0 is the generator, 1 the discriminator.
  public let roles = [Role("generator", groups: [0]), Role("discriminator", groups: [1])]
  /// Images to the discriminator (twice where noise is fresh), gradients and the sums of the generator's loss back.
  public let exchanges: [ExchangeFormat]
  /// The figures of the two phases; those of the generator's phase have a count of examples of their own.
  public let metrics = [
    Metric("discriminator_loss"), Metric("real_accuracy"), Metric("generated_accuracy"),
    Metric("generator_loss", per: "generator_examples"),
    Metric("generator_examples", isShown: false),
  ]

  /// What the generator's last layer can reach, where that is an interval: pixels.
  let pixelRange: ClosedRange<Float>?
  private let alone: [Phase]
  private let both: [Phase]
  private let discriminatorStages: [Stage]
  private let generatorStages: [Stage]
  private let period: Int
  private let isNoiseFresh: Bool
  private let exchange: LocalExchange
  private let sums: UnsafeMutableBufferPointer<Double>

  private static let discriminatorPhase = Phase("discriminator", group: 1)
  private static let generatorPhase = Phase("generator", group: 0, countsMetrics: true)

  /// A model for data of this description.
  ///
  /// - Throws: `ConfigurationError` or `ShapeError` where the networks do not fit together or do not fit the data.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    game = try configuration.makeGame(for: data, maximumBatch: maximumBatch)
    placement = try configuration.placement?.checked() ?? .shared
    pixelRange = configuration.generator.range
    period = configuration.discriminatorSteps ?? 1
    isNoiseFresh = configuration.generatorNoise == .fresh
    alone = [Self.discriminatorPhase]
    both = [Self.discriminatorPhase, Self.generatorPhase]
    discriminatorStages = [
      Stage("generate", role: 0, sends: 0),
      Stage("learn", role: 1, receives: 0, contributes: true),
    ]
    let images = isNoiseFresh ? 1 : 0
    generatorStages = [
      Stage("generate", role: 0, sends: images, repeats: !isNoiseFresh),
      Stage("judge", role: 1, receives: images, sends: 2),
      Stage("improve", role: 0, receives: 2, contributes: true),
    ]
    let shape = game.generator.output
    exchanges = [
      ExchangeFormat(from: 0, to: 1, shape: shape), ExchangeFormat(from: 0, to: 1, shape: shape),
      ExchangeFormat(from: 1, to: 0, shape: shape, sums: 1),
    ]
    exchange = LocalExchange(count: exchanges.count)
    sums = .zeros(1)
  }

  deinit {
    sums.deallocate()
  }

  /// The generator, then the discriminator.
  public var parameters: [ParameterGroup] { [game.generator.parameters, game.discriminator.parameters] }

  /// Whether a layer of either network looks at several examples at once.
  public var mixesExamples: Bool { game.generator.mixesExamples || game.discriminator.mixesExamples }

  /// Whether a layer of either network adds up numbers over all lanes.
  public var needsAllLanes: Bool { game.generator.needsAllLanes || game.discriminator.needsAllLanes }

  /// Adds up over these lanes from now on.
  public func connect(to lanes: any LaneReducer) {
    game.generator.connect(to: lanes)
    game.discriminator.connect(to: lanes)
  }

  /// One line for each layer.
  public var layerSummaries: [LayerSummary] {
    func named(_ network: Network, _ name: String) -> [LayerSummary] {
      network.summaries.map {
        LayerSummary(name: "\(name): \($0.name)", output: $0.output, parameters: $0.parameters)
      }
    }
    return named(game.generator, "generator") + named(game.discriminator, "discriminator")
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: GenerativeAdversarialNetwork) {
    game.generator.share(other.game.generator.parameters)
    game.discriminator.share(other.game.discriminator.parameters)
  }

  /// The discriminator's phase, and every k-th step the generator's behind it.
  public func phases(at progress: Progress) -> [Phase] {
    (progress.step + 1) % period == 0 ? both : alone
  }

  /// The stages of a phase.
  public func stages(of phase: Phase) -> [Stage] {
    phase.group == 1 ? discriminatorStages : generatorStages
  }

  /// All stages of the phase, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    guard batch.count > 0 || needsAllLanes else { return }
    for stage in stages(of: phase) {
      try perform(stage, on: batch, random: random, exchange: exchange, into: contribution)
    }
  }

  /// One stage.
  public func perform(
    _ stage: Stage, on batch: Batch, random: RandomAddress, exchange: any LaneExchange,
    into contribution: Contribution?
  ) throws {
    switch (stage.name, stage.receives, stage.sends) {
    case ("generate", _, let number?):
      let latents = random.stream(.model(1 + number))
      try exchange.send(
        number, game.generate(batch.examples, random: latents, isTraining: true), sums: noSums)
    case ("learn", let number?, _): try learn(batch, random, number, exchange, contribution!)
    case ("judge", let images?, let gradients?):
      let (verdict, gradient) = game.judgeGenerator(
        try exchange.receive(images).values, batch, random: random)
      sums[0] = verdict.loss
      try exchange.send(gradients, gradient, sums: UnsafeBufferPointer(sums))
    case ("improve", let gradients?, _):
      let (gradient, sums) = try exchange.receive(gradients)
      let contribution = contribution!
      contribution.add(examples: batch.count)
      contribution.add(sums[0], toMetric: 3)
      contribution.add(Double(batch.count), toMetric: 4)
      game.propagate(gradient, into: contribution)
    default: preconditionFailure("unknown stage «\(stage.name)»")
    }
  }

  private var noSums: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: nil, count: 0) }

  /// The discriminator on real examples, which need not wait, and then on generated ones.
  private func learn(
    _ batch: Batch, _ random: RandomAddress, _ images: Int, _ exchange: any LaneExchange,
    _ contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    let real = game.learnReal(batch.inputs, batch, random: random, into: contribution)
    let generated = game.learnGenerated(
      try exchange.receive(images).values, batch, random: random, into: contribution)
    contribution.add(real.loss + generated.loss, toMetric: 0)
    contribution.add(Double(real.takenForReal), toMetric: 1)
    contribution.add(Double(batch.count - generated.takenForReal), toMetric: 2)
  }

  /// The same figures without training, against images from latent vectors that belong to the examples.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    let random = RandomAddress(seed: 0, step: 0, stream: .model(4))
    let (real, generated, generator) = game.compare(batch, random: random)
    sums[0] += Double(batch.count)
    sums[1] += real.loss + generated.loss
    sums[2] += Double(real.takenForReal)
    sums[3] += Double(batch.count - generated.takenForReal)
    sums[4] += generator.loss
    sums[5] += Double(batch.count)
  }
}
