import Checkpoints
import Datasets
import Foundation
import MPI
import Networks
import Training

/// Tells people and `metrics.jsonl` how a run goes: a line that rewrites itself on a terminal, plain lines otherwise.
final class ProgressPrinter: RunObserver {
  private let log: MetricsLog?
  // Where pictures go; nil for nowhere.
  private let pictures: String?
  // What a launcher passes on is a log, even where it makes a terminal of it.
  private let isTerminal = isatty(STDOUT_FILENO) == 1 && Launcher.detect() == nil
  private var lineIsOpen = false
  private var hasLogFailed = false
  private var havePicturesFailed = false
  private(set) var lastExamplesPerSecond = 0.0
  private(set) var warnings = 0

  /// A printer that also writes to `log`, and what models show of themselves into the directory `pictures`.
  init(log: MetricsLog?, pictures: String? = nil) {
    self.log = log
    self.pictures = pictures
  }

  func didStep(_ record: StepRecord) throws {
    lastExamplesPerSecond = record.examplesPerSecond
    let progress = record.progress
    let metrics = record.metrics.map { "\($0.name) \(Self.short($0.value))" }.joined(separator: "  ")
    let text =
      "step \(progress.step)/\(record.lastStep)  epoch \(Self.fraction(progress))  \(metrics)  "
      + "\(Int(record.examplesPerSecond)) examples/s  waiting \(Int((record.waitingShare * 100).rounded())) %"
    if isTerminal {
      Self.write("\r\u{1B}[K\(text)")
      lineIsOpen = true
    } else {
      Self.write("\(text)\n")
    }
    append(
      step: progress.step, epoch: progress.epoch,
      values: record.metrics + [
        ("learning_rate", record.learningRate), ("examples_per_second", record.examplesPerSecond),
        ("waiting_share", record.waitingShare),
      ])
  }

  func didEvaluate(_ record: EvaluationRecord) throws {
    say(
      "epoch \(Self.fraction(record.progress))  "
        + record.named.map { "\($0.name) \(Self.short($0.value))" }.joined(separator: "  "))
    append(step: record.progress.step, epoch: record.progress.epoch, values: record.named)
  }

  /// Writes each artifact twice: under its step, and as the newest. That it cannot be written ends no training.
  func didIllustrate(_ artifacts: [Artifact], at progress: Networks.Progress) {
    guard let pictures, !artifacts.isEmpty else { return }
    do {
      let writer = try ArtifactWriter(directory: pictures)
      for artifact in artifacts {
        try writer.write(artifact, suffix: "-\(progress.step)")
        try writer.write(artifact)
      }
    } catch {
      if !havePicturesFailed { didWarn("pictures not written, from step \(progress.step) on: \(error)") }
      havePicturesFailed = true
    }
  }

  func didSave(_ checkpoint: Checkpoint, at progress: Networks.Progress) {
    if !isTerminal { say("saved \(checkpoint.path)") }
  }

  func didWarn(_ text: String) {
    warnings += 1
    closeLine()
    RankSession.report("warning: \(text)")
  }

  /// Appends to the log. That it cannot be written ends no training: the first time is reported.
  private func append(step: Int, epoch: Int, values: [(name: String, value: Double)]) {
    do throws(CheckpointError) {
      try log?.append(step: step, epoch: epoch, values: values)
    } catch {
      if !hasLogFailed { didWarn("metrics not written, from step \(step) on: \(error)") }
      hasLogFailed = true
    }
  }

  /// Prints a line of its own.
  func say(_ text: String) {
    closeLine()
    Self.write("\(text)\n")
  }

  private func closeLine() {
    if lineIsOpen { Self.write("\n") }
    lineIsOpen = false
  }

  private static func write(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }

  private static func fraction(_ progress: Networks.Progress) -> String {
    String(format: "%.2f", Double(progress.step) / Double(max(progress.stepsPerEpoch, 1)))
  }

  private static func short(_ value: Double) -> String {
    String(format: abs(value) >= 1000 ? "%.1f" : "%.4f", value)
  }
}
