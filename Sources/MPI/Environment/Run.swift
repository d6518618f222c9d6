import CMPI

/// Starts MPI, calls `body` with the world, ends MPI and returns what `body` returned.
///
/// Every process of the job calls it once, around everything that uses MPI:
///
///     try MPI.run { world in
///       let total = try world.allReduced(world.rank, .sum)
///       print("rank \(world.rank) of \(world.size): \(total)")
///     }
///
/// If `body` throws, this process prints its rank and the cause to the standard error stream and aborts the
/// whole job, with the exit code that the error chooses (`ErrorWithExitCode`), otherwise with 1. No rank
/// can thus wait forever for one that has failed.
///
/// - Parameters:
///   - level: The thread level that the program needs. Default: only the calling thread calls MPI.
///   - launcher: What started the process. Default: what the environment tells.
///   - body: The program. It gets `MPI_COMM_WORLD`.
/// - Throws: `LaunchError` if the launcher's size is not the world's (processes would silently run alone),
///   if the library does not grant `level`, or if MPI was started before.
public func run<Result>(
  threads level: ThreadLevel = .funneled, launcher: Launcher? = .detect(),
  _ body: (Communicator) throws -> Result
) throws(LaunchError) -> Result {
  let world = try start(threads: level, launcher: launcher)
  let result: Result
  do {
    result = try body(world)
  } catch {
    abort(world, because: error)
  }
  try finish()
  return result
}

/// Starts the library and checks that it is what the launcher and the program expect.
private func start(threads level: ThreadLevel, launcher: Launcher?) throws(LaunchError) -> Communicator {
  guard cmpi_initialized() == 0 else { throw .alreadyStarted }
  var provided: Int32 = 0
  let world: Communicator
  do throws(MPIError) {
    try check(cmpi_init_thread(level.code, &provided), "MPI_Init_thread")
    try check(cmpi_comm_return_errors(cmpi_comm_self()), "MPI_Comm_set_errhandler")
    world = try Communicator(handle: cmpi_comm_world())
  } catch {
    throw .failed(error)
  }
  if let size = launcher?.size, size != world.size {
    _ = cmpi_finalize()
    throw .sizeMismatch(launcher: launcher!, worldSize: world.size, library: Environment.libraryVersion)
  }
  let granted = ThreadLevel(code: provided)
  if granted < level {
    _ = cmpi_finalize()
    throw .threadLevel(requested: level, granted: granted, library: Environment.libraryVersion)
  }
  return world
}

/// Gives abandoned requests their last chance and ends the library.
private func finish() throws(LaunchError) {
  AbandonedRequests.settle()
  do throws(MPIError) {
    try check(cmpi_finalize(), "MPI_Finalize")
  } catch {
    throw .failed(error)
  }
}

/// Prints which rank failed and why, and ends the job.
private func abort(_ world: Communicator, because error: any Error) -> Never {
  cmpi_print_error("rank \(world.rank) of \(world.size) on \(Environment.processorName): \(error)\n")
  // A launcher that is told of the abort may stop forwarding output; let the line through first.
  pauseProcess(milliseconds: 200)
  let code = (error as? any ErrorWithExitCode)?.exitCode ?? 1
  world.abort(exitCode: (1...255).contains(code) ? code : 1)
}
