import Checkpoints
import Foundation
import Networks
import Testing

@Suite("Saving and loading")
struct CheckpointRoundTripTests {
  @Test("What is loaded has the bits of what was saved, gaps, infinities and payloads included")
  func bitForBit() throws {
    let folder = try TemporaryDirectory()
    let group = sampleGroup()
    let momentum = FlatBuffer(count: group.buffer.count)
    fill(momentum, of: group, seed: 99)
    let directory = CheckpointDirectory(path: "\(folder.path)/run/checkpoints")
    let saved = try directory.save(sampleContents(group, momentum: momentum))
    #expect(saved.path.hasSuffix("/run/checkpoints/step-00001234"))

    let other = sampleGroup(seed: 7)
    let otherMomentum = FlatBuffer(count: group.buffer.count)
    let found = try directory.newestValid()
    let checkpoint = try #require(found.checkpoint)
    #expect(found.damaged.isEmpty)
    #expect(checkpoint == saved)
    try checkpoint.loadParameters(into: [other])
    try checkpoint.load(
      CheckpointContents.optimizerFile, into: other.tensors(in: otherMomentum, prefix: "momentum"))
    #expect(bits(other.buffer) == bits(group.buffer))
    #expect(bits(otherMomentum) == bits(momentum))
  }

  @Test("The manifest comes back with every value, big integers and awkward text included")
  func manifest() throws {
    let folder = try TemporaryDirectory()
    let group = sampleGroup()
    let momentum = FlatBuffer(count: group.buffer.count)
    var manifest = sampleManifest()
    manifest.metrics["loss"] = .infinity
    manifest.metrics["tiny"] = 2.2250738585072014e-308
    let saved = try CheckpointDirectory(path: folder.path)
      .save(sampleContents(group, momentum: momentum, manifest: manifest))
    let loaded = try saved.manifest()
    #expect(loaded.tensorFiles == ["optimizer.safetensors", "parameters.safetensors"])
    #expect(loaded.config == manifest.config)
    #expect(loaded.seed == manifest.seed)
    #expect(loaded.metrics == manifest.metrics)
    #expect(loaded.best == manifest.best)
    #expect(loaded.counters == manifest.counters)
    #expect(loaded.json() == (try folder.bytes("step-00001234/manifest.json")))
    #expect(!String(decoding: loaded.json(), as: UTF8.self).contains("rank"))
  }

  @Test("A saved directory holds its four files and no temporaries")
  func files() throws {
    let folder = try TemporaryDirectory()
    try CheckpointDirectory(path: folder.path).saveSamples([1, 2])
    #expect(try folder.names() == ["step-00000001", "step-00000002"])
    #expect(
      try folder.names(in: "step-00000002")
        == ["SHA256SUMS", "manifest.json", "optimizer.safetensors", "parameters.safetensors"])
  }

  @Test("Saving the same step again replaces the checkpoint")
  func replacement() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([5], errors: [5: 0.5])
    try directory.saveSamples([5], errors: [5: 0.25])
    #expect(try folder.names() == ["step-00000005"])
    #expect(try directory.checkpoint(atStep: 5).manifest().metrics == ["test_error": 0.25])
    #expect(directory.checkpoint(atStep: 5).damage() == nil)
  }

  @Test("Saved twice, the same contents give the same bytes")
  func deterministic() throws {
    let folder = try TemporaryDirectory()
    let group = sampleGroup()
    let momentum = FlatBuffer(count: group.buffer.count)
    for name in ["a", "b"] {
      try CheckpointDirectory(path: "\(folder.path)/\(name)").save(sampleContents(group, momentum: momentum))
    }
    for file in try folder.names(in: "a/step-00001234") {
      #expect(try folder.bytes("a/step-00001234/\(file)") == folder.bytes("b/step-00001234/\(file)"))
    }
  }

  @Test("The weights' hash is that of the parameters' bytes without gaps, in memory and on disk")
  func weightsHash() throws {
    let folder = try TemporaryDirectory()
    let one = ParameterGroup(name: "a", slots: [Slot("x", shape: [3], initializer: .zero)])
    let two = ParameterGroup(name: "b", slots: [Slot("y", shape: [1, 2], initializer: .zero)])
    for index in 0..<3 { one[0][index] = Float(index + 1) }
    two[0][0] = -1
    two[0][1] = 0.5
    // printf of the five floats 1, 2, 3, -1, 0.5, piped to sha256sum.
    let expected = "a9eb3244413b54ba36a322ec60e4542a716798f72468f355db1be3736bc085ba"
    let hash = weightsSHA256(of: [one, two])
    #expect(hash == expected)
    let contents = CheckpointContents(
      manifest: sampleManifest(),
      tensors: [CheckpointContents.parametersFile: [one, two].flatMap { $0.tensors() }.map { $0.tensor }])
    #expect(try CheckpointDirectory(path: folder.path).save(contents).weightsSHA256() == hash)
    #expect(weightsSHA256(of: [two, one]) != hash)
  }

  @Test(
    "Loading into another model lists what is missing, not wanted and of another shape, and fills nothing")
  func mismatch() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let model = ParameterGroup(
      name: "network",
      slots: [
        Slot("0.dense.weight", shape: [5, 7], initializer: .zero),
        Slot("0.dense.bias", shape: [5], initializer: .zero),
        Slot("2.dense.weight", shape: [5, 3], initializer: .zero),
      ])
    let error = #expect(throws: CheckpointError.self) {
      try directory.checkpoint(atStep: 1).loadParameters(into: [model])
    }
    #expect(
      error?.kind
        == .mismatch([
          .shape(name: "network/0.dense.weight", wanted: [5, 7], found: [7, 5]),
          .missing(name: "network/2.dense.weight", extents: [5, 3]),
          .unexpected(name: "network/1.dense.weight", extents: [5, 3]),
        ]))
    #expect(error?.description.contains("network/2.dense.weight [5, 3] is missing") == true)
    #expect(model.buffer.elements.allSatisfy { $0 == 0 })
  }
}
