/// Why `run` did not start its body.
public enum LaunchError: Error, Sendable, CustomStringConvertible {
  /// `run` was called while MPI was running, or after it had ended; MPI starts once in a process.
  case alreadyStarted
  /// The library did not start, or did not end.
  case failed(MPIError)
  /// The launcher and the library disagree about the number of processes.
  case sizeMismatch(launcher: Launcher, worldSize: Int, library: String)
  /// The library grants less than the thread level that was asked for.
  case threadLevel(requested: ThreadLevel, granted: ThreadLevel, library: String)

  /// What went wrong, and the remedy.
  public var description: String {
    switch self {
    case .alreadyStarted:
      return "MPI was already started in this process; it starts once. Call MPI.run once, around everything."
    case .failed(let error):
      return "MPI could not be started or ended. \(error)"
    case .sizeMismatch(let launcher, let worldSize, let library):
      return """
        The launcher is \(launcher), but the MPI library of this program (\(library)) sees a world of \
        \(worldSize). Each process would silently run alone. Start the program with the mpiexec of the \
        library that it was built with.
        """
    case .threadLevel(let requested, let granted, let library):
      return """
        The program needs MPI's thread level "\(requested)", but the library (\(library)) grants only \
        "\(granted)". Ask MPI.run for a lower level, or use a library that was built with threads.
        """
    }
  }
}

/// An error that chooses the exit code of the job that it ends.
///
/// When the body of `run` throws such an error, the job is aborted with `exitCode`; with any other error it
/// is aborted with 1. The code must lie in 1…255.
public protocol ErrorWithExitCode: Error {
  /// The exit code of the job, 1…255.
  var exitCode: Int32 { get }
}
