import Foundation
import Testing

extension EndToEnd {
  @Suite("Boltzmann machines, damage and relearning", .serialized)
  struct BoltzmannTests {
    private let folder: Folder

    private static let encoder = """
      architecture: boltzmann
      lanes: 4
      batch: 4
      epochs: 60
      model:
        groups: [{name: v1, units: 4, inside: true}, {name: v2, units: 4, inside: true},
          {name: code, units: 3, hidden: true}]
        links: [[v1, code], [v2, code]]
        noise: {on_to_off: 0.15, off_to_on: 0.05}
        completion: {clamp: [v1], read: [v2], method: exact, without_each: code}
        code: {group: code}
      data: {source: encoder}
      optimizer: {rule: fixed_step, learning_rate: 2}
      evaluation: {every_epochs: 20}
      """

    init() throws { folder = try Folder() }

    @Test("Trains, is given a likelihood, draws with clamped units and begins again with damaged weights")
    func commands() throws {
      let config = try folder.write(Self.encoder)
      let alone = try folder.train(config, run: "first")
      #expect(try folder.train(config, run: "first-3", ranks: 3) == alone)
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/first/pictures"))
      for method in [["exact"], ["annealed", "--runs", "20", "--betas", "50"]] {
        let estimate = ["evaluate", "first", "--likelihood"] + method
        let figures = try folder.run(estimate)
        for name in [
          "test_log_probability", "training_divergence", "test_completion_error_without", "test_code_count",
        ] {
          #expect(figures.code == 0 && figures.output.contains(name), "\(figures)")
        }
        let three = try folder.run(estimate, ranks: 3)
        #expect(three.output == figures.output)
      }
      let samples = try folder.run(["sample", "first", "--count", "5", "--steps", "3", "--clamp", "v1=0100"])
      #expect(samples.code == 0, "\(samples)")
      let wrong = try folder.run(["sample", "first", "--clamp", "v1=010"])
      #expect(wrong.code != 0 && wrong.errors.contains("has 4 units"), "\(wrong)")

      let still = ["--set", "start=first", "--set", "optimizer.learning_rate=0", "--steps", "1"]
      #expect(try folder.train(config, run: "same", still).weights_sha256 == alone.weights_sha256)
      let damaged = still + ["--set", "model.damage={noise: 9}"]
      let once = try folder.train(config, run: "damaged", damaged)
      #expect(once.weights_sha256 != alone.weights_sha256)
      #expect(try folder.train(config, run: "damaged-2", ranks: 2, damaged) == once)
      let other = try folder.run(
        ["train", config, "--run", "other", "--set", "start=first", "--set", "model.links=[[v1, code]]"])
      #expect(other.code == 64 && other.errors.contains("groups and links"), "\(other)")
    }

    @Test(
      "Clamping units of an architecture that has none, and a start with another architecture, end with 64")
    func refusals() throws {
      let config = try folder.write(Self.encoder)
      let small = try folder.write(SmallConfig.mlp, to: "small.yaml")
      try folder.train(small, run: "small", ["--steps", "2"])
      let start = try folder.run(["train", config, "--run", "begun", "--set", "start=small"])
      #expect(start.code == 64 && start.errors.contains("runs of its own architecture"), "\(start)")
      let grey = try folder.run(
        ["train", config, "--run", "grey", "--set", "data={source: blobs, features: 8, training_count: 40}"])
      #expect(grey.code != 0 && grey.errors.contains("model.binarize"), "\(grey)")
    }
  }
}
