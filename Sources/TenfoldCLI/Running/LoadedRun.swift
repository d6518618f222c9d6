import Architectures
import Checkpoints
import Datasets
import Networks
import Training

/// A trained model with its data, read by one process: what sampling and encoding work on.
struct LoadedRun<M: Model> {
  let configuration: RunConfiguration<M.Configuration>
  let opened: OpenedData
  let checkpoint: Checkpoint
  let manifest: CheckpointManifest
  let model: M

  /// Reads the run in `directory`.
  ///
  /// - Throws: what is wrong with the config, the data or the checkpoint.
  init(_ source: RunSource, directory: String, choice: CheckpointChoice) throws {
    configuration = try source.configuration(for: M.self)
    opened = try OpenedData(
      configuration.data, batch: configuration.batch, session: RankSession(replicas: SoloGroup(), watch: nil))
    checkpoint = try choice.checkpoint(
      in: RunDirectory(directory, for: .read).checkpoints, by: M.mainMetric)
    manifest = try checkpoint.manifest()
    model = try M(
      configuration.model, data: opened.description, maximumBatch: configuration.evaluation.block)
    let configuration = configuration
    try TrainedWeights(checkpoint) { configuration.optimizers[$0] ?? configuration.optimizer }
      .fill(model.parameters)
  }
}

/// What commands that look at one run have in common.
enum RunCommand {
  /// Runs `body` at the coordinator, for the run in `directory`; other ranks wait for its end.
  static func run(
    _ what: String, _ directory: String, overrides: [String],
    _ body: (RunSource) throws -> Void
  ) -> Never {
    RankSession.run { session in
      try session.onEveryRank(what) {
        guard session.isCoordinator else { return }
        let run = try RunDirectory(directory, for: .read)
        try body(
          RunSource(yaml: try run.config(), source: "\(directory)/config.yaml", overrides: overrides))
      }
      return ExitStatus.done
    }
  }

  /// The names of the architectures that `isCapable` holds for, for errors.
  static func architectures(_ isCapable: (any Model.Type) -> Bool) -> String {
    let names = Catalogue.all.filter(isCapable).map { $0.name }
    return names.isEmpty ? "none of this version can" : "those that can: \(names.joined(separator: ", "))"
  }
}
