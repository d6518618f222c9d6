import Foundation
import MPI

/// A job of MPIChecks under mpiexec, or one process of it alone.
struct Job {
  /// What a finished job leaves.
  struct Outcome {
    let exitCode: Int32
    let output: String
    let isTimedOut: Bool
  }

  /// How many processes; nil starts the program alone.
  let processes: Int?
  let arguments: [String]
  var environment: [String: String] = [:]
  /// A job that lasts longer has hung.
  var seconds = 300.0

  /// Starts the job and waits for it, but not for ever.
  func run() throws -> Outcome {
    let all = Job.environment(adding: environment, timeout: seconds)
    let program = try Job.program()
    guard let processes else {
      return try Job.execute(program, arguments, environment: all, seconds: seconds)
    }
    let command = Job.options + ["-n", "\(processes)", program.path] + arguments
    return try Job.execute(try Job.launcher(), command, environment: all, seconds: seconds + 10)
  }

  /// Runs a program and ends it when its time is over.
  static func execute(
    _ program: URL, _ arguments: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment, seconds: Double
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("mpi-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: file) }
    let handle = try FileHandle(forWritingTo: file)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let isTimedOut = !wait(for: process, seconds: seconds)
    try handle.close()
    let output = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return Outcome(exitCode: process.terminationStatus, output: output, isTimedOut: isTimedOut)
  }

  /// Waits for the end of a process, and ends it when its time is over.
  private static func wait(for process: Process, seconds: Double) -> Bool {
    func ends(within seconds: Double) -> Bool {
      let deadline = Date(timeIntervalSinceNow: seconds)
      while process.isRunning && Date() < deadline { Thread.sleep(forTimeInterval: 0.02) }
      return !process.isRunning
    }
    if ends(within: seconds) { return true }
    process.terminate()
    if !ends(within: 5) {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    return false
  }

  /// The mpiexec of the library that the tests were built with.
  private static func launcher() throws -> URL {
    let names =
      MPI.Environment.implementation == .openMPI
      ? ["mpiexec.openmpi", "mpirun.openmpi", "mpiexec", "mpirun"]
      : ["mpiexec.mpich", "mpiexec.hydra", "mpiexec", "mpirun"]
    return try find(names)
  }

  /// The first of some programs that is on the PATH.
  static func find(_ names: [String]) throws -> URL {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    for name in names {
      for folder in path.split(separator: ":") {
        let candidate = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: candidate) { return URL(fileURLWithPath: candidate) }
      }
    }
    throw JobError(description: "None of \(names) is on the PATH. Install one, then test again.")
  }

  private static var options: [String] {
    MPI.Environment.implementation == .openMPI ? ["--oversubscribe"] : []
  }

  /// The environment of a job: nothing of a launcher that may have started the tests.
  private static func environment(adding more: [String: String], timeout: Double) -> [String: String] {
    var all = ProcessInfo.processInfo.environment.filter { name, _ in
      !["OMPI_COMM_", "PMI_", "PMIX_", "SLURM_"].contains { name.hasPrefix($0) }
    }
    all["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    all["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    all["MPIEXEC_TIMEOUT"] = "\(Int(timeout))"
    return all.merging(more) { $1 }
  }

  /// The executable of checks, which the build puts beside the tests.
  static func program() throws -> URL {
    var places = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])]
    places += CommandLine.arguments.filter { $0.contains(".xctest") }.map { URL(fileURLWithPath: $0) }
    if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      places.append(URL(fileURLWithPath: link))
    }
    for place in places {
      var folder = place
      for _ in 0..<5 {
        let candidate = folder.appendingPathComponent("MPIChecks")
        if FileManager.default.isExecutableFile(atPath: candidate.path) && !candidate.hasDirectoryPath {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw JobError(description: "MPIChecks is not beside the tests: \(places.map(\.path))")
  }
}

/// Why a job could not be started.
struct JobError: Error, CustomStringConvertible {
  let description: String
}
