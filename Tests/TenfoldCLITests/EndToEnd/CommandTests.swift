import Foundation
import Testing

extension EndToEnd {
  @Suite("The other commands", .serialized)
  struct CommandTests {
    private let folder: Folder
    private let config: String
    private let summary: Folder.Summary

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.mlp)
      summary = try folder.train(config, run: "run", ranks: 2, ["--steps", "30"])
    }

    @Test("Evaluating a run gives the figures of its summary, on any ranks, streamed or not")
    func evaluate() throws {
      struct Figures: Decodable {
        let step: Int
        let test_error: Double
        let test_loss: Double
      }
      for (ranks, options) in [
        (1, []), (3, []), (8, []), (3, ["--set", "data.access=streamed"]), (1, ["--threads", "2"]),
      ] {
        let outcome = try folder.run(["evaluate", "run"] + options, ranks: ranks)
        try #require(outcome.code == 0, "\(outcome)")
        let figures = try JSONDecoder().decode(Figures.self, from: Data(outcome.output.utf8))
        #expect(figures.step == 30)
        #expect(figures.test_error == summary.test_error && figures.test_loss == summary.test_loss)
      }
      let older = try folder.run(["evaluate", "run", "--step", "10"])
      #expect(older.code == 0 && older.output.contains("\"step\":10"), "\(older)")
      let none = try folder.run(["evaluate", "run", "--step", "11"], ranks: 3)
      #expect(none.code == 64 && none.errors.contains("step-00000011"), "\(none)")
    }

    @Test("Describing a config shows its layers, parameters, lanes and messages")
    func describe() throws {
      let lenet5 = try folder.write(SmallConfig.lenet5, to: "lenet5.yaml")
      let outcome = try folder.run(["describe", lenet5, "--ranks", "3"])
      #expect(outcome.code == 0, "\(outcome)")
      for text in ["61706", "1x28x28", "lanes: 8", "rank 2: lanes", "messages a step"] {
        #expect(outcome.output.contains(text), "«\(text)»: \(outcome.output)")
      }
      let resolved = try folder.run(["describe", lenet5, "--resolved", "--set", "seed=77"])
      #expect(resolved.code == 0 && resolved.output.contains("seed: 77"), "\(resolved)")
    }

    @Test("The architectures are listed once, alone and on ranks")
    func architectures() throws {
      for ranks in [1, 3] {
        let outcome = try folder.run(["architectures"], ranks: ranks)
        #expect(outcome.code == 0)
        for name in ["mlp", "cnn", "perceptron"] {
          #expect(
            outcome.output.split(separator: "\n").filter { $0.hasPrefix("\(name) ") }.count == 1, "\(outcome)"
          )
        }
      }
    }

    @Test("Checkpoints are listed, shown, verified and compared")
    func checkpoints() throws {
      let list = try folder.run(["checkpoint", "list", "run"])
      #expect(list.code == 0 && list.output.split(separator: "\n").count == 3, "\(list)")
      #expect(list.output.split(separator: "\n").allSatisfy { $0.contains("  ok") })
      let show = try folder.run(["checkpoint", "show", "run"])
      #expect(show.code == 0 && show.value("weights_sha256:") == summary.weights_sha256, "\(show)")
      #expect(show.value("step:") == "30" && show.value("architecture:") == "mlp")
      let same = try folder.run(["checkpoint", "diff", "run", "run"])
      #expect(same.code == 0, "\(same)")
      let (ten, thirty) = ("run/checkpoints/step-00000010", "run/checkpoints/step-00000030")
      #expect(try folder.run(["checkpoint", "diff", ten, thirty]).code == 1)
      #expect(try folder.run(["checkpoint", "verify", "run"]).code == 0)
      #expect(Folder.shell("cd '\(folder.path)/\(ten)' && sha256sum -c SHA256SUMS"))
      try folder.change("\(ten)/parameters.safetensors") { $0[$0.count - 3] ^= 16 }
      let damaged = try folder.run(["checkpoint", "verify", "run"])
      #expect(damaged.code == 65 && damaged.output.contains("parameters.safetensors"), "\(damaged)")
      #expect(try folder.run(["checkpoint", "list", "run"]).output.contains("step-00000010  DAMAGED"))
    }

    @Test("Data are made the same each time, and inspected")
    func data() throws {
      for name in ["one", "two"] {
        let outcome = try folder.run([
          "data", "make", name, "--training", "120", "--test", "30", "--seed", "5",
        ])
        #expect(outcome.code == 0, "\(outcome)")
      }
      #expect(Folder.shell("cd '\(folder.path)' && diff -r one two && test $(ls one | wc -l) = 4"))
      for path in ["one", config] {
        let inspected = try folder.run(["data", "inspect", path])
        #expect(inspected.code == 0, "\(inspected)")
        for text in ["1x28x28", path == "one" ? "120" : "1000"] {
          #expect(inspected.output.contains(text), "\(inspected)")
        }
      }
      _ = try folder.write("", to: "file")
      let refused = try folder.run(["data", "make", "file/below", "--training", "12", "--test", "3"])
      #expect(refused.code == 74 && refused.errors.contains("file/below"), "\(refused)")
    }
  }

  @Suite("The configs of the project", .serialized)
  struct ConfigTests {
    /// Every config that needs no file.
    private static var configs: [String] {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/Configs")) ?? []
      return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(root)/Configs/\($0)" }
    }

    @Test("Every config, shortened to three steps, trains with the same bits on 1 and 3 ranks")
    func configs() throws {
      #expect(!Self.configs.isEmpty)
      for config in Self.configs {
        let folder = try Folder()
        // Streams are as long as they are; of other data a part will do.
        let isStream = try String(contentsOfFile: config, encoding: .utf8).contains("shuffle: false")
        let counts = ["data.training_count=1000", "data.test_count=300", "data.validation_count=0"]
        let short = ["--steps", "3"] + (isStream ? [] : counts.flatMap { ["--set", $0] })
        let alone = try folder.train(config, run: "alone", short)
        #expect(try folder.train(config, run: "three", ranks: 3, short) == alone, "\(config)")
      }
    }

    @Test("Every config of a paper can be described without its data, or says which data it needs")
    func papers() throws {
      let papers = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Configs/papers")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: papers.path)) ?? []
      let folder = try Folder()
      for name in names.sorted() where name.hasSuffix(".yaml") {
        let outcome = try folder.run(["describe", "\(papers.path)/\(name)"])
        let needsData =
          outcome.code == 64
          && (outcome.errors.contains("data.directory") || outcome.errors.contains("data.training_file"))
        #expect(outcome.code == 0 || needsData, "\(name): \(outcome)")
      }
    }
  }
}
