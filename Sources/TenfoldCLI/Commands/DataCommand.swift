import ArgumentParser
import Datasets
import Foundation

/// `tenfold data`.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Makes and inspects data sets.", subcommands: [Make.self, Inspect.self])

  struct Make: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes generated data: digits as the four files of MNIST, a text, or music.",
      discussion: """
        The files are a function of the seed alone. Train on digits with data.source=mnist, on text.txt with \
        data.source=text, on music.json with data.source=piano_roll.
        """)

    /// What can be generated as files.
    enum Kind: String, ExpressibleByArgument, CaseIterable {
      case digits, text, music
    }

    @Argument(help: "The directory to write to.")
    var directory: String

    @Option(help: "What to generate.")
    var kind = Kind.digits

    @Option(help: "The training images, or pieces of music. Default: 60000 or 200; 200000 symbols of text.")
    var training: Int?

    @Option(help: "The test images, or pieces of music. Default: 10000 or 40.")
    var test: Int?

    @Option(help: "The seed.")
    var seed: UInt64 = 1

    func validate() throws {
      guard training ?? 1 >= 1, test ?? 1 >= 1 else {
        throw ValidationError("at least 1 example to train on and 1 to test on are needed")
      }
      guard kind != .text || test == nil else {
        throw ValidationError("--test does not apply to text: one file is divided by data.test_fraction")
      }
    }

    func run() throws {
      CheckpointCommand.run {
        try makeDirectory()
        switch kind {
        case .digits:
          let (training, test) = (training ?? 60_000, test ?? 10_000)
          try HandwrittenDigits(seed: seed).splits(training: training, test: test).writeMNIST(to: directory)
          print("wrote \(training) training and \(test) test images to \(directory)")
        case .text:
          let length = training ?? 200_000
          try GeneratedFiles.writeText(to: directory, length: length, seed: seed)
          print("wrote \(length) symbols to \(directory)/text.txt")
        case .music:
          let (training, test) = (training ?? 200, test ?? 40)
          try GeneratedFiles.writeMusic(to: directory, training: training, test: test, seed: seed)
          print("wrote \(training) training and \(test) test pieces to \(directory)/music.json")
        }
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
