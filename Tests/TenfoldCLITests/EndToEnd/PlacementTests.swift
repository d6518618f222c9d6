import Foundation
import Testing

extension EndToEnd {
  @Suite("Generator and discriminator on ranks of their own", .serialized)
  struct PlacementTests {
    static let config = """
      architecture: gan
      lanes: 8
      batch: 64
      steps: 24
      model:
        generator: {latent: 8, layers: [{dense: {units: 16, activation: relu}}, {dense: 784}, sigmoid]}
        discriminator: {layers: [{dense: 16}, {leaky_relu: 0.2}, {dense: 1}]}
      data: {training_count: 500, test_count: 100}
      optimizer: {rule: adam, learning_rate: 0.001, beta1: 0.5}
      evaluation: {pictures: false}
      """
    private static let ways = [
      (2, "split"), (4, "split"), (4, "{generator: 1, discriminator: 3}"), (3, "auto"),
    ]

    @Test("The weights are those of shared roles, streamed or not")
    func sameBits() throws {
      let folder = try Folder()
      let file = try folder.write(Self.config)
      let alone = try folder.train(file, run: "alone")
      for (number, way) in Self.ways.enumerated() {
        for access in ["shared", "streamed"] {
          let other = try folder.train(
            file, run: "run\(number)-\(access)", ranks: way.0,
            ["--set", "model.placement=\(way.1)", "--set", "data.access=\(access)"])
          #expect(other.weights_sha256 == alone.weights_sha256, "\(way) \(access)")
        }
      }
    }

    @Test("A run that was killed goes on with another placement and ends with the same bits")
    func resume() throws {
      let folder = try Folder()
      let file = try folder.write(Self.config)
      let alone = try folder.train(file, run: "alone")
      _ = try folder.train(
        file, run: "run", ranks: 3, ["--set", "model.placement=auto", "--steps", "11"])
      let resumed = try folder.train(
        file, run: "run", ranks: 2, ["--set", "model.placement=split", "--resume"])
      #expect(resumed.weights_sha256 == alone.weights_sha256)
      let evaluated = try folder.run(["evaluate", "run"])
      #expect(evaluated.code == 0 && evaluated.output.contains("parzen_log_likelihood"), "\(evaluated)")
    }

    @Test("Placements that do not fit the ranks end with 64 and the remedy, once")
    func refusals() throws {
      let folder = try Folder()
      let file = try folder.write(Self.config)
      for (ranks, placement, text) in [
        (1, "split", "start at least 2 ranks"), (3, "{generator: 1, discriminator: 3}", "but 3 are running"),
        (2, "{generator: 0, discriminator: 2}", "each needs at least 1"),
      ] {
        let outcome = try folder.run(
          ["train", file, "--run", "run", "--set", "model.placement=\(placement)"], ranks: ranks)
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.errors.components(separatedBy: text).count == 2, "\(outcome)")
      }
    }
  }
}
