import Checkpoints
import Datasets
import MPI
import Networks
import Training

/// The exit codes of `tenfold`, for scripts.
enum ExitStatus {
  static let done: Int32 = 0
  static let usage: Int32 = 64
  static let data: Int32 = 65
  static let fault: Int32 = 70
  static let cannotWrite: Int32 = 74
  static let resumable: Int32 = 75

  /// The code for an error.
  static func code(for error: any Error) -> Int32 {
    switch error {
    case is ConfigurationError, is ShapeError, is LanePlanError, is UsageError, is LaunchError: usage
    case let error as DataError: error.kind == .unwritable ? cannotWrite : error.exitCode
    case let error as CheckpointError:
      switch error.kind {
      case .notEmpty, .inUse, .notFound, .mismatch: usage
      case .noSpace, .notAccessible, .system: cannotWrite
      default: data
      }
    case is TrainingError: data
    case let error as Failure: error.exitCode
    default: fault
    }
  }
}

/// A request that cannot be carried out as it was made.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// The end of a command, with its exit code; on ranks other than the coordinator there is nothing left to say.
struct Failure: ErrorWithExitCode, CustomStringConvertible {
  let description: String
  let exitCode: Int32

  /// What `error` means for the process.
  init(_ error: any Error) {
    description = "\(error)"
    exitCode = ExitStatus.code(for: error)
  }

  init(_ description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }
}
