import Foundation
import Testing

extension EndToEnd {
  /// `TENFOLD_TEST_STEPS=300` makes the runs as long as the claim says; 40 steps are two and a half epochs.
  @Suite("The same bits", .serialized)
  struct SameBitsTests {
    private static let steps = ProcessInfo.processInfo.environment["TENFOLD_TEST_STEPS"] ?? "40"

    /// A way to execute the same run.
    struct Way: CustomTestStringConvertible, Sendable {
      var ranks = 1
      var options: [String] = []
      var testDescription: String { "\(ranks) ranks \(options.joined(separator: " "))" }
    }

    private static let streamed = ["--set", "data.access=streamed"]
    static let ways =
      [2, 3, 4, 5, 8].map { Way(ranks: $0) } + [
        Way(options: ["--threads", "2"]),
        Way(ranks: 2, options: ["--threads", "2"]),
        Way(ranks: 3, options: streamed),
        Way(ranks: 3, options: ["--dedicated-coordinator"]),
        Way(ranks: 4, options: ["--dedicated-coordinator"] + streamed),
      ]

    @Test(
      "Weights and figures are the same on any ranks and threads, streamed or not, with a dedicated coordinator or not",
      arguments: 0..<3)
    func sameBits(index: Int) throws {
      let (name, config) = SmallConfig.all[index]
      let folder = try Folder()
      let file = try folder.write(config)
      let alone = try folder.train(file, run: "alone", ["--steps", Self.steps])
      #expect(alone.test_error ?? 1 < 0.8, "\(name) learns")
      for (number, way) in Self.ways.enumerated() {
        let other = try folder.train(
          file, run: "run\(number)", ranks: way.ranks, ["--steps", Self.steps] + way.options)
        #expect(other == alone, "\(name): \(way.testDescription)")
      }
    }

    /// Corners of the configuration, each a list of values.
    private static let corners: [[String]] = [
      // Lanes in several goes, distorted images, examples held back.
      [
        "micro_batch=3", "data.augmentation={shift: 2, rotation: 10, elastic_alpha: 8}",
        "data.validation_count=70",
      ],
      // Fewer examples than lanes, fewer test examples than ranks, every step an epoch.
      ["data.training_count=5", "data.test_count=2", "steps=6"],
      // One example in the last step of each epoch, blocks of one example.
      ["data.training_count=65", "data.test_count=7", "evaluation.block=1", "steps=9"],
      // A number of lanes that no number of ranks divides.
      ["lanes=7", "batch=50", "data.shuffle=false", "steps=21"],
    ]

    @Test("Small sets, odd lanes, several goes a lane and distorted images give the same bits, too")
    func corners() throws {
      for (number, corner) in Self.corners.enumerated() {
        let folder = try Folder()
        let file = try folder.write(SmallConfig.mlp)
        let options = corner.flatMap { ["--set", $0] }
        let alone = try folder.train(file, run: "alone", options)
        for (index, way) in [
          Way(ranks: 3), Way(ranks: 5, options: Self.streamed), Way(options: ["--threads", "3"]),
        ]
        .enumerated() {
          let other = try folder.train(file, run: "run\(index)", ranks: way.ranks, options + way.options)
          #expect(other == alone, "corner \(number): \(way.testDescription)")
        }
      }
    }

    @Test("The fast sum over ranks learns the same, up to rounding")
    func fast() throws {
      let folder = try Folder()
      let file = try folder.write(SmallConfig.lenet5)
      let alone = try folder.train(file, run: "alone", ["--steps", "20"])
      let fast = try folder.train(file, run: "fast", ranks: 3, ["--steps", "20", "--set", "reduction=fast"])
      let difference = try #require(alone.test_loss) - #require(fast.test_loss)
      #expect(abs(difference) < 0.01, "\(difference)")
    }

    @Test("Another seed, number of lanes or batch gives other bits: the comparison can fail")
    func otherBits() throws {
      let folder = try Folder()
      let file = try folder.write(SmallConfig.mlp)
      let alone = try folder.train(file, run: "alone", ["--steps", "5"])
      for (number, change) in ["seed=2", "lanes=7", "batch=65"].enumerated() {
        let other = try folder.train(file, run: "run\(number)", ["--steps", "5", "--set", change])
        #expect(other.weights_sha256 != alone.weights_sha256, "\(change)")
      }
    }

    @Test(
      "The Levenberg–Marquardt rule, which looks at examples of its own, gives the same bits streamed and shared"
    )
    func curvature() throws {
      let folder = try Folder()
      let file = try folder.write(SmallConfig.mlp)
      let options = [
        "--steps", "36", "--set", "optimizer={rule: sdlm, learning_rate: 0.01, curvature_examples: 100}",
      ]
      let alone = try folder.train(file, run: "alone", options)
      #expect(try folder.train(file, run: "shared", ranks: 3, options) == alone)
      #expect(try folder.train(file, run: "streamed", ranks: 3, options + Self.streamed) == alone)
    }
  }
}
