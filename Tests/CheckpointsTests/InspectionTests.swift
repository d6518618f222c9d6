import Checkpoints
import Foundation
import Networks
import Testing

@Suite("Looking at checkpoints")
struct InspectionTests {
  /// Saves a model of one slot with these values.
  private func save(_ values: [Float], step: Int = 1, config: String = "a: 1\n", in path: String) throws
    -> Checkpoint
  {
    let group = ParameterGroup(name: "network", slots: [Slot("w", shape: [values.count], initializer: .zero)])
    for (index, value) in values.enumerated() { group[0][index] = value }
    var manifest = sampleManifest(step: step)
    manifest.config = config
    return try CheckpointDirectory(path: path).save(
      CheckpointContents(
        manifest: manifest, tensors: [CheckpointContents.parametersFile: group.tensors().map { $0.tensor }]))
  }

  @Test("A report holds minimum, mean, maximum and norm of the finite values, and counts the others")
  func statistics() throws {
    let folder = try TemporaryDirectory()
    let report = try save([3, -4, .nan, 1, -.infinity], in: folder.path).report()
    let tensor = try #require(report.files.first?.tensors.first)
    #expect(tensor.minimum == -4)
    #expect(tensor.mean == 0)
    #expect(tensor.maximum == 3)
    #expect(tensor.norm == 26.0.squareRoot())
    #expect(tensor.nonFiniteCount == 2)
    #expect(
      report.description.contains("network/w F32 [5] min -4 mean 0 max 3 norm 5.099 (2 not finite)"))
    #expect(report.description.contains("best.test_error: 0.30000000000000004 at step 1000"))
  }

  @Test("Statistics of a tensor longer than one piece cover all of it")
  func longTensor() throws {
    let folder = try TemporaryDirectory()
    var values = [Float](repeating: 1, count: 200_001)
    values[200_000] = 9
    let tensor = try #require(try save(values, in: folder.path).report().files.first?.tensors.first)
    #expect(tensor.maximum == 9)
    #expect(tensor.mean == 200_009.0 / 200_001)
    values[70_000] = 1.5
    let file = try save(values, step: 2, in: folder.path).compare(
      with: CheckpointDirectory(path: folder.path).checkpoint(atStep: 1))
    #expect(file.files.first?.tensors?.first?.outcome == .differs(maximum: 0.5, count: 1, of: 200_001))
  }

  @Test("A checkpoint compared with itself differs in nothing")
  func equal() throws {
    let folder = try TemporaryDirectory()
    let checkpoint = try save([1, .nan], in: folder.path)
    let comparison = try checkpoint.compare(with: checkpoint)
    #expect(comparison.manifest.isEmpty)
    #expect(comparison.config.isEmpty)
    #expect(comparison.tensorsAreEqual)
    #expect(comparison.description == "parameters.safetensors: 1 tensors, equal bits")
  }

  @Test(
    "A comparison counts values whose bits differ, a zero of another sign too, and gives the greatest difference"
  )
  func differences() throws {
    let folder = try TemporaryDirectory()
    let first = try save([0, 1, 2, .nan], in: folder.path)
    let second = try save([-0.0, 1, 2.25, 5], step: 2, config: "a: 2\n", in: folder.path)
    let comparison = try first.compare(with: second)
    #expect(!comparison.tensorsAreEqual)
    #expect(
      comparison.files.first?.tensors?.map { $0.outcome } == [.differs(maximum: 0.25, count: 3, of: 4)])
    #expect(comparison.manifest.map { $0.description } == ["step: 1 → 2"])
    #expect(comparison.config.map { $0.description } == ["a: 1 → 2"])
  }

  @Test("Tensors and files that only one of two checkpoints has are named")
  func otherTensors() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let small = try save([1], step: 2, in: folder.path)
    let comparison = try directory.checkpoint(atStep: 1).compare(with: small)
    #expect(comparison.description.contains("optimizer.safetensors: only in one of the two"))
    #expect(comparison.description.contains("network/0.dense.bias: only in the first"))
    #expect(comparison.description.contains("network/w: only in the second"))
    let other = try save([1, 2], step: 3, in: folder.path)
    #expect(try other.compare(with: small).description.contains("network/w: F32 [2] → F32 [1]"))
  }

  @Test("Configs are compared value by value, by paths, whatever the comments and the indentation")
  func configs() {
    let first = """
      # a comment
      seed: 1
      optimizer:
        name: sgd   # plain
        learning_rate: 0.1
      layers:
      - kind: dense
        width: 300
      - kind: dense
        width: 10
      "odd: key": 'a # b'
      sizes: [1, 2]
      empty: {}
      """
    let same = """
      seed: 1

      optimizer:
          name: sgd
          learning_rate: 0.1
      layers:
        - kind: dense
          width: 300
        - kind: dense
          width: 10
      "odd: key": 'a # b'
      sizes: [1, 2]
      empty: {}
      """
    #expect(ConfigurationDifference.between(first, same) == [])
    let other = first.replacingOccurrences(of: "0.1", with: "0.2")
      .replacingOccurrences(of: "  width: 10", with: "  width: 10\n- kind: dropout")
      .replacingOccurrences(of: "a # b", with: "a # c")
      .replacingOccurrences(of: "empty: {}\n", with: "")
      .replacingOccurrences(of: "seed: 1\n", with: "")
    #expect(
      ConfigurationDifference.between(first, other).map { $0.description } == [
        "seed: 1 → (none)", "optimizer.learning_rate: 0.1 → 0.2", "odd: key: 'a # b' → 'a # c'",
        "layers[2].kind: (none) → dropout",
      ])
  }

  @Test("Any text is compared without a trap: lists in lists, keys without values, text that goes on")
  func anyText() {
    let texts = [
      "- - 1\n  - 2\n- 3", "a:\n  b:\nc", "-", ":", "a: |\n  one\n  two", "'", "- a: 1\n  b:\n  - 2", "",
    ]
    for first in texts {
      for second in texts {
        #expect(
          ConfigurationDifference.between(first, second).isEmpty == (first == second), "\(first) / \(second)")
      }
    }
  }
}
