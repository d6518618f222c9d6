import ArgumentParser
import Checkpoints
import Foundation
import Networks
import Training

/// `tenfold train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains what a config describes.",
    discussion:
      "Alone, or under mpirun or srun. A run directory receives the config, metrics, checkpoints and summary."
  )

  @Argument(help: "The config file. May be left out with --resume: the run's own config is taken.")
  var config: String?

  @Option(help: "A value in place of the config's: key.path=value. May be repeated.")
  var set: [String] = []

  @Option(help: "End after this many optimizer steps in all.")
  var steps: Int?

  @Option(name: .customLong("run"), help: "The run directory. Default: runs/NAME-TIME.")
  var runDirectory: String?

  @Flag(help: "Go on from the newest valid checkpoint of the run directory.")
  var resume = false

  @Flag(help: "Resume although keys have changed that change the result.")
  var force = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard config != nil || resume else {
      throw ValidationError("name a config file, for example Configs/cnn.yaml")
    }
    guard !resume || runDirectory != nil else {
      throw ValidationError("--resume needs --run DIRECTORY: the run to go on with")
    }
    if let steps, steps < 1 { throw ValidationError("--steps \(steps): at least 1 is needed") }
  }

  func run() throws {
    let signals = SignalInbox()
    RankSession.run(stallSeconds: options.stallSeconds) { session in
      let yaml = String(
        decoding: try session.fromCoordinator("reading the config") { Array(try resolvedConfig().utf8) },
        as: UTF8.self)
      let source = try RunSource(yaml: yaml, source: "the resolved config")
      return try train(source.architecture, yaml, session, signals)
    }
  }

  /// The config as it is to be run: the file's, or the run's own, with overrides.
  private func resolvedConfig() throws -> String {
    let path = config ?? "\(runDirectory!)/config.yaml"
    return try RunSource(path: path, overrides: set).resolvedYAML()
  }

  private func train<M: Model>(
    _ type: M.Type, _ yaml: String, _ session: RankSession, _ signals: SignalInbox
  ) throws -> Int32 {
    let started = ContinuousClock.now
    var directory: RunDirectory?
    try session.onEveryRank("the run directory") {
      if session.isCoordinator { directory = try openDirectory(yaml) }
    }
    let builder = try RunBuilder<M>(
      yaml: yaml, session: session, threads: options.threads,
      dedicatedCoordinator: options.dedicatedCoordinator,
      stepLimit: steps)
    var checkpoint: Checkpoint?
    try session.onEveryRank("finding the checkpoint") {
      if session.isCoordinator, resume {
        checkpoint = try newestCheckpoint(directory!, fingerprint: builder.fingerprint)
      }
    }
    var printer: ProgressPrinter?
    try session.onEveryRank("the metrics log") {
      guard session.isCoordinator, let directory else { return }
      try directory.writeConfig(yaml)
      let step = resume ? try checkpoint?.manifest().step ?? 0 : nil
      printer = ProgressPrinter(
        log: try directory.metricsLog(resumedAt: step), pictures: "\(directory.path)/pictures")
    }
    let trainer = try builder.trainer(runDirectory: directory, observer: printer) { progress in
      session.watch?.reached(step: progress.step)
      return signals.take()
    }
    if let start = builder.configuration.start {
      try session.onEveryRank("the first weights") {
        guard session.isCoordinator, checkpoint == nil else { return }
        try PretrainedStart.begin(trainer.model, with: start)
        printer?.say("begun with the weights of \(start)")
      }
      try trainer.shareParameters()
    }
    if resume {
      try session.onEveryRank("resuming") { try trainer.resume(from: checkpoint) }
      printer?.say("resumed after step \(trainer.progress.step)")
    }
    for note in builder.splits?.notes ?? [] { printer?.say("note: \(note)") }
    printer?.say(opening(builder, trainer))
    let end: RunEnd
    do {
      end = try trainer.run()
    } catch let error as TrainingError {
      if session.isCoordinator { RankSession.report(error.description) }
      throw AgreedFailure(exitCode: ExitStatus.code(for: error))
    }
    if end == .stopped {
      try session.onEveryRank("the last checkpoint") { if let error = trainer.saveFailure { throw error } }
      printer?.say(
        "stopped after step \(trainer.progress.step); go on with: tenfold train --resume --run \(directory!.path)"
      )
      return ExitStatus.resumable
    }
    try session.onEveryRank("the summary") {
      guard session.isCoordinator, let directory else { return }
      try summarize(trainer, builder, in: directory, since: started, printer)
      // The run is done and its figures are written, but without its weights it is not a success.
      if let error = trainer.saveFailure { throw error }
    }
    return ExitStatus.done
  }

  private func summarize<M: Model>(
    _ trainer: Trainer<M>, _ builder: RunBuilder<M>, in directory: RunDirectory,
    since started: ContinuousClock.Instant, _ printer: ProgressPrinter?
  ) throws {
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    var figures = trainer.figures
    figures["training_examples"] = Double(trainer.examplesSeen)
    if trainer.configuration.stop != nil { figures["goal_reached"] = trainer.reachedGoal ? 1 : 0 }
    let summary = RunSummary(
      architecture: M.name, ranks: builder.session.replicas.count, threads: options.threads,
      lanes: builder.configuration.lanes,
      steps: trainer.progress.step,
      epochs: Double(trainer.progress.step) / Double(trainer.progress.stepsPerEpoch),
      parameters: trainer.model.parameters.reduce(0) { $0 + $1.parameterCount },
      figures: figures, weightsSHA256: weightsSHA256(of: trainer.model.parameters),
      examplesPerSecond: trainer.examplesPerSecond, wallSeconds: seconds, version: Tenfold.version)
    try directory.writeSummary(summary)
    printer?.say("weights_sha256 \(summary.weightsSHA256)")
    printer?.say("summary \(directory.path)/summary.json")
  }

  private func openDirectory(_ yaml: String) throws -> RunDirectory {
    let path = runDirectory ?? TrainCommand.defaultDirectory(for: config!)
    guard resume else { return try RunDirectory(path, for: .create) }
    let directory = try RunDirectory(path, for: .resume)
    // The run of an older program lacks keys that came since: it did what their defaults say.
    let written = try RunSource(yaml: try directory.config(), source: "\(path)/config.yaml")
    let before = try RunSource(yaml: try written.resolvedYAML(), source: "\(path)/config.yaml")
    let now = try RunSource(yaml: yaml, source: "the config")
    let difference = ConfigurationDiff(from: before.tree, to: now.tree, harmless: before.harmlessKeys)
    if !difference.isEmpty { print("The config has changed since the run began:\n\(difference)") }
    guard difference.isHarmless || force else {
      throw UsageError(
        "these keys change the result of the run: \(difference.harmful.map(\.path.description).joined(separator: ", ")). "
          + "Leave them as they were, begin a new run, or say --force")
    }
    return directory
  }

  private func newestCheckpoint(_ directory: RunDirectory, fingerprint: String) throws -> Checkpoint? {
    let search = try directory.checkpoints.newestValid()
    for damaged in search.damaged { RankSession.report("warning: \(damaged)") }
    guard let checkpoint = search.checkpoint else {
      RankSession.report("warning: no valid checkpoint in \(directory.path); beginning at step 0")
      return nil
    }
    let manifest = try checkpoint.manifest()
    guard manifest.datasetFingerprint == fingerprint || force else {
      throw UsageError(
        "the training data are not those that the run began with (fingerprint \(manifest.datasetFingerprint), "
          + "now \(fingerprint)). Give back the old data, begin a new run, or say --force")
    }
    return checkpoint
  }

  private func opening<M: Model>(_ builder: RunBuilder<M>, _ trainer: Trainer<M>) -> String {
    let parameters = trainer.model.parameters.reduce(0) { $0 + $1.parameterCount }
    let ranks = builder.session.replicas.count
    return "\(M.name): \(parameters) parameters, \(builder.feed.trainingCount) examples, batch "
      + "\(builder.configuration.batch) in \(builder.configuration.lanes) lanes on \(ranks) "
      + "rank\(ranks == 1 ? "" : "s") x \(options.threads) thread\(options.threads == 1 ? "" : "s"), "
      + "\(builder.training.lastStep) steps"
  }

  /// `runs/cnn-20260131-120000`.
  private static func defaultDirectory(for config: String) -> String {
    let name = URL(fileURLWithPath: config).deletingPathExtension().lastPathComponent
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    return "runs/\(name)-\(format.string(from: Date()))"
  }
}
