import Foundation
import Testing

/// All tests that run the program share two cores: one after the other.
@Suite("The program, end to end", .serialized)
enum EndToEnd {}

/// A directory of its own for a test, where jobs run; removed when the value goes.
final class Folder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/tenfold-tests-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a config and returns its name.
  func write(_ config: String, to name: String = "config.yaml") throws -> String {
    try Data(config.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return name
  }

  /// Runs `tenfold` to its end.
  func run(_ arguments: [String], ranks: Int = 1, within seconds: Double = 60) throws -> Job.Outcome {
    try Job(arguments, ranks: ranks, in: self).outcome(within: seconds)
  }

  /// Trains and demands that it succeeds.
  @discardableResult
  func train(
    _ config: String, run: String, ranks: Int = 1, _ options: [String] = [],
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Summary {
    let outcome = try self.run(["train", config, "--run", run] + options, ranks: ranks, within: 120)
    try #require(outcome.code == 0, "\(outcome)", sourceLocation: location)
    return try summary(of: run)
  }

  /// What `summary.json` of a run says.
  func summary(of run: String) throws -> Summary {
    try JSONDecoder().decode(
      Summary.self, from: Data(contentsOf: URL(fileURLWithPath: "\(path)/\(run)/summary.json")))
  }

  /// The part of a summary that does not depend on who computed it.
  struct Summary: Decodable, Hashable {
    let steps: Int
    let test_error: Double?
    let test_loss: Double?
    let weights_sha256: String
  }

  /// The names of a run's checkpoints, oldest first.
  func checkpoints(of run: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(run)/checkpoints")) ?? []
    return names.filter { $0.hasPrefix("step-") }.sorted()
  }

  /// The logged steps of `metrics.jsonl` with their losses; evaluations apart.
  func losses(of run: String) throws -> [(step: Int, loss: Double)] {
    struct Line: Decodable {
      let step: Int
      let loss: Double?
    }
    let text = try String(contentsOfFile: "\(path)/\(run)/metrics.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").compactMap { line in
      let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      return line.loss.map { (line.step, $0) }
    }
  }

  /// Copies a run.
  func copy(_ run: String, to other: String) throws {
    try FileManager.default.copyItem(atPath: "\(path)/\(run)", toPath: "\(path)/\(other)")
  }

  /// Changes the bytes of a file.
  func change(_ file: String, _ change: (inout Data) -> Void) throws {
    let url = URL(fileURLWithPath: "\(path)/\(file)")
    var data = try Data(contentsOf: url)
    change(&data)
    try data.write(to: url)
  }

  /// Runs another program; true where it succeeds.
  static func shell(_ command: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// Small configs on generated digits: 16 steps an epoch, the last one smaller than the others.
enum SmallConfig {
  static let data = "data: {source: digits, training_count: 1000, test_count: 300}"
  private static let head = "lanes: 8\nbatch: 64\nlog_every_steps: 5\n\(data)"

  /// A multilayer perceptron with dropout, so that random numbers are part of the result.
  static let mlp = """
    architecture: mlp
    \(head)
    steps: 40
    model: {layers: [{dense: 48}, relu, {dropout: 0.2}, {dense: 10}]}
    optimizer: {rule: adam, learning_rate: 0.002}
    checkpoints: {every_steps: 10, keep_last: 4}
    """

  /// LeNet-5 with a clipped gradient.
  static let lenet5 = """
    architecture: cnn
    \(head)
    steps: 40
    model: {preset: lenet5}
    optimizer: {rule: sgd, learning_rate: 0.05, momentum: 0.9, clip_norm: 1}
    checkpoints: {every_steps: 5, keep_last: 3}
    """

  /// The averaged perceptron over random features.
  static let perceptron = """
    architecture: perceptron
    \(head)
    steps: 40
    model: {features: {random: 200, connections: 20, threshold: 2}}
    optimizer: {rule: sgd, learning_rate: 1, averaging: mean}
    checkpoints: {every_steps: 10}
    """

  /// The config of each architecture that stands for the foundation, by its name here.
  static let all = [("mlp", mlp), ("lenet5", lenet5), ("perceptron", perceptron)]
}
