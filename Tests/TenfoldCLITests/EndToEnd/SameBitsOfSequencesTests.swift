import Foundation
import Testing

extension EndToEnd {
  @Suite("The same bits, for recurrent networks, autoencoders and games", .serialized)
  struct SameBitsOfSequencesTests {
    @Test(
      "Weights are the same on 1, 3 and 8 ranks, on threads, with streamed rows, and after kill -9 on other ranks",
      arguments: 0..<SmallConfig.sequences.count)
    func sameBits(index: Int) throws {
      let (name, config) = SmallConfig.sequences[index]
      let folder = try Folder()
      let file = try folder.write(config)
      let alone = try folder.train(file, run: "alone")
      for (number, way) in [
        (3, []), (8, []), (1, ["--threads", "2"]), (3, ["--set", "data.access=streamed"]),
      ].enumerated() {
        let other = try folder.train(file, run: "run\(number)", ranks: way.0, way.1)
        #expect(other == alone, "\(name): \(way)")
      }
      let job = try Job(["train", file, "--run", "killed"], ranks: 3, in: folder)
      while folder.checkpoints(of: "killed").isEmpty, job.isRunning { usleep(5000) }
      job.kill()
      let resumed = try folder.run(["train", "--resume", "--run", "killed"], ranks: 2)
      #expect(resumed.code == 0, "\(resumed)")
      #expect(try folder.summary(of: "killed") == alone, "\(name), killed and resumed")
    }

    @Test("The two networks of a game may work on ranks of their own, and move between runs")
    func placements() throws {
      let folder = try Folder()
      let file = try folder.write(SmallConfig.gan)
      let shared = try folder.train(file, run: "shared")
      func placement(_ generator: Int, _ discriminator: Int) -> [String] {
        ["--set", "model.placement={generator: \(generator), discriminator: \(discriminator)}"]
      }
      for (generator, discriminator) in [(1, 1), (1, 3), (2, 2)] {
        let split = try folder.train(
          file, run: "split\(generator)\(discriminator)", ranks: generator + discriminator,
          placement(generator, discriminator))
        #expect(split == shared, "\(generator)+\(discriminator)")
      }
      let job = try Job(["train", file, "--run", "moved"] + placement(1, 1), ranks: 2, in: folder)
      while folder.checkpoints(of: "moved").isEmpty, job.isRunning { usleep(5000) }
      job.kill()
      let resumed = try folder.run(
        ["train", file, "--resume", "--run", "moved"] + placement(1, 2), ranks: 3)
      #expect(resumed.code == 0, "\(resumed)")
      #expect(try folder.summary(of: "moved") == shared)
    }
  }
}
