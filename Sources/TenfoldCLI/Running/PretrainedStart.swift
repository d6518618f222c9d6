import Checkpoints
import Networks

/// The layers of a trained run that another network begins with: the config's key `start`.
enum PretrainedStart {
  /// The layers of the newest checkpoint of the run in `directory`.
  ///
  /// - Throws: `UsageError` where either architecture is not made for it, and what is wrong with the run.
  static func layers<M: Model>(of directory: String, for type: M.Type) throws -> [PretrainedLayer] {
    guard M.self is any PretrainedModel.Type else {
      throw UsageError(
        "start: the architecture «\(M.name)» cannot begin with layers of another; "
          + RunCommand.architectures { $0 is any PretrainedModel.Type })
    }
    let source = try RunSource(
      yaml: try RunDirectory(directory, for: .read).config(), source: "\(directory)/config.yaml")
    return try open(source.architecture, source, directory)
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
