import ArgumentParser
import Datasets
import Foundation
import Networks

/// `tenfold sample`.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Draws samples from a trained model: pictures, text, music.",
    discussion: """
      Writes pictures as PNG and IDX, text as text (and to the terminal), music as JSON and MIDI. The same seed gives
      the same samples.
      """)

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "The number of samples.")
  var count = 64

  @Option(help: "The seed of all draws.")
  var seed: UInt64 = 1

  @Option(help: "The steps of each sequence: letters of a text, steps of a piece, steps of a chain.")
  var steps = 200

  @Option(
    help: "What logits are divided by before drawing: 1 the model's own distribution, 0 the most likely.")
  var temperature = 1.0

  @Option(help: "The text that a sequence begins with.")
  var prompt = ""

  @Option(help: "The class to draw. Default: any.")
  var label: Int?

  @Option(
    help: "Units that are held: a group of the config and the states of its units, v1=0100. May be repeated.")
  var clamp: [String] = []

  @Option(help: "The directory to write to. Default: RUN/samples.")
  var output: String?

  @Option(help: "A value in place of the config's, for example data.directory=PATH.")
  var set: [String] = []

  @OptionGroup var choice: CheckpointChoice

  func validate() throws {
    guard (1...1_000_000).contains(count) else {
      throw ValidationError("--count \(count): 1 to 1000000 samples are possible")
    }
    guard (1...10_000_000).contains(steps) else {
      throw ValidationError("--steps \(steps): 1 to 10000000 steps are possible")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature \(temperature): 0 or more is needed")
    }
    if let label, label < 0 { throw ValidationError("--label \(label): classes are counted from 0") }
  }

  func run() throws {
    RunCommand.run("sampling", directory, overrides: set) { source in
      try sample(source.architecture, source)
    }
  }

  private func sample<M: Model>(_ type: M.Type, _ source: RunSource) throws {
    guard M.self is any SamplingModel.Type else {
      throw UsageError(
        "the architecture «\(M.name)» cannot be sampled; "
          + RunCommand.architectures { $0 is any SamplingModel.Type })
    }
    let run = try LoadedRun<M>(source, directory: directory, choice: choice)
    if let label, label >= run.opened.description.classes {
      throw UsageError(
        "--label \(label): the data of this run have "
          + (run.opened.description.classes == 0
            ? "no classes" : "the classes 0 to \(run.opened.description.classes - 1)")
      )
    }
    guard let model = run.model as? any SamplingModel else { return }
    guard clamp.isEmpty || model is any ClampedModel else {
      throw UsageError(
        "--clamp: no units of the architecture «\(M.name)» can be held; "
          + RunCommand.architectures { $0 is any ClampedModel.Type })
    }
    let artifacts = try model.samples(
      SampleRequest(
        count: count, seed: seed, steps: steps, temperature: temperature, prompt: prompt, label: label,
        clamp: clamp))
    let writer = try ArtifactWriter(directory: output ?? "\(directory)/samples")
    for artifact in artifacts {
      if case .text(let text) = artifact.content {
        FileHandle.standardOutput.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
      }
      // The terminal's output is the text alone, so that it can be piped on.
      for path in try writer.write(artifact) { RankSession.report("wrote \(path)") }
    }
  }
}
