import ArgumentParser
import Checkpoints
import Networks
import Training

/// `tenfold evaluate`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Computes a run's figures anew from a checkpoint.",
    discussion: "Prints one JSON object. The figures are exact on any number of ranks.")

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "The step of the checkpoint. Default: the newest valid one.")
  var step: Int?

  @Flag(help: "Take the best checkpoint by the run's main metric instead of the newest.")
  var best = false

  @Option(help: "A value in place of the config's, for example data.directory=PATH.")
  var set: [String] = []

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
      stepLimit: nil)
    let trainer = try builder.trainer(runDirectory: nil, observer: nil)
    var checkpoint: Checkpoint?
    try session.onEveryRank("finding the checkpoint") {
      if session.isCoordinator { checkpoint = try chosen(RunDirectory(directory, for: .read).checkpoints, by: M.mainMetric) }
    }
    try session.onEveryRank("loading the checkpoint") { try trainer.resume(from: checkpoint) }
    try trainer.evaluateAll()
    guard session.isCoordinator else { return ExitStatus.done }
    var figures = trainer.figures
    figures["step"] = Double(trainer.progress.step)
    print(String(decoding: try JSON.encode(figures), as: UTF8.self))
    return ExitStatus.done
  }

  private func chosen(_ directory: CheckpointDirectory, by metric: String) throws -> Checkpoint {
    if let step { return directory.checkpoint(atStep: step) }
    if best,
      let checkpoint = try directory.best(by: "validation_\(metric)") ?? directory.best(by: "test_\(metric)")
    {
      return checkpoint
    }
    let search = try directory.newestValid()
    for damaged in search.damaged { RankSession.report("warning: \(damaged)") }
    guard let checkpoint = search.checkpoint else {
      throw UsageError("there is no valid checkpoint in \(directory.path): train the run first")
    }
    return checkpoint
  }
}
