import Foundation
import Testing

extension EndToEnd {
  @Suite("Deep belief networks, and networks that begin with their layers", .serialized)
  struct PretrainingTests {
    private let folder: Folder

    private static let layers = """
      architecture: dbn
      lanes: 8
      batch: 64
      log_every_steps: 5
      epochs: 4
      model:
        layers: [40, 24]
        labels: true
        stages: [{train: layer_1, epochs: 1}, {train: layer_2, epochs: 1}, {train: up_down, epochs: 1},
          {train: network, epochs: 1}]
      \(SmallConfig.data)
      optimizer: {learning_rate: 0.05, momentum: 0.5}
      optimizers: {network: {learning_rate: 0.1, schedule: linear}}
      checkpoints: {every_steps: 10}
      """

    private static func network(_ architecture: String, _ model: String) -> String {
      """
      architecture: \(architecture)
      start: layers
      lanes: 8
      batch: 64
      steps: 6
      model: \(model)
      \(SmallConfig.data)
      optimizer: {learning_rate: 0.1}
      """
    }

    init() throws { folder = try Folder() }

    @Test("1 and 3 ranks train, sample and begin other networks with the same bits")
    func sameBits() throws {
      let layers = try folder.write(Self.layers, to: "layers.yaml")
      let alone = try folder.train(layers, run: "layers")
      #expect(try folder.train(layers, run: "layers-3", ranks: 3) == alone)
      let without = ["--set", "optimizers.network=null"]
      #expect(try folder.train(layers, run: "without", without) != alone)
      let estimate = ["evaluate", "layers", "--likelihood", "auto", "--runs", "20", "--betas", "50"]
      let bound = try folder.run(estimate)
      #expect(bound.code == 0 && bound.output.contains("test_log_probability_bound"), "\(bound)")
      #expect(try folder.run(estimate, ranks: 3).output == bound.output)
      let samples = try folder.run(["sample", "layers", "--label", "3", "--count", "9", "--steps", "10"])
      #expect(samples.code == 0, "\(samples)")
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/layers/samples/samples.png"))

      let dense = "{dense: {units: 40, activation: sigmoid}}, {dense: {units: 24, activation: sigmoid}}"
      let mlp = try folder.write(Self.network("mlp", "{layers: [\(dense), {dense: 10}]}"), to: "mlp.yaml")
      let begun = try folder.train(mlp, run: "mlp")
      #expect(try folder.train(mlp, run: "mlp-3", ranks: 3) == begun)
      #expect(try folder.train(mlp, run: "drawn", ["--set", "start=null"]) != begun)
      let autoencoder = try folder.write(
        Self.network("autoencoder", "{encoder: {layers: [\(dense)]}, loss: binary_cross_entropy}"),
        to: "autoencoder.yaml")
      try folder.train(autoencoder, run: "autoencoder", ranks: 2)
    }

    @Test("A deep Boltzmann machine trains, is given a likelihood and draws the same on 1 and 3 ranks")
    func deepMachine() throws {
      let text = """
        architecture: dbm
        lanes: 8
        batch: 64
        epochs: 4
        model:
          layers: [24, 16]
          chains: 11
          stages: [{train: layer_1, epochs: 1}, {train: layer_2, epochs: 1}, {train: joint, epochs: 1},
            {train: network, epochs: 1}]
        \(SmallConfig.data)
        optimizer: {learning_rate: 0.05}
        checkpoints: {every_steps: 10}
        """
      let config = try folder.write(text, to: "dbm.yaml")
      let alone = try folder.train(config, run: "dbm")
      #expect(try folder.train(config, run: "dbm-3", ranks: 3) == alone)
      for method in [["auto"], ["annealed", "--runs", "20", "--betas", "50"]] {
        let estimate = ["evaluate", "dbm", "--likelihood"] + method
        let bound = try folder.run(estimate)
        #expect(bound.code == 0 && bound.output.contains("test_log_probability_bound"), "\(bound)")
        #expect(try folder.run(estimate, ranks: 3).output == bound.output)
      }
      let samples = try folder.run(["sample", "dbm", "--count", "9", "--steps", "10"])
      #expect(samples.code == 0, "\(samples)")
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/dbm/samples/samples.png"))
      let classifier = ["--set", "start=dbm", "--set", "model.stages=[{train: network, epochs: 4}]"]
      let dropout = ["--set", "model.dropout={inputs: 0.1, hidden: 0.4}"]
      let network = classifier + dropout + ["--set", "model.chains=null"]
      let begun = try folder.train(config, run: "network", network)
      #expect(try folder.train(config, run: "network-3", ranks: 3, network) == begun)
      let few = try folder.run(["train", config, "--run", "few", "--set", "model.chains=5"])
      #expect(few.code == 64 && few.errors.contains("chains"), "\(few)")
    }

    @Test("Layers that do not fit, runs without layers and stages that cannot be end with 64, said once")
    func refusals() throws {
      let layers = try folder.write(Self.layers, to: "layers.yaml")
      try folder.train(layers, run: "layers", ["--steps", "2"])
      let mlp = try folder.write(
        Self.network("mlp", "{layers: [{dense: 41}, {dense: 24}, {dense: 10}]}"), to: "mlp.yaml")
      let small = try folder.write(SmallConfig.mlp, to: "small.yaml")
      try folder.train(small, run: "small", ["--steps", "2"])
      for ranks in [1, 3] {
        for (options, text) in [
          ([], "the dense layer 0 has weights of 41x784"),
          (["--set", "start=small"], "is a run of «mlp», which has no layers to begin with"),
          (["--set", "start=nowhere"], "nowhere"),
        ] {
          let outcome = try folder.run(["train", mlp, "--run", "bad"] + options, ranks: ranks)
          #expect(outcome.code == 64, "\(ranks) ranks: \(outcome)")
          #expect(outcome.errors.contains(text), "\(ranks) ranks: \(outcome)")
          try? FileManager.default.removeItem(atPath: "\(folder.path)/bad")
        }
        for (option, text) in [
          ("model.stages=[{train: layer_3, epochs: 1}]", "unknown group «layer_3»"),
          ("model.layers=[40]", "unknown group «layer_2»"),
        ] {
          let outcome = try folder.run(
            ["train", layers, "--run", "bad", "--set", option], ranks: ranks)
          #expect(outcome.code == 64, "\(ranks) ranks: \(outcome)")
          #expect(outcome.errors.components(separatedBy: text).count == 2, "\(ranks) ranks: \(outcome)")
        }
      }
    }
  }
}
