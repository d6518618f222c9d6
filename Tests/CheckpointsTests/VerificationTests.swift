import Checkpoints
import Foundation
import Testing

@Suite("Verification")
struct VerificationTests {
  @Test("One flipped bit, all over every file, is found, and the next older checkpoint is taken")
  func flippedBits() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1, 2])
    let newest = directory.checkpoint(atStep: 2)
    for file in try folder.names(in: "step-00000002") {
      let name = "step-00000002/\(file)"
      let bytes = try folder.bytes(name)
      for place in stride(from: 0, to: bytes.count, by: 5) {
        var changed = bytes
        changed[place] ^= 1 << UInt8(place % 8)
        try folder.write(changed, to: name)
        #expect(newest.damage() != nil, "bit \(place % 8) of byte \(place) of \(file)")
      }
      let search = try directory.newestValid()
      #expect(search.checkpoint == directory.checkpoint(atStep: 1))
      #expect(search.damaged.map { $0.checkpoint } == [newest])
      try folder.write(bytes, to: name)
      #expect(newest.damage() == nil)
    }
  }

  @Test("Every bit of a list of hashes counts: a list in capitals or of another order is not ours")
  func strictList() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let bytes = try folder.bytes("step-00000001/SHA256SUMS")
    for place in stride(from: 0, to: bytes.count, by: 3) {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << UInt8(bit)
        try folder.write(changed, to: "step-00000001/SHA256SUMS")
        #expect(directory.checkpoint(atStep: 1).damage() != nil, "bit \(bit) of byte \(place)")
      }
    }
  }

  @Test("Cut at many lengths, any file makes the checkpoint invalid")
  func truncation() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    for file in try folder.names(in: "step-00000001") {
      let name = "step-00000001/\(file)"
      let bytes = try folder.bytes(name)
      for length in Array(stride(from: 0, to: bytes.count, by: 13)) + [bytes.count - 1] {
        try folder.write(Array(bytes.prefix(length)), to: name)
        #expect(directory.checkpoint(atStep: 1).damage() != nil, "\(file) cut at \(length)")
      }
      try folder.write(bytes + [0], to: name)
      #expect(directory.checkpoint(atStep: 1).damage() != nil, "\(file) with a byte more")
      try folder.write(bytes, to: name)
    }
    #expect(directory.checkpoint(atStep: 1).damage() == nil)
  }

  @Test("The checks name each file and what became of it")
  func fileByFile() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let checkpoint = directory.checkpoint(atStep: 1)
    #expect(checkpoint.verify().map { $0.outcome } == [.ok, .ok, .ok])
    try folder.write([1, 2, 3], to: "step-00000001/optimizer.safetensors")
    try folder.write([], to: "step-00000001/notes.txt")
    try FileManager.default.removeItem(atPath: "\(checkpoint.path)/parameters.safetensors")
    let lines = checkpoint.verify().map { $0.description }
    #expect(lines.count == 4)
    #expect(lines.contains("manifest.json: ok"))
    #expect(lines.contains { $0.hasPrefix("optimizer.safetensors: the hash differs") })
    #expect(lines.contains("parameters.safetensors: missing"))
    #expect(lines.contains("notes.txt: not on the list of hashes"))
  }

  @Test("A checkpoint without its list, an empty one, and one that is a file are damaged, not fatal")
  func partsGone() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1, 2])
    try FileManager.default.removeItem(atPath: "\(folder.path)/step-00000002/SHA256SUMS")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/step-00000003", withIntermediateDirectories: false)
    try folder.write([], to: "step-00000004")
    let search = try directory.newestValid()
    #expect(search.checkpoint == directory.checkpoint(atStep: 1))
    #expect(search.damaged.map { $0.checkpoint } == [3, 2].map { directory.checkpoint(atStep: $0) })
    #expect(search.damaged.allSatisfy { $0.description.contains("SHA256SUMS: missing") })
  }

  @Test("A checkpoint under the name of another step is damaged")
  func renamed() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    try FileManager.default.moveItem(
      atPath: "\(folder.path)/step-00000001", toPath: "\(folder.path)/step-00000009")
    #expect(directory.checkpoint(atStep: 9).damage()?.contains("it is of step 1") == true)
  }

  @Test("A manifest of a newer format is refused with the remedy")
  func newerFormat() throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let text = String(decoding: try folder.bytes("step-00000001/manifest.json"), as: UTF8.self)
    try folder.write(
      Array(text.replacingOccurrences(of: "\"format_version\" : 1", with: "\"format_version\" : 2").utf8),
      to: "step-00000001/manifest.json")
    let error = #expect(throws: CheckpointError.self) { try directory.checkpoint(atStep: 1).manifest() }
    #expect(error?.kind == .newerFormat)
  }

  @Test(
    "A manifest that leads out of its directory or lacks a value is refused",
    arguments: [
      ("\"parameters.safetensors\"", "\"../../secret.safetensors\""), ("\"lanes\" : 8", "\"lanes\" : 0"),
      ("\"step\" : 1,", "\"step\" : -1,"), ("\"seed\"", "\"sead\""), ("\"epoch\" : 2", "\"epoch\" : 1e99"),
    ])
  func hostileManifest(old: String, new: String) throws {
    let folder = try TemporaryDirectory()
    let directory = CheckpointDirectory(path: folder.path)
    try directory.saveSamples([1])
    let text = String(decoding: try folder.bytes("step-00000001/manifest.json"), as: UTF8.self)
    let changed = text.replacingOccurrences(of: old, with: new)
    #expect(changed != text)
    try folder.write(Array(changed.utf8), to: "step-00000001/manifest.json")
    let error = #expect(throws: CheckpointError.self) { try directory.checkpoint(atStep: 1).manifest() }
    #expect(error?.kind == .damaged)
  }

  @Test(
    "sha256sum -c accepts the list",
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sha256sum"), "there is no sha256sum here"))
  func sha256sum() throws {
    let folder = try TemporaryDirectory()
    try CheckpointDirectory(path: folder.path).saveSamples([1])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = ["--check", "--strict", "--quiet", "SHA256SUMS"]
    process.currentDirectoryURL = URL(fileURLWithPath: "\(folder.path)/step-00000001")
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
