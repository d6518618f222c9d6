import ArgumentParser

/// How a command uses processes and threads.
struct RunOptions: ParsableArguments {
  @Option(help: "Threads of each process that work on its lanes. The result does not depend on it.")
  var threads = 1

  @Flag(help: "Rank 0 executes no lane: it only reads data, reports and writes.")
  var dedicatedCoordinator = false

  @Option(
    help: "Seconds after which a rank that does not move is named and the run ended with code 75; 0: never.")
  var stallSeconds = 300.0

  func validate() throws {
    guard threads >= 1, threads <= 1024 else {
      throw ValidationError("--threads \(threads): 1 to 1024 are possible")
    }
    guard stallSeconds >= 0 else {
      throw ValidationError("--stall-seconds \(stallSeconds): 0 or more is needed")
    }
  }
}
