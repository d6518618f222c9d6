import ArgumentParser
import Checkpoints
import Datasets
import Networks
import Training

/// `tenfold evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Computes a run's figures anew from a checkpoint.",
    discussion: "Prints one JSON object. The figures are exact on any number of ranks.")

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "A value in place of the config's, for example data.directory=PATH.")
  var set: [String] = []

  @Option(
    help:
      "The run directory of a classifier that judges samples: its score, and the distance of its features.")
  var classifier: String?

  @OptionGroup var likelihood: LikelihoodOptions

  @OptionGroup var choice: CheckpointChoice

  @OptionGroup var options: RunOptions

  func run() throws {
    RankSession.run(stallSeconds: options.stallSeconds) { session in
      let yaml = String(
        decoding: try session.fromCoordinator("reading the run's config") {
          let run = try RunDirectory(directory, for: .read)
          return Array(
            try RunSource(yaml: run.config(), source: "\(directory)/config.yaml", overrides: set)
              .resolvedYAML().utf8)
        }, as: UTF8.self)
      let source = try RunSource(yaml: yaml, source: "the run's config")
      return try evaluate(source.architecture, yaml, session)
    }
  }

  private func evaluate<M: Model>(_ type: M.Type, _ yaml: String, _ session: RankSession) throws -> Int32 {
    let builder = try RunBuilder<M>(
      yaml: yaml, session: session, threads: options.threads,
      dedicatedCoordinator: options.dedicatedCoordinator,
      stepLimit: nil, placesRoles: false)
    let trainer = try builder.trainer(runDirectory: nil, observer: nil)
    var request: LikelihoodRequest?
    try session.onEveryRank("the likelihood") {
      request = try likelihood.request(configured: builder.configuration.evaluation.likelihood)
      try checkLikelihood(request, trainer.model)
    }
    var checkpoint: Checkpoint?
    try session.onEveryRank("finding the checkpoint") {
      guard session.isCoordinator else { return }
      checkpoint = try choice.checkpoint(
        in: RunDirectory(directory, for: .read).checkpoints, by: M.mainMetric)
    }
    try session.onEveryRank("loading the checkpoint") { try trainer.resume(from: checkpoint) }
    try trainer.evaluateAll()
    var assessed: [String: Double] = [:]
    if M.self is any AssessedModel.Type || classifier != nil { assessed = try assess(trainer, builder) }
    if let request {
      assessed.merge(try LikelihoodAssessment(trainer, builder).figures(request)) { $1 }
    }
    guard session.isCoordinator else { return ExitStatus.done }
    var figures = trainer.figures.merging(assessed) { $1 }
    figures["step"] = Double(trainer.progress.step)
    print(String(decoding: try JSON.encode(figures), as: UTF8.self))
    return ExitStatus.done
  }

  private func checkLikelihood(_ request: LikelihoodRequest?, _ model: some Model) throws {
    guard let request else { return }
    try request.validate()
    guard let model = model as? any LikelihoodModel else {
      throw UsageError(
        "--likelihood: the architecture «\(type(of: model).name)» has no likelihood that could be computed; "
          + RunCommand.architectures { $0 is any LikelihoodModel.Type })
    }
    _ = try model.likelihoodWork(request)
  }

  /// What a classifier says of as many samples as there are test examples.
  private func judge(_ model: some Model, by judge: SampleJudge, _ test: Dataset) throws -> [String: Double] {
    guard let model = model as? any SamplingModel else {
      throw UsageError(
        "--classifier judges samples, and the architecture «\(type(of: model).name)» has none; "
          + RunCommand.architectures { $0 is any SamplingModel.Type })
    }
    for artifact in try model.samples(SampleRequest(count: test.count, seed: 1)) {
      if case .images(_, let pixels) = artifact.content {
        return try judge.figures(of: pixels, real: test)
      }
    }
    throw UsageError("--classifier judges images, and the samples of this run are none")
  }

  /// The figures that need all examples at once, computed by the coordinator while the others wait. Collective.
  private func assess<M: Model>(_ trainer: Trainer<M>, _ builder: RunBuilder<M>) throws -> [String: Double] {
    // It may take long, and nobody moves meanwhile.
    builder.session.watch?.stop()
    for group in trainer.groups { try group.enterMean() }
    var figures: [String: Double] = [:]
    try builder.session.onEveryRank("the assessment") {
      guard builder.session.isCoordinator, let splits = builder.splits else { return }
      if let classifier {
        figures = try judge(trainer.model, by: SampleJudge(directory: classifier), splits.test)
      }
      guard let model = trainer.model as? any AssessedModel else { return }
      let block = builder.configuration.evaluation.block
      let own = try model.assess(
        training: PreparedExamples(splits.training, preparation: builder.preparation, block: block),
        validation: splits.validation.map {
          try PreparedExamples($0, preparation: builder.preparation, block: block)
        },
        test: PreparedExamples(splits.test, preparation: builder.preparation, block: block),
        seed: builder.configuration.seed)
      figures.merge(own) { $1 }
    }
    for group in trainer.groups { try group.leaveMean() }
    return figures
  }
}
