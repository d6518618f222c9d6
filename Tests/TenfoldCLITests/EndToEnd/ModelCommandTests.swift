import Foundation
import Testing

extension EndToEnd {
  @Suite("Commands that look into a trained model", .serialized)
  struct ModelCommandTests {
    private let folder: Folder
    private static let autoencoder = """
      architecture: autoencoder
      lanes: 8
      batch: 64
      log_every_steps: 10
      steps: 30
      model: {encoder: {layers: [{dense: {units: 24, activation: tanh}}, {dense: 2}]}, tied: true}
      \(SmallConfig.data)
      optimizer: {rule: adam, learning_rate: 0.005, averaging: mean}
      evaluation: {every_epochs: 1, block: 100}
      checkpoints: {every_steps: 10, keep_last: 4}
      """

    init() throws {
      folder = try Folder()
      try folder.train(try folder.write(Self.autoencoder), run: "run", ranks: 2)
    }

    private func file(_ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }

    @Test("Training leaves pictures of each evaluation, and the newest without its step")
    func pictures() throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/run/pictures").sorted()
      #expect(
        names == [
          "codes-16.png", "codes-30.png", "codes.png", "reconstructions-16.png", "reconstructions-30.png",
          "reconstructions.png",
        ])
      #expect(try file("run/pictures/codes.png") == file("run/pictures/codes-30.png"))
      #expect(try file("run/pictures/codes.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
      let config = try folder.write(Self.autoencoder, to: "quiet.yaml")
      try folder.train(config, run: "quiet", ["--steps", "3", "--set", "evaluation.pictures=false"])
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/quiet/pictures"))
    }

    @Test("Pictures that cannot be written end no training")
    func unwritablePictures() throws {
      let config = try folder.write(Self.autoencoder, to: "other.yaml")
      let outcome = try folder.run(["train", config, "--run", "other", "--steps", "10"])
      try #require(outcome.code == 0, "\(outcome)")
      try FileManager.default.removeItem(atPath: "\(folder.path)/other/pictures")
      try Data().write(to: URL(fileURLWithPath: "\(folder.path)/other/pictures"))
      let resumed = try folder.run(["train", "--resume", "--run", "other"], ranks: 3)
      #expect(resumed.code == 0 && resumed.errors.contains("pictures not written"), "\(resumed)")
    }

    @Test("Evaluation adds the distance to the principal components, the same on any ranks")
    func evaluate() throws {
      let alone = try folder.run(["evaluate", "run"])
      try #require(alone.code == 0, "\(alone)")
      let figures = try JSONDecoder().decode([String: Double].self, from: Data(alone.output.utf8))
      let best = try #require(figures["svd_test_error"]),
        own = try #require(figures["test_reconstruction_error"])
      let ratio = try #require(figures["test_to_svd"])
      #expect(own > best && abs(ratio - own / best) < 1e-6)
      #expect(figures["largest_principal_angle"] == nil)
      for options in [[], ["--set", "data.access=streamed"]] {
        #expect(try folder.run(["evaluate", "run"] + options, ranks: 3).output == alone.output)
      }
    }

    @Test("Codes come as CSV with labels, or as IDX with labels beside it")
    func encode() throws {
      let csv = try folder.run(["encode", "run"])
      try #require(csv.code == 0, "\(csv)")
      let lines = String(decoding: try file("run/codes-test.csv"), as: UTF8.self).split(separator: "\n")
      #expect(lines.count == 301 && lines[0] == "label,code_0,code_1")
      #expect(lines[1...].allSatisfy { $0.split(separator: ",").count == 3 })
      let idx = try folder.run(["encode", "run", "--split", "training", "--output", "codes.idx"], ranks: 3)
      try #require(idx.code == 0, "\(idx)")
      // 1,000 codes of two floats, big endian.
      #expect(try file("codes.idx").prefix(12) == Data([0, 0, 0x0D, 2, 0, 0, 3, 0xE8, 0, 0, 0, 2]))
      #expect(try file("codes.idx").count == 12 + 8000)
      #expect(try file("codes-labels.idx").count == 8 + 1000)
      let none = try folder.run(["encode", "run", "--split", "validation"], ranks: 3)
      #expect(none.code == 64 && none.errors.contains("data.validation_count"), "\(none)")
      let name = try folder.run(["encode", "run", "--output", "codes.png"])
      #expect(name.code == 64 && name.errors.contains(".csv or .idx"), "\(name)")
      let path = try folder.run(["encode", "run", "--output", "no/such/folder.csv"])
      #expect(path.code == 74 && path.errors.contains("no/such/folder.csv"), "\(path)")
    }

    @Test(
      "The exported parameters are those that are evaluated, the same on any ranks, and nothing is overwritten"
    )
    func export() throws {
      for (ranks, name) in [(1, "a"), (3, "b")] {
        let outcome = try folder.run(["export", "run", "--output", "\(name).safetensors"], ranks: ranks)
        try #require(outcome.code == 0, "\(outcome)")
      }
      #expect(try file("a.safetensors") == file("b.safetensors"))
      // The optimizer keeps a mean: that is what is exported, not the trained parameters.
      let header = try header(of: "a.safetensors")
      #expect(
        Set(header.keys.filter { $0 != "__metadata__" }) == [
          "network/0.dense.weight", "network/0.dense.bias", "network/1.dense.weight", "network/1.dense.bias",
          "network/3.tied_dense.bias", "network/4.tied_dense.bias",
        ])
      let checkpoint = "run/checkpoints/step-00000030"
      let exported = try tensor("network/0.dense.weight", of: "a.safetensors")
      #expect(
        try exported == tensor("average/network/0.dense.weight", of: "\(checkpoint)/optimizer.safetensors"))
      #expect(try exported != tensor("network/0.dense.weight", of: "\(checkpoint)/parameters.safetensors"))
      let again = try folder.run(["export", "run", "--output", "a.safetensors"], ranks: 3)
      #expect(again.code == 64 && again.errors.contains("exists already"), "\(again)")
      let older = try folder.run(["export", "run", "--output", "c.safetensors", "--step", "10"])
      #expect(try older.code == 0 && file("c.safetensors") != file("a.safetensors"), "\(older)")
      let none = try folder.run(["export", "run", "--output", "d.safetensors", "--step", "11"])
      #expect(none.code == 64 && none.errors.contains("step-00000011"), "\(none)")
      let nowhere = try folder.run(["export", "nowhere", "--output", "d.safetensors"], ranks: 3)
      #expect(nowhere.code == 64 && nowhere.errors.contains("nowhere"), "\(nowhere)")
    }

    @Test("An architecture that cannot be sampled or encoded says so, on any ranks, and nobody hangs")
    func refused() throws {
      for ranks in [1, 3] {
        let sample = try folder.run(["sample", "run"], ranks: ranks)
        #expect(sample.code == 64 && sample.errors.contains("«autoencoder» cannot be sampled"), "\(sample)")
        #expect(sample.errors.contains("those that can: ") && sample.errors.contains("gan"), "\(sample)")
      }
      try folder.train(try folder.write(SmallConfig.mlp, to: "mlp.yaml"), run: "mlp", ["--steps", "2"])
      let encode = try folder.run(["encode", "mlp"], ranks: 3)
      #expect(encode.code == 64 && encode.errors.contains("«mlp» has no codes"), "\(encode)")
      for options in [
        ["--count", "0"], ["--temperature", "-1"], ["--steps", "0"], ["--label", "-1"],
        ["--step", "3", "--best"],
      ] {
        #expect(try folder.run(["sample", "run"] + options).code == 64, "\(options)")
      }
    }

    @Test("A checkpoint that is damaged or does not fit the config is refused")
    func damaged() throws {
      try folder.copy("run", to: "copy")
      try folder.change("copy/checkpoints/step-00000030/parameters.safetensors") { $0[$0.count - 9] ^= 4 }
      let outcome = try folder.run(["encode", "copy", "--step", "30"])
      #expect(outcome.code == 64 && outcome.errors.contains("parameters.safetensors"), "\(outcome)")
      let newest = try folder.run(["encode", "copy"])
      #expect(newest.code == 0 && newest.errors.contains("warning"), "\(newest)")
      let other = try folder.run(["encode", "run", "--set", "data.padding=2"], ranks: 3)
      #expect(other.code == 64 && other.errors.contains("does not fit the model"), "\(other)")
    }

    /// The header of a safetensors file.
    private func header(of name: String) throws -> [String: Any] {
      let data = try file(name)
      let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let json = try JSONSerialization.jsonObject(with: data[8..<8 + length])
      return try #require(json as? [String: Any])
    }

    /// The bytes of one tensor.
    private func tensor(_ tensor: String, of name: String) throws -> Data {
      let data = try file(name)
      let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let entry = try #require(try header(of: name)[tensor] as? [String: Any])
      let range = try #require(entry["data_offsets"] as? [Int])
      return data[(8 + length + range[0])..<(8 + length + range[1])]
    }
  }
}
