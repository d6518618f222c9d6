import Foundation
import Testing

extension EndToEnd {
  @Suite("Damaged checkpoints and changed configs", .serialized)
  struct DamageTests {
    private let folder: Folder
    private let config: String
    private let reference: Folder.Summary

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.mlp)
      reference = try folder.train(config, run: "reference")
      try folder.train(config, run: "short", ["--steps", "25"])
    }

    /// Ways to damage the checkpoint of step 25.
    private static let damages: [(name: String, file: String, change: (@Sendable (inout Data) -> Void)?)] = [
      ("a flipped bit of a weight", "parameters.safetensors", { $0[$0.count / 2] ^= 1 }),
      ("a flipped bit of the optimizer's state", "optimizer.safetensors", { $0[$0.count - 1] ^= 128 }),
      ("a flipped bit of the manifest", "manifest.json", { $0[$0.count / 2] ^= 4 }),
      ("half a file", "optimizer.safetensors", { $0 = $0.prefix($0.count / 2) }),
      ("an empty file", "parameters.safetensors", { $0 = Data() }),
      ("no parameters", "parameters.safetensors", nil),
      ("no manifest", "manifest.json", nil),
      ("no sums", "SHA256SUMS", nil),
    ]

    @Test(
      "A damaged newest checkpoint is reported, the next older one is taken, and the bits are the same in the end"
    )
    func damaged() throws {
      for (number, damage) in Self.damages.enumerated() {
        let run = "damaged\(number)"
        try folder.copy("short", to: run)
        #expect(folder.checkpoints(of: run) == ["step-00000010", "step-00000020", "step-00000025"])
        let file = "\(run)/checkpoints/step-00000025/\(damage.file)"
        if let change = damage.change {
          try folder.change(file, change)
        } else {
          try FileManager.default.removeItem(atPath: "\(folder.path)/\(file)")
        }
        let ranks = number % 2 == 0 ? 1 : 3
        let outcome = try folder.run(["train", config, "--run", run, "--resume"], ranks: ranks)
        #expect(outcome.code == 0, "\(damage.name): \(outcome)")
        let reports = outcome.errors.components(separatedBy: "step-00000025 is damaged: ").count - 1
        #expect(reports == 1, "\(damage.name): \(outcome)")
        #expect(outcome.output.contains("resumed after step 20"), "\(damage.name)")
        #expect(try folder.summary(of: run) == reference, "\(damage.name)")
      }
    }

    @Test("Where no checkpoint is valid the run says so and begins anew")
    func allDamaged() throws {
      try folder.copy("short", to: "lost")
      for name in folder.checkpoints(of: "lost") {
        try folder.change("lost/checkpoints/\(name)/parameters.safetensors") { $0[100] ^= 1 }
      }
      let outcome = try folder.run(["train", config, "--run", "lost", "--resume"], ranks: 2)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(outcome.errors.contains("no valid checkpoint"))
      #expect(try folder.summary(of: "lost") == reference)
    }

    @Test("A config that changes the result is refused with the difference, unless it is forced")
    func otherConfig() throws {
      try folder.copy("short", to: "other")
      let change = ["train", config, "--run", "other", "--resume", "--set", "optimizer.learning_rate=0.01"]
      for ranks in [1, 3] {
        let refused = try folder.run(change, ranks: ranks)
        #expect(refused.code == 64, "\(refused)")
        for text in ["optimizer.learning_rate", "0.002", "0.01"] { #expect(refused.output.contains(text)) }
        #expect(refused.errors.components(separatedBy: "change the result of the run").count == 2)
        #expect(refused.errors.contains("--force"))
      }
      #expect(folder.checkpoints(of: "other") == folder.checkpoints(of: "short"))
      let forced = try folder.run(change + ["--force"], ranks: 2)
      #expect(forced.code == 0, "\(forced)")
      #expect(try folder.summary(of: "other").weights_sha256 != reference.weights_sha256)
    }

    @Test("Keys that change nothing of what is computed may be others")
    func harmless() throws {
      try folder.copy("short", to: "harmless")
      let outcome = try folder.run(
        [
          "train", config, "--run", "harmless", "--resume", "--set", "log_every_steps=1", "--set",
          "checkpoints.every_steps=7", "--set", "data.access=streamed",
        ], ranks: 2)
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try folder.summary(of: "harmless") == reference)
    }

    @Test("A run of an older program, whose config lacks a key that came since, goes on")
    func olderProgram() throws {
      try folder.copy("short", to: "older")
      let path = "\(folder.path)/older/config.yaml"
      let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
      let kept = lines.filter { !$0.contains("test_on_training") }
      #expect(kept.count == lines.count - 1)
      try Data(kept.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
      let outcome = try folder.run(["train", "--run", "older", "--resume"])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try folder.summary(of: "older") == reference)
    }

    @Test("The run's own config is enough to go on, and a run that is none is refused")
    func ownConfig() throws {
      try folder.copy("short", to: "own")
      let outcome = try folder.run(["train", "--run", "own", "--resume"])
      #expect(outcome.code == 0, "\(outcome)")
      #expect(try folder.summary(of: "own") == reference)
      let none = try folder.run(["train", config, "--run", "nowhere", "--resume"], ranks: 2)
      #expect(none.code == 64 && none.errors.contains("there is no run in nowhere"), "\(none)")
    }

    @Test("A checkpoint of another network, put among those of a run, is refused by name")
    func otherNetwork() throws {
      try folder.copy("short", to: "mixed")
      try folder.train(config, run: "wide", ["--steps", "30", "--set", "model.layers.0.dense=64"])
      try folder.copy("wide/checkpoints/step-00000030", to: "mixed/checkpoints/step-00000030")
      for ranks in [1, 3] {
        let outcome = try folder.run(["train", config, "--run", "mixed", "--resume"], ranks: ranks)
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.errors.contains("step-00000030"), "\(outcome)")
      }
    }

    @Test("Other training data are refused, unless they are forced")
    func otherData() throws {
      _ = try folder.run(["data", "make", "digits", "--training", "1000", "--test", "300"])
      _ = try folder.run(["data", "make", "others", "--training", "1000", "--test", "300", "--seed", "9"])
      let mnist = ["--set", "data.source=mnist", "--set", "data.training_count=null", "--set"]
      let first = try folder.run(
        ["train", config, "--run", "data", "--steps", "12"] + mnist + ["data.directory=digits"])
      #expect(first.code == 0, "\(first)")
      let refused = try folder.run(
        ["train", config, "--run", "data", "--resume"] + mnist + ["data.directory=others"])
      #expect(
        refused.code == 64 && refused.errors.contains("not those that the run began with"), "\(refused)")
    }
  }
}
