import MPI

let environmentChecks = [
  Check("the environment knows the library") { _ in
    try expect(Environment.isRunning, true)
    try expect(Environment.isMainThread, true)
    try expect(Environment.threadLevel! >= .funneled, true)
    try expect(Environment.standardVersion.major >= 3, true)
    try expect(Environment.libraryVersion.isEmpty, false)
    try expect(Environment.processorName.isEmpty, false)
    let before = Environment.wallTime
    try expect(Environment.wallTime >= before, true)
    try expect(Environment.wallTick > 0, true)
  },
  Check("the launcher agrees with the world") { _ in
    let world = try Communicator.world
    guard let launcher = Launcher.detect() else {
      return try expect(world.size, 1, "the size of a world without launcher")
    }
    try expect(launcher.size, world.size)
    try expect(launcher.rank, world.rank)
  },
  Check("MPI cannot be started twice") { _ in
    do {
      try MPI.run { _ in }
    } catch LaunchError.alreadyStarted {
      return
    }
    throw CheckFailure("a second start was accepted")
  },
  Check("an error names its class, call and rank, and says why") { communicator in
    let world = try Communicator.world
    do {
      try communicator.send([1], to: communicator.size)
      throw CheckFailure("a rank outside was accepted")
    } catch let error as MPIError {
      try expect(error.errorClass, .rank)
      try expect(error.call, "MPI_Send")
      try expect(error.rank, world.rank)
      try expect(error.text.isEmpty, false)
      try expect(error.code != 0, true)
      try expect(error.description.contains("MPI_Send on rank \(world.rank)"), true)
    }
  },
  Check("a rank or root or tag beyond an int is refused, not cut off") { communicator in
    try expect(.rank) { try communicator.send([1], to: 1 << 32) }
    try expect(.tag) { try communicator.send([1], to: communicator.rank, tag: -1 << 40) }
    try expect(.tag) { try communicator.send([1], to: communicator.rank, tag: -5) }
    try expect(.root) {
      var values = [1]
      try communicator.broadcast(&values, root: 1 << 32)
    }
  },
]

/// An error that chooses its exit code.
struct ChosenExit: ErrorWithExitCode, CustomStringConvertible {
  let exitCode: Int32 = 42
  let description = "failed on purpose"
}

/// The last rank throws while the others wait for it.
func failOnLastRank(_ world: Communicator, with error: any Error) throws {
  if world.rank == world.size - 1 { throw error }
  try world.barrier()
  print("the barrier was passed although a rank had failed")
}

/// Leaves requests of every kind unfinished and ends.
func endWithOpenRequests(_ world: Communicator) throws {
  let next = (world.rank + 1) % world.size
  for tag in 0..<20 {
    _ = try world.ireceive(into: Buffer(repeating: 0, count: 1000), from: next, tag: tag)
  }
  _ = try world.isend(Buffer(repeating: world.rank, count: 10), to: next, tag: 100)
  _ = try world.ibroadcast(Buffer(repeating: 1.0, count: 100_000))
  try world.barrier()
  if world.rank == 0 { print("ended with open requests") }
}

/// Says whether a launcher is seen, without touching MPI unless there is one.
func reportLauncher() {
  if let launcher = Launcher.detect() {
    print("launcher: \(launcher)")
  } else {
    print("alone; MPI \(Environment.isInitialized ? "was" : "was not") touched")
  }
}
