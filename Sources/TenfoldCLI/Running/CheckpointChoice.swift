import ArgumentParser
import Checkpoints

/// Which checkpoint of a run a command works on.
struct CheckpointChoice: ParsableArguments {
  @Option(help: "The step of the checkpoint. Default: the newest valid one.")
  var step: Int?

  @Flag(help: "Take the best checkpoint by the run's main metric instead of the newest.")
  var best = false

  func validate() throws {
    if let step, step < 0 { throw ValidationError("--step \(step): 0 or more is needed") }
    guard step == nil || !best else { throw ValidationError("--step and --best exclude each other") }
  }

  /// The checkpoint in `directory`.
  ///
  /// - Parameter metric: the run's main metric, lower is better.
  /// - Throws: `UsageError` or `CheckpointError` where there is none.
  func checkpoint(in directory: CheckpointDirectory, by metric: String) throws -> Checkpoint {
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
