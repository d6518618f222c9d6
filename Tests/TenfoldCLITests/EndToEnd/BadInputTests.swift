import Foundation
import Testing

extension EndToEnd {
  @Suite("Bad input, on 1 and 3 ranks", .serialized)
  struct BadInputTests {
    private let folder: Folder
    private let config: String

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.mlp)
    }

    /// Trains on 1 and 3 ranks and demands the exit code, and each text exactly once: not once a rank.
    private func expect(
      _ code: Int32, _ options: [String], says texts: [String], ranks: [Int] = [1, 3], run: String = "run",
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      for ranks in ranks {
        let outcome = try folder.run(["train", config, "--run", run] + options, ranks: ranks, within: 30)
        #expect(outcome.code == code, "\(ranks) ranks: \(outcome)", sourceLocation: location)
        for text in texts {
          let count = outcome.errors.components(separatedBy: text).count - 1
          #expect(count == 1, "«\(text)» on \(ranks) ranks: \(outcome)", sourceLocation: location)
        }
      }
    }

    @Test("Unknown keys, wrong types and numbers out of range end with 64, the place and what is allowed")
    func values() throws {
      try expect(64, ["--set", "batchh=3"], says: ["unknown key «batchh»", "did you mean «batch»?"])
      try expect(64, ["--set", "batch=many"], says: ["batch: found the text «many»", "expected an integer"])
      try expect(64, ["--set", "batch=0"], says: ["batch is 0"])
      try expect(
        64, ["--set", "optimizer.rule=adamm"], says: ["«adamm» is not allowed", "did you mean «adam»"],
        ranks: [1])
      try expect(
        64, ["--set", "architecture=mpl"], says: ["unknown architecture «mpl»", "did you mean «mlp»"],
        ranks: [1])
      try expect(64, ["--set", "data.training_count=-5"], says: ["data.training_count is -5"], ranks: [1])
    }

    @Test("YAML that is none is refused with its line")
    func syntax() throws {
      let broken = try folder.write("architecture: mlp\nmodel: {layers: [\nsteps: 3\n", to: "broken.yaml")
      for ranks in [1, 3] {
        let outcome = try folder.run(["train", broken, "--run", "run"], ranks: ranks)
        #expect(outcome.code == 64 && outcome.errors.contains("broken.yaml, line 4"), "\(outcome)")
      }
      let none = try folder.run(["train", "none.yaml", "--run", "run"], ranks: 3)
      #expect(none.code == 64 && none.errors.components(separatedBy: "none.yaml").count == 2, "\(none)")
    }

    @Test(
      "Shapes that cannot be are refused with the layer, and leave a run directory in which one can begin")
    func shapes() throws {
      let flat = "model={layers: [{dense: 10}, {convolution: {maps: 6, kernel: 5}}]}"
      try expect(64, ["--set", flat], says: ["layer 1", "image [maps, height, width]"])
      let wide = "model={layers: [{convolution: {maps: 6, kernel: 50}}]}"
      try expect(64, ["--set", wide], says: ["layer 0"])
      let outputs = "model={layers: [{dense: 9}]}"
      try expect(64, ["--set", outputs], says: ["9"], ranks: [1])
      try folder.train(config, run: "run", ["--steps", "1"])
    }

    @Test("Misspelt options are reported once, with the usage")
    func usage() throws {
      try expect(64, ["--stepz", "3"], says: ["Unknown option '--stepz'", "Usage: tenfold train"])
      try expect(64, ["--steps", "0"], says: ["--steps 0: at least 1 is needed"])
      let help = try folder.run(["train", "--help"], ranks: 2)
      #expect(help.code == 0 && help.output.components(separatedBy: "OVERVIEW").count == 2, "\(help)")
    }

    @Test("More ranks than lanes are refused with both numbers")
    func lanes() throws {
      try expect(64, ["--set", "lanes=2"], says: ["3 working ranks cannot share 2 lanes"], ranks: [3])
      try expect(64, ["--dedicated-coordinator"], says: ["start at least 2 ranks"], ranks: [1])
    }

    @Test("A run directory that cannot be is 74, one with another run in it 64, and that run stays as it was")
    func runDirectory() throws {
      _ = try folder.write("", to: "file")
      try expect(74, [], says: ["Not a directory"], run: "file/below")
      try expect(74, [], says: ["Not a directory"], ranks: [3], run: "file")
      let before = try folder.train(config, run: "full", ["--steps", "3"])
      try expect(64, [], says: ["the run directory full is not empty"], run: "full")
      #expect(try folder.summary(of: "full") == before)
    }

    @Test("Training that diverges ends with 65, the step and advice, and leaves the older checkpoint")
    func divergence() throws {
      let hot = [
        "--set", "optimizer={rule: sgd, learning_rate: 1.0e+30}", "--set", "checkpoints.every_steps=1",
      ]
      for ranks in [1, 3] {
        let outcome = try folder.run(["train", config, "--run", "hot\(ranks)"] + hot, ranks: ranks)
        #expect(outcome.code == 65, "\(outcome)")
        #expect(outcome.errors.components(separatedBy: "the training diverged").count == 2, "\(outcome)")
        #expect(outcome.errors.contains("at step") && outcome.errors.contains("Lower the learning rate"))
        let verified = try folder.run(["checkpoint", "verify", "hot\(ranks)"])
        #expect(verified.code == 0 && !folder.checkpoints(of: "hot\(ranks)").isEmpty, "\(verified)")
      }
    }
  }
}
