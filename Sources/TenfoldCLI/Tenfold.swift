import ArgumentParser
import Foundation
import MPI

/// The command line: the only place where architectures, data, ranks and people meet.
@main
struct Tenfold: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenfold",
    abstract:
      "Trains the ten classic neural networks, alone or on many ranks, with the same bits on any number.",
    discussion: """
      The same words work alone and under a launcher:

        tenfold train Configs/cnn.yaml
        mpirun -np 4 tenfold train Configs/cnn.yaml

      Exit codes: 0 done, 64 bad usage or config, 65 bad data, 70 a fault of ours, 74 cannot write,
      75 stopped early with a checkpoint (go on with --resume).
      """,
    version: Tenfold.version,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, SampleCommand.self, EncodeCommand.self, DescribeCommand.self,
      ArchitecturesCommand.self,
      CheckpointCommand.self, DataCommand.self, BenchCommand.self, ExportCommand.self,
    ])

  /// The version of the library that checkpoints name.
  static let version = "0.1.0"

  /// Runs the command that the arguments name. What people are told is told once, not by each rank.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      guard Launcher.detect() != nil, !(error is ExitCode) else { exit(withError: error) }
      RankSession.run { session in
        if session.isCoordinator {
          let text = fullMessage(for: error)
          if code.isSuccess { print(text) } else { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
        }
        return code.rawValue
      }
    }
  }
}
