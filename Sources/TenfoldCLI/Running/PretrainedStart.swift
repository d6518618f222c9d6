import Checkpoints
import Networks

/// The layers of a trained run that another network begins with: the config's key `start`.
enum PretrainedStart {
  /// Gives `model` the weights of the newest checkpoint of the run in `directory`.
  ///
  /// - Throws: `UsageError` where either architecture is not made for it, and what is wrong with the run.
  static func begin(_ model: some Model, with directory: String) throws {
    if let model = model as? any RestartedModel { return try restart(model, with: directory) }
    guard let model = model as? any PretrainedModel else {
      throw UsageError(
        "start: the architecture «\(type(of: model).name)» cannot begin with another run; "
          + RunCommand.architectures { $0 is any PretrainedModel.Type || $0 is any RestartedModel.Type })
    }
    let source = try self.source(directory)
    try model.start(with: open(source.architecture, source, directory))
  }

  private static func source(_ directory: String) throws -> RunSource {
    try RunSource(
      yaml: try RunDirectory(directory, for: .read).config(), source: "\(directory)/config.yaml")
  }

  /// The run is one of the same architecture.
  private static func restart<M: RestartedModel>(_ model: M, with directory: String) throws {
    let source = try self.source(directory)
    guard source.architecture.name == M.name else {
      throw UsageError(
        "start: \(directory) is a run of «\(source.architecture.name)»; «\(M.name)» begins with runs of its own architecture"
      )
    }
    let run = try LoadedRun<M>(source, directory: directory, choice: try CheckpointChoice.parse([]))
    try model.start(with: run.model)
  }

  private static func open<M: Model>(
    _ type: M.Type, _ source: RunSource, _ directory: String
  ) throws -> [PretrainedLayer] {
    guard M.self is any PretrainingModel.Type else {
      throw UsageError(
        "start: \(directory) is a run of «\(M.name)», which has no layers to begin with; "
          + RunCommand.architectures { $0 is any PretrainingModel.Type })
    }
    let run = try LoadedRun<M>(source, directory: directory, choice: try CheckpointChoice.parse([]))
    return (run.model as? any PretrainingModel)?.pretrainedLayers ?? []
  }
}
