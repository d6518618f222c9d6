import Checkpoints
import Networks

/// A group of odd sizes whose values have all kinds of bits, among them a negative zero, infinities, not-a-number.
func sampleGroup(_ name: String = "network", seed: UInt32 = 1) -> ParameterGroup {
  let group = ParameterGroup(
    name: name,
    slots: [
      Slot("0.dense.weight", shape: [7, 5], initializer: .zero),
      Slot("0.dense.bias", shape: [5], initializer: .zero, decays: false),
      Slot("1.dense.weight", shape: [5, 3], initializer: .zero),
    ])
  fill(group.buffer, of: group, seed: seed)
  return group
}

/// Fills the slots of a buffer that is laid out like `group`; gaps stay zero.
func fill(_ buffer: FlatBuffer, of group: ParameterGroup, seed: UInt32) {
  var bits = seed
  for tensor in group.tensors(in: buffer) {
    let values = tensor.bytes.bindMemory(to: Float.self)
    for index in values.indices {
      bits = bits &* 1_664_525 &+ 1_013_904_223
      values[index] = Float(bits >> 8) / 16_777_216 - 0.5
    }
    values[0] = -0.0
    values[1] = .infinity
    values[2] = Float(bitPattern: 0x7FC0_1234)
  }
}

/// A manifest with awkward content.
func sampleManifest(step: Int = 1234, metrics: [String: Double] = ["test_error": 0.0125])
  -> CheckpointManifest
{
  CheckpointManifest(
    architecture: "mlp", config: "model: mlp\nlayers:\n  - width: 5 # \"Ä\" / \\ \t\n\n", step: step,
    epoch: 2,
    dataPosition: 640, seed: .max - 1, lanes: 8, metrics: metrics,
    best: ["test_error": .init(value: 0.1 + 0.2, step: 1000)], datasetFingerprint: "idx:60000:9f3a",
    libraryVersion: "1.0.0", counters: ["mistakes": 1 << 60])
}

/// The contents of a checkpoint with parameters and momentum of `group`.
func sampleContents(
  _ group: ParameterGroup, momentum: FlatBuffer, manifest: CheckpointManifest = sampleManifest()
) -> CheckpointContents {
  CheckpointContents(
    manifest: manifest,
    tensors: [
      CheckpointContents.parametersFile: group.tensors().map { $0.tensor },
      CheckpointContents.optimizerFile: group.tensors(in: momentum, prefix: "momentum").map { $0.tensor },
    ])
}

extension CheckpointDirectory {
  /// Saves small checkpoints of these steps, each with the given test error or none.
  func saveSamples(_ steps: [Int], errors: [Int: Double] = [:]) throws {
    for step in steps {
      let group = sampleGroup(seed: UInt32(step))
      let manifest = sampleManifest(step: step, metrics: errors[step].map { ["test_error": $0] } ?? [:])
      try save(sampleContents(group, momentum: FlatBuffer(count: group.buffer.count), manifest: manifest))
    }
  }
}

/// The bits of all floats.
func bits(_ buffer: FlatBuffer) -> [UInt32] { buffer.elements.map { $0.bitPattern } }
