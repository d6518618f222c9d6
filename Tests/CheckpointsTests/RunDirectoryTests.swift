import Checkpoints
import Foundation
import Testing

@Suite("A run's directory")
struct RunDirectoryTests {
  @Test("A run is begun in a new or an empty directory, and found again with all that it wrote")
  func createAndResume() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/runs/first"
    #expect(!RunDirectory.holdsRun(path))
    do {
      let run = try RunDirectory(path, for: .create)
      try run.writeConfig("model: mlp\n")
      try run.metricsLog().append(step: 1, epoch: 0, values: [("loss", 0.5)])
      try run.checkpoints.saveSamples([1])
      try run.writeSummary(["steps": 1])
    }
    #expect(RunDirectory.holdsRun(path))
    #expect(
      try folder.names(in: "runs/first") == ["checkpoints", "config.yaml", "metrics.jsonl", "summary.json"])
    let run = try RunDirectory(path, for: .resume)
    #expect(try run.config() == "model: mlp\n")
    #expect(try run.checkpoints.steps() == [1])
    #expect(try folder.bytes("runs/first/summary.json") == Array("{\n  \"steps\" : 1\n}\n".utf8))
  }

  @Test("A directory that holds something is not begun in, and stays as it is")
  func notEmpty() throws {
    let folder = try TemporaryDirectory()
    try folder.write([1], to: "thesis.tex")
    let error = #expect(throws: CheckpointError.self) { try RunDirectory(folder.path, for: .create) }
    #expect(error?.kind == .notEmpty)
    #expect(error?.description.contains("thesis.tex") == true)
    #expect(error?.description.contains("--resume") == true)
    #expect(try folder.names() == ["thesis.tex"])
  }

  @Test("Where there is no run, none is resumed or read", arguments: [RunDirectory.Access.resume, .read])
  func noRun(access: RunDirectory.Access) throws {
    let folder = try TemporaryDirectory()
    for path in [folder.path, "\(folder.path)/none"] {
      let error = #expect(throws: CheckpointError.self) { try RunDirectory(path, for: access) }
      #expect(error?.kind == .notFound)
    }
    #expect(try folder.names() == [])
  }

  @Test("While one process writes, another may read but not write")
  func lock() throws {
    let folder = try TemporaryDirectory()
    do {
      let run = try RunDirectory(folder.path, for: .create)
      try run.writeConfig("a: 1\n")
      let error = #expect(throws: CheckpointError.self) { try RunDirectory(folder.path, for: .resume) }
      #expect(error?.kind == .inUse)
      #expect(try RunDirectory(folder.path, for: .read).config() == "a: 1\n")
      try run.writeConfig("a: 2\n")
    }
    #expect(try RunDirectory(folder.path, for: .resume).config() == "a: 2\n")
  }

  @Test("Resuming clears temporaries; reading touches nothing")
  func temporaries() throws {
    let folder = try TemporaryDirectory()
    try folder.write([], to: "config.yaml")
    try folder.write([], to: ".summary.json.1-a.partial")
    let stale = "\(folder.path)/checkpoints/.step-00000001.1-a.partial"
    try FileManager.default.createDirectory(atPath: stale, withIntermediateDirectories: true)
    _ = try RunDirectory(folder.path, for: .read)
    #expect(try folder.names().count == 3)
    _ = try RunDirectory(folder.path, for: .resume)
    #expect(try folder.names() == ["checkpoints", "config.yaml"])
    #expect(try folder.names(in: "checkpoints") == [])
  }

  @Test("A path that leads through a file is refused in words")
  func unwritable() throws {
    let folder = try TemporaryDirectory()
    try folder.write([], to: "file")
    let error = #expect(throws: CheckpointError.self) {
      try RunDirectory("\(folder.path)/file/run", for: .create)
    }
    #expect(error?.kind == .notAccessible)
    #expect(error?.description.contains("Not a directory") == true)
  }

  @Test("A summary writes what is not finite as text")
  func summary() throws {
    let folder = try TemporaryDirectory()
    let run = try RunDirectory(folder.path, for: .create)
    try run.writeSummary(["b": Double.nan, "a": 0.1])
    #expect(try folder.bytes("summary.json") == Array("{\n  \"a\" : 0.1,\n  \"b\" : \"nan\"\n}\n".utf8))
    #expect(throws: CheckpointError.self) { try run.config() }
  }
}
