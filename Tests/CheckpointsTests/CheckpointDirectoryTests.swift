import Checkpoints
import Foundation
import Testing

@Suite("A directory of checkpoints")
struct CheckpointDirectoryTests {
  /// Makes a checkpoint invalid.
  private func damage(_ step: Int, in folder: TemporaryDirectory) throws {
    let name = "\(CheckpointDirectory.name(ofStep: step))/parameters.safetensors"
    var bytes = try folder.bytes(name)
    bytes[bytes.count - 1] ^= 4
    try folder.write(bytes, to: name)
  }

  @Test("Names and steps stand for each other")
  func names() {
    #expect(CheckpointDirectory.name(ofStep: 0) == "step-00000000")
    #expect(CheckpointDirectory.name(ofStep: 123_456_789_012) == "step-123456789012")
    for step in [0, 7, 99_999_999, 100_000_000, Int.max] {
      #expect(CheckpointDirectory.step(ofName: CheckpointDirectory.name(ofStep: step)) == step)
    }
    let others = [
      "step-1", "step--0000001", "step-+0000001", "step-00000001 ", "Step-00000001", ".step-00000001",
    ]
    for name in others + ["step-000000001", "step-99999999999999999999", "step-", ""] {
      #expect(CheckpointDirectory.step(ofName: name) == nil, "\(name)")
    }
  }

  @Test("Checkpoints are listed by step, and other names are passed over")
  func list() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([100_000_000, 20, 3])
    try folder.write([], to: "step-00000007")
    try folder.write([], to: "README")
    #expect(try directory.steps() == [3, 20, 100_000_000])
    #expect(try CheckpointDirectory(path: folder.path + "/none").steps() == [])
    let search = try CheckpointDirectory(path: folder.path + "/none").newestValid()
    #expect(search.checkpoint == nil)
  }

  @Test("The best is the lowest finite value, and the oldest of equals")
  func best() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples(
      [1, 2, 3, 4, 5, 6], errors: [1: 0.5, 2: -.infinity, 3: 0.25, 4: 0.25, 5: .nan])
    #expect(try directory.best(by: "test_error") == directory.checkpoint(atStep: 3))
    #expect(try directory.best(by: "loss") == nil)
    try folder.write([1, 2], to: "step-00000003/manifest.json")
    #expect(try directory.best(by: "test_error") == directory.checkpoint(atStep: 4))
  }

  @Test(
    "Pruning keeps the last ones, the best and the newest valid one, and nothing else, whatever is damaged",
    arguments: 0..<24)
  func pruningLaws(seed: Int) throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    var random = SeededGenerator(UInt64(seed))
    let steps = Array(1...Int.random(in: 1...7, using: &random)).map { $0 * 10 }
    let errors = Dictionary(
      uniqueKeysWithValues: steps.filter { _ in Bool.random(using: &random) }
        .map { ($0, Double.random(in: 0...1, using: &random)) })
    try directory.saveSamples(steps, errors: errors)
    let damaged = steps.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
    for step in damaged { try damage(step, in: folder) }
    let keepLast = Int.random(in: 1...3, using: &random)
    let metric = Bool.random(using: &random) ? "test_error" : nil

    let valid = try directory.newestValid().checkpoint
    let best = metric == nil ? nil : errors.min { $0.value < $1.value }?.key
    let removed = try directory.prune(keepLast: keepLast, best: metric)

    let left = try directory.steps()
    #expect(left + removed.filter { !left.contains($0) } == left + removed, "nothing is both")
    #expect((left + removed).sorted() == steps)
    let newest = steps.last { !damaged.contains($0) }
    let expected = Set(steps.suffix(keepLast)).union([best, newest].compactMap { $0 })
    #expect(Set(left) == expected)
    #expect(try directory.newestValid().checkpoint == valid)
    #expect(try directory.prune(keepLast: keepLast, best: metric) == [], "pruning twice is pruning once")
    #expect(try folder.names().allSatisfy { !$0.hasPrefix(".") })
  }

  @Test("Temporaries that killed processes left are cleared; one that was to be replaced gets its name back")
  func staleTemporaries() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1, 2, 3])
    let manager = FileManager.default
    for number in 0..<20 {
      let name = "\(folder.path)/.step-0000000\(number % 4).\(number)-abc.partial"
      try manager.createDirectory(atPath: name, withIntermediateDirectories: false)
      try Data([1]).write(to: URL(fileURLWithPath: "\(name)/manifest.json"))
    }
    // Killed between the two renames of a replacement, and between a rename and a removal.
    try manager.moveItem(
      atPath: "\(folder.path)/step-00000002", toPath: "\(folder.path)/.step-00000002.7-f.replaced")
    try manager.copyItem(
      atPath: "\(folder.path)/step-00000003", toPath: "\(folder.path)/.step-00000003.7-f.replaced")
    try manager.moveItem(
      atPath: "\(folder.path)/step-00000001", toPath: "\(folder.path)/.step-00000001.7-f.removed")
    try folder.write([], to: ".hidden")

    #expect(try directory.steps() == [3])
    #expect(try directory.removeStaleTemporaries().count == 23)
    #expect(try folder.names() == [".hidden", "step-00000002", "step-00000003"])
    #expect(directory.checkpoint(atStep: 2).damage() == nil)
    #expect(try directory.removeStaleTemporaries() == [])
  }

  @Test("Readers that look while checkpoints are saved and pruned always find a valid one")
  func concurrentReaders() async throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let writer = Task {
      for step in 2...30 {
        try directory.saveSamples([step])
        try directory.prune(keepLast: 3)
      }
    }
    var newest = 0
    for _ in 0..<100 {
      let found = try #require(try directory.newestValid().checkpoint)
      let step = try #require(CheckpointDirectory.step(ofName: String(found.path.suffix(13))))
      #expect(step >= newest)
      newest = step
    }
    try await writer.value
    #expect(try directory.steps() == [28, 29, 30])
  }
}

/// Random numbers by seed (SplitMix64), so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
