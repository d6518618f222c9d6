import ArgumentParser
import Datasets
import Foundation

/// `tenfold data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes and inspects data sets.", subcommands: [Make.self, Inspect.self])

  struct Make: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes generated handwritten-like digits as the four IDX files of MNIST.",
      discussion: "The files are a function of the seed alone. Train on them with data.source=mnist.")

    @Argument(help: "The directory to write to.")
    var directory: String

    @Option(help: "The number of training images.")
    var training = 60_000

    @Option(help: "The number of test images.")
    var test = 10_000

    @Option(help: "The seed.")
    var seed: UInt64 = 1

    func validate() throws {
      guard training >= 1, test >= 1 else { throw ValidationError("at least 1 image of each kind is needed") }
    }

    func run() throws {
      CheckpointCommand.run {
        let splits = try HandwrittenDigits(seed: seed).splits(training: training, test: test)
        try makeDirectory()
        try splits.writeMNIST(to: directory)
        print("wrote \(training) training and \(test) test images to \(directory)")
        return ExitStatus.done
      }
    }

    private func makeDirectory() throws {
      do {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      } catch {
        throw DataError(
          .unwritable,
          "the directory \(directory) cannot be made (\(error.localizedDescription)); check the path and the rights to it"
        )
      }
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows what the data of a config are: counts, shape, classes, moments, some examples.")

    @Argument(help: "A config file, or a directory with the four files of MNIST.")
    var path: String

    @Option(help: "A value in place of the config's: key.path=value. May be repeated.")
    var set: [String] = []

    func run() throws {
      CheckpointCommand.run {
        let splits = try open()
        for part in splits.parts { print(DatasetSummary(part)) }
        for note in splits.notes { print("note: \(note)") }
        return ExitStatus.done
      }
    }

    private func open() throws -> DatasetSplits {
      if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
        let tree = try ConfigurationValue(contentsOfFile: path).applying(overrides: set)
        return try ConfigurationDecoder().decode(
          DataConfiguration.self, from: tree["data"] ?? .init(.map([]))
        ).open(batch: batch(of: tree))
      }
      var configuration = DataConfiguration()
      configuration.source = .mnist
      configuration.directory = path
      return try configuration.open()
    }

    // Streams run side by side, one for each example of a batch.
    private func batch(of tree: ConfigurationValue) throws -> Int {
      try tree["batch"].map { try ConfigurationDecoder().decode(Int.self, from: $0) } ?? 64
    }
  }
}

extension DatasetSplits {
  /// The sets that there are.
  var parts: [Dataset] { [training, validation, test].compactMap { $0 } }
}
