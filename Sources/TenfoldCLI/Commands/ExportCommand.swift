import ArgumentParser
import Checkpoints
import Foundation
import Networks

/// `tenfold export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the parameters of a run as one safetensors file for other programs.",
    discussion: """
      Tensors are named GROUP/LAYER.KIND.PARAMETER and are as the run is evaluated: the mean of the parameters where
      the optimizer keeps one. The file's metadata hold the architecture, the step and the config. No data are needed.
      """)

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "The file to write, ending in .safetensors; it must not exist.")
  var output: String

  @OptionGroup var choice: CheckpointChoice

  func validate() throws {
    guard output.hasSuffix(".safetensors") else {
      throw ValidationError("--output \(output): the name must end in .safetensors")
    }
  }

  func run() throws {
    RunCommand.run("export", directory, overrides: []) { source in
      try export(source.architecture, source)
    }
  }

  private func export<M: Model>(_ type: M.Type, _ source: RunSource) throws {
    guard !FileManager.default.fileExists(atPath: output) else {
      throw UsageError("\(output) exists already: remove it, or name another file by --output")
    }
    let configuration = try source.configuration(for: M.self)
    let checkpoint = try choice.checkpoint(
      in: RunDirectory(directory, for: .read).checkpoints, by: M.mainMetric)
    let manifest = try checkpoint.manifest()
    let weights = try TrainedWeights(checkpoint) {
      configuration.optimizers[$0] ?? configuration.optimizer
    }
    let tensors = weights.entries.map { entry in
      let buffer = FlatBuffer(count: entry.values.count)
      for i in entry.values.indices { buffer.base[i] = entry.values[i] }
      return NamedTensor(
        entry.name, type: .float32, extents: entry.extents, bytes: UnsafeRawBufferPointer(buffer.elements),
        owner: buffer)
    }
    try SafetensorsFile.write(
      tensors,
      metadata: [
        "format": "tenfold", "architecture": manifest.architecture, "step": "\(manifest.step)",
        "version": Tenfold.version, "config": manifest.config,
      ], to: output)
    RankSession.report("wrote \(output): \(tensors.count) tensors after step \(manifest.step)")
  }
}
