import Foundation
import Testing

extension EndToEnd {
  @Suite("Sequences and games that cannot be, on 1 and 3 ranks", .serialized)
  struct BadSequenceTests {
    private let folder: Folder

    init() throws {
      folder = try Folder()
    }

    /// Trains on 1 and 3 ranks and demands the exit code, and one report with each text.
    private func expect(
      _ code: Int32, _ config: String, _ options: [String] = [], says texts: [String], ranks: [Int] = [1, 3],
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      for ranks in ranks {
        let outcome = try folder.run(
          ["train", config, "--run", "run\(ranks)"] + options, ranks: ranks, within: 40)
        #expect(outcome.code == code, "\(ranks) ranks: \(outcome)", sourceLocation: location)
        let reports = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tenfold: ") }
        #expect(reports.count == 1, "\(ranks) ranks: \(outcome)", sourceLocation: location)
        for text in texts {
          #expect(reports.first?.contains(text) == true, "«\(text)»: \(outcome)", sourceLocation: location)
        }
      }
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }

    @Test("Texts that are empty, binary, no UTF-8, or too short are refused with the place")
    func texts() throws {
      let config = try folder.write(SmallConfig.text("text.txt"))
      try write([], to: "text.txt")
      try expect(65, config, says: ["text.txt", "is empty"])
      try write(Array("to be or ".utf8) + [0] + Array("not to be".utf8), to: "text.txt")
      try expect(65, config, says: ["text.txt", "byte 9 is zero"])
      try write(Array("to be ".utf8) + [0xFF, 0xFE] + Array("or not".utf8), to: "text.txt")
      try expect(65, config, says: ["text.txt", "byte 6 (0xff) begins no UTF-8 character"], ranks: [1])
      try write(Array("t".utf8), to: "text.txt")
      try expect(65, config, says: ["text.txt", "at least 2 are needed"], ranks: [3])
      try expect(65, config, ["--set", "data.access=streamed"], says: ["at least 2 are needed"], ranks: [3])
    }

    @Test("Symbols that only the test text has are refused with their place, or known on demand")
    func unknownSymbols() throws {
      let config = try folder.write(SmallConfig.text("text.txt"))
      try write(Array(String(repeating: "abab ", count: 200).utf8), to: "text.txt")
      try write(Array(String(repeating: "abzb ", count: 20).utf8), to: "test.txt")
      try expect(
        65, config, ["--set", "data.test_file=test.txt"], says: ["the symbol 'z'", "data.alphabet"])
      try folder.train(
        config, run: "all",
        ["--steps", "2", "--set", "data.test_file=test.txt", "--set", "data.alphabet=all"])
    }

    @Test("Notes that no piano has, and music of no steps, are refused with piece and step")
    func music() throws {
      let config = try folder.write(SmallConfig.music("music.json"))
      func music(_ pieces: String) throws {
        try write(
          Array(#"{"train": \#(pieces), "valid": [[[60], [62]]], "test": [[[60], [62]]]}"#.utf8),
          to: "music.json")
      }
      try music("[[[60], [200]]]")
      try expect(65, config, says: ["note 200 in step 1 of piece 0", "21...108"])
      try music("[[], [[60]]]")
      try expect(65, config, says: ["none of its 2 pieces has 2 steps"])
      try write(Array("{\"train\": [[[60".utf8), to: "music.json")
      try expect(65, config, says: ["music.json"], ranks: [1])
      // Pieces of one step or none have nothing to predict: they are left out.
      try music("[[], [[60]], [[60], [62, 64], []]]")
      try folder.train(config, run: "short", ["--steps", "2"])
    }

    @Test("A series with a value that is no finite number is refused, wherever its window belongs")
    func infinite() throws {
      let config = try folder.write(SmallConfig.series("series.csv"))
      var lines = (0..<200).map { "\($0 % 7),\($0 % 5)" }
      lines[150] = "nan,2"
      try write(Array(lines.joined(separator: "\n").utf8), to: "series.csv")
      try expect(65, config, says: ["series.csv"])
    }

    @Test("A run that diverges on the examples of one rank ends on all with one report and without a hang")
    func diverging() throws {
      let config = try folder.write(SmallConfig.series("series.csv"))
      // One value is finite, but its square is not: only the rank that has its window meets infinity.
      var lines = (0..<200).map { "\($0 % 7),\($0 % 5)" }
      lines[40] = "2e19,2"
      try write(Array(lines.joined(separator: "\n").utf8), to: "series.csv")
      try expect(65, config, ["--set", "data.normalization=none"], says: ["step 0", "diverged"])
    }

    @Test("Networks that do not fit together are refused with both shapes")
    func games() throws {
      let config = try folder.write(SmallConfig.gan)
      let small = "model.generator.layers=[{dense: 100}]"
      try expect(64, config, ["--set", small], says: ["model.generator makes examples of 100", "784"])
      let wide = "model.discriminator.layers=[{dense: 2}]"
      try expect(64, config, ["--set", wide], says: ["model.discriminator has 2 outputs"])
    }

    @Test("A placement that does not fit the ranks is refused with both numbers")
    func placements() throws {
      let config = try folder.write(SmallConfig.gan)
      try expect(
        64, config, ["--set", "model.placement={generator: 2, discriminator: 2}"], says: ["placement"])
      try expect(64, config, ["--set", "model.placement=split"], says: ["placement"], ranks: [1])
      try expect(
        64, config, ["--set", "model.placement={generator: 0, discriminator: 3}"], says: ["at least 1"],
        ranks: [3])
    }
  }
}
