import ArgumentParser
import Checkpoints

/// `tenfold checkpoint`.
struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Looks at checkpoints.",
    subcommands: [List.self, Show.self, Verify.self, Diff.self])

  /// Runs `body` and exits with its code, with the error's text and code where it throws.
  static func run(_ body: () throws -> Int32) -> Never {
    RankSession.run { session in
      session.isCoordinator ? try body() : ExitStatus.done
    }
  }

  /// The checkpoint at `path`: one itself, or the newest valid one of a run.
  static func checkpoint(at path: String) throws -> Checkpoint {
    guard RunDirectory.holdsRun(path) else { return Checkpoint(path: path) }
    let search = try RunDirectory(path, for: .read).checkpoints.newestValid()
    for damaged in search.damaged { RankSession.report("warning: \(damaged)") }
    guard let checkpoint = search.checkpoint else {
      throw UsageError("there is no valid checkpoint in \(path)")
    }
    return checkpoint
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the checkpoints of a run.")

    @Argument(help: "The run directory.")
    var directory: String

    func run() throws {
      CheckpointCommand.run {
        for checkpoint in try RunDirectory(directory, for: .read).checkpoints.list() {
          let state = checkpoint.damage().map { "DAMAGED: \($0)" } ?? "ok"
          let figures = (try? checkpoint.manifest().metrics) ?? [:]
          let text = figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
            separator: "  ")
          print("\(checkpoint.path)  \(state)  \(text)")
        }
        return ExitStatus.done
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the manifest and the tensors of a checkpoint.")

    @Argument(help: "A checkpoint, or a run directory for its newest valid one.")
    var path: String

    func run() throws {
      CheckpointCommand.run {
        print(try CheckpointCommand.checkpoint(at: path).report())
        return ExitStatus.done
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads every file and compares it with its hash; exit code 65 where something is wrong.")

    @Argument(help: "A checkpoint, or a run directory for all of its checkpoints.")
    var path: String

    func run() throws {
      CheckpointCommand.run {
        let isRun = RunDirectory.holdsRun(path)
        let all = isRun ? try RunDirectory(path, for: .read).checkpoints.list() : [Checkpoint(path: path)]
        var isSound = true
        for checkpoint in all {
          print(checkpoint.path)
          for check in checkpoint.verify() {
            print("  \(check)")
            isSound = isSound && check.isSound
          }
        }
        return isSound ? ExitStatus.done : ExitStatus.data
      }
    }
  }

  struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compares two checkpoints: config, manifest, tensors; exit code 1 where the tensors differ.")

    @Argument(help: "A checkpoint, or a run directory for its newest valid one.")
    var first: String

    @Argument(help: "Another one.")
    var second: String

    func run() throws {
      CheckpointCommand.run {
        let comparison = try CheckpointCommand.checkpoint(at: first).compare(
          with: CheckpointCommand.checkpoint(at: second))
        print(comparison)
        return comparison.tensorsAreEqual ? ExitStatus.done : 1
      }
    }
  }
}
