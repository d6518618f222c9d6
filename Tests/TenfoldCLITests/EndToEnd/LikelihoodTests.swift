import Foundation
import Testing

extension EndToEnd {
  @Suite("Likelihoods and bad input of restricted machines, on 1 and 3 ranks", .serialized)
  struct LikelihoodTests {
    private let folder: Folder

    private static func config(_ model: String, data: String = SmallConfig.data) -> String {
      """
      architecture: rbm
      lanes: 8
      batch: 64
      log_every_steps: 5
      steps: 20
      model: \(model)
      \(data)
      optimizer: {learning_rate: 0.05, averaging: {kind: exponential, decay: 0.9}}
      checkpoints: {every_steps: 10}
      """
    }

    init() throws { folder = try Folder() }

    private func figures(_ options: [String], ranks: Int) throws -> [String: Double] {
      let outcome = try folder.run(["evaluate", "run"] + options, ranks: ranks, within: 120)
      try #require(outcome.code == 0, "\(outcome)")
      return try JSONDecoder().decode([String: Double].self, from: Data(outcome.output.utf8))
    }

    @Test("Exact and annealed likelihoods agree, and are the same bits on 1 and 3 ranks and on 2 threads")
    func likelihoods() throws {
      let config = try folder.write(Self.config("{hidden: 16, chains: 8, labels: true}"))
      try folder.train(config, run: "run")
      let exact = try figures(["--likelihood", "exact"], ranks: 1)
      #expect(try figures(["--likelihood", "exact"], ranks: 3) == exact)
      let (test, training) = (
        try #require(exact["test_log_probability"]), try #require(exact["training_log_probability"])
      )
      let energy = try #require(exact["test_free_energy"])
      #expect(test == -energy - (try #require(exact["log_partition"])))
      // A pixel says at most ln 2 on average, and untrained machines say nearly that.
      #expect(test < -50 && test > -550 && abs(test - training) < 30, "\(exact)")
      let annealed = ["--likelihood", "annealed", "--runs", "40", "--betas", "300"]
      let estimate = try figures(annealed, ranks: 1)
      #expect(try figures(annealed, ranks: 3) == estimate)
      #expect(try figures(annealed + ["--threads", "2"], ranks: 1) == estimate)
      let (low, high) = (
        try #require(estimate["log_partition_low"]), try #require(estimate["log_partition_high"])
      )
      #expect(low < exact["log_partition"]! && exact["log_partition"]! < high, "\(estimate), \(exact)")
      // Without being asked, nothing is counted.
      #expect(try figures([], ranks: 1)["log_partition"] == nil)
    }

    @Test("Enumerations that cannot finish and options that belong to nothing end with 64, said once")
    func requests() throws {
      let config = try folder.write(Self.config("{hidden: 30}"))
      try folder.train(config, run: "run")
      for ranks in [1, 3] {
        for (options, text) in [
          (["--likelihood", "exact"], "the machine has 784 visible and 30 hidden units"),
          (["--likelihood", "annealed", "--runs", "1"], "runs is 1"),
          (["--betas", "10"], "--runs and --betas belong to --likelihood annealed"),
        ] {
          let outcome = try folder.run(["evaluate", "run"] + options, ranks: ranks, within: 60)
          #expect(outcome.code == 64, "\(outcome)")
          #expect(outcome.errors.components(separatedBy: text).count == 2, "\(outcome)")
        }
      }
      let mlp = try folder.write(SmallConfig.mlp, to: "mlp.yaml")
      try folder.train(mlp, run: "mlp", ["--steps", "2"])
      let outcome = try folder.run(["evaluate", "mlp", "--likelihood", "auto"], within: 60)
      #expect(
        outcome.code == 64 && outcome.errors.contains("those that can: boltzmann, rbm, dbn"), "\(outcome)")
    }

    @Test(
      "Chains fewer than lanes, inputs outside of 0...1 and labels that are missing are refused")
    func input() throws {
      let wild = (0..<80).map { "\($0 % 3),\(-Double($0) / 40),0.5" }.joined(separator: "\n")
      let bare = (0..<80).map { "0.\($0 % 10),0.5" }.joined(separator: "\n")
      _ = try folder.write(wild + "\n", to: "wild.csv")
      _ = try folder.write(bare + "\n", to: "bare.csv")
      func csv(_ file: String, _ label: String) -> String {
        "data: {source: csv, training_file: \(file), header: false, label_column: \(label), normalization: none}"
      }
      for (model, data, text) in [
        ("{hidden: 8, chains: 7}", SmallConfig.data, "model.chains is 7, lanes is 8"),
        ("{hidden: 8}", csv("wild.csv", "first"), "some lie outside of 0...1"),
        ("{hidden: 8, labels: true}", csv("bare.csv", "none"), "model.labels: the examples of these data"),
      ] {
        let config = try folder.write(Self.config(model, data: data))
        for ranks in [1, 3] {
          let outcome = try folder.run(["train", config, "--run", "bad"], ranks: ranks, within: 60)
          #expect(outcome.code == 64, "\(ranks) ranks: \(outcome)")
          // Values are looked at while training: each rank that meets one says so.
          let times = outcome.errors.components(separatedBy: text).count - 1
          #expect(times == 1 || (times > 1 && model == "{hidden: 8}"), "\(ranks) ranks: \(outcome)")
          try? FileManager.default.removeItem(atPath: "\(folder.path)/bad")
        }
      }
    }
  }
}
