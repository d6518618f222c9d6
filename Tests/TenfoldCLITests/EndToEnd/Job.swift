import Foundation
import Testing

/// A run of the built `tenfold`, alone or under mpiexec, with everything that it printed in files.
///
/// A job that hangs is killed with all its ranks and is a failure.
final class Job {
  /// How a job ended and what it said.
  struct Outcome: CustomStringConvertible {
    let code: Int32
    let output: String
    let errors: String

    /// The line behind `name` and a blank, of the last line that begins so: `weights_sha256`.
    func value(_ name: String) -> String? {
      output.split(separator: "\n").last { $0.hasPrefix("\(name) ") }.map {
        String($0.dropFirst(name.count + 1))
      }
    }

    var description: String { "exit code \(code)\n\(output)\n\(errors)" }
  }

  private let process = Process()
  private let outputPath: String
  private let errorPath: String
  private let ranks: Int

  /// Starts `tenfold` with `arguments`: alone where `ranks` is 1, otherwise under mpiexec.
  init(_ arguments: [String], ranks: Int = 1, in folder: Folder) throws {
    self.ranks = ranks
    let name = UUID().uuidString
    outputPath = "\(folder.path)/.\(name).out"
    errorPath = "\(folder.path)/.\(name).err"
    for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let tenfold = try Self.program()
    if ranks == 1 {
      process.executableURL = URL(fileURLWithPath: tenfold)
      process.arguments = arguments
    } else {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments =
        ["mpiexec", "--oversubscribe", "--bind-to", "none", "-n", "\(ranks)", tenfold] + arguments
    }
    process.environment = Self.environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    try Self.withAllSignals { try process.run() }
  }

  /// Runs `body` with no signal blocked: a child inherits the mask of the thread that starts it, and those of a pool
  /// block most, so that mpiexec would never see the signals that it is to pass on.
  private static func withAllSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }

  deinit {
    kill()
  }

  /// The end of the job; a job that takes longer than `seconds` is killed, and the test fails.
  func outcome(within seconds: Double = 60) throws -> Outcome {
    let hasEnded = wait(seconds) { !self.process.isRunning }
    if !hasEnded { kill() }
    let outcome = Outcome(
      code: hasEnded ? process.terminationStatus : -1, output: text(outputPath), errors: text(errorPath))
    try #require(hasEnded, "the job hangs: still running after \(seconds) s\n\(outcome)")
    return outcome
  }

  /// Whether the job still runs.
  var isRunning: Bool { process.isRunning }

  /// What it has printed so far.
  var output: String { text(outputPath) }

  /// Waits until `condition` holds, at most `seconds` or until the job ends; returns whether it held.
  @discardableResult
  func wait(_ seconds: Double = 60, until condition: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while !condition() {
      if ContinuousClock.now > end || !process.isRunning { return condition() }
      usleep(2_000)
    }
    return true
  }

  /// Sends a signal to the process that was started: `tenfold` or mpiexec.
  func send(_ signal: Int32) {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, signal) }
  }

  /// Sends a signal to one rank.
  func send(_ signal: Int32, toRank rank: Int) throws {
    guard ranks > 1 else { return send(signal) }
    let found = LinuxProcesses.children(of: process.processIdentifier).first {
      LinuxProcesses.rank(of: $0) == rank
    }
    _ = Foundation.kill(try #require(found, "rank \(rank) is not running"), signal)
  }

  /// Ends all that is left of the job.
  func kill() {
    guard process.isRunning else { return }
    for child in LinuxProcesses.children(of: process.processIdentifier) {
      _ = Foundation.kill(child, SIGKILL)
    }
    process.terminate()
    if !wait(5, until: { !self.process.isRunning }) { send(SIGKILL) }
  }

  private func text(_ path: String) -> String {
    String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data(), as: UTF8.self)
  }

  /// `tenfold`, built beside the test bundle.
  private static func program() throws -> String {
    let bundle = try #require(Bundle.main.executablePath)
    let path = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("tenfold").path
    try #require(FileManager.default.isExecutableFile(atPath: path), "\(path) is not built")
    return path
  }

  /// Many ranks share few cores: those that wait give way. Also root may start jobs, as in a container.
  private static var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter {
      !$0.key.hasPrefix("OMPI_COMM_") && !$0.key.hasPrefix("PMIX_")
    }
    .merging([
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    ]) { $1 }
  }
}

/// The processes of this machine, as Linux shows them under `/proc`.
enum LinuxProcesses {
  /// The processes that `parent` started.
  static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { child in
      guard let text = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return false }
      let fields = text[text.index(after: end)...].split(separator: " ")
      return fields.count > 1 && Int32(fields[1]) == parent
    }
  }

  /// The rank that a launcher gave the process.
  static func rank(of process: Int32) -> Int? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return nil }
    for entry in bytes.split(separator: 0) {
      let text = String(decoding: entry, as: UTF8.self)
      for name in ["OMPI_COMM_WORLD_RANK=", "PMI_RANK="] where text.hasPrefix(name) {
        return Int(text.dropFirst(name.count))
      }
    }
    return nil
  }
}
