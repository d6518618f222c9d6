import Foundation
import Networks

/// Writes what models show and make into a directory: PNG, IDX, CSV, text, JSON and MIDI files.
public struct ArtifactWriter: Sendable {
  /// The directory.
  public let directory: String

  /// A writer into `directory`, which is created where it is missing.
  ///
  /// - Throws: `DataError` where it cannot be created.
  public init(directory: String) throws {
    self.directory = directory
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw DataError(
        .unwritable, "\(directory): cannot be created (\(error.localizedDescription)); check path and rights")
    }
  }

  /// Writes one artifact; every file appears under its name only when it is whole, and replaces an older one.
  ///
  /// - Parameter suffix: added to the artifact's name: the step of a run.
  /// - Returns: The paths of the files.
  /// - Throws: `DataError` where a file cannot be written.
  @discardableResult
  public func write(_ artifact: Artifact, suffix: String = "") throws -> [String] {
    precondition(
      !artifact.name.isEmpty && !artifact.name.contains("/"), "«\(artifact.name)» is no name of a file")
    let path = "\(directory)/\(artifact.name)\(suffix)"
    switch artifact.content {
    case .picture(let picture):
      try PNGFile.write(picture, to: "\(path).png")
      return ["\(path).png"]
    case .images(let shape, let pixels):
      let file = "\(path)-idx\(Self.dimensions(of: shape))-ubyte"
      try Dataset(name: artifact.name, shape: shape, bytes: pixels, labels: nil, classes: 0).writeIDX(
        to: file)
      return [file]
    case .table(let columns, let rows):
      try WholeFile.write(Array(Self.csv(columns, rows).utf8), to: "\(path).csv")
      return ["\(path).csv"]
    case .text(let text):
      try WholeFile.write(Array(text.utf8), to: "\(path).txt")
      return ["\(path).txt"]
    case .music(let pieces):
      return try write(pieces, to: path)
    }
  }

  /// `[[[60, 64], [62]], …]` for all pieces, and a MIDI file for each.
  private func write(_ pieces: [[[Int]]], to path: String) throws -> [String] {
    let json = pieces.map { piece in
      "[" + piece.map { "[" + $0.map(String.init).joined(separator: ",") + "]" }.joined(separator: ",") + "]"
    }
    try WholeFile.write(Array("[\n\(json.joined(separator: ",\n"))\n]\n".utf8), to: "\(path).json")
    let names = pieces.indices.map { pieces.count == 1 ? "\(path).mid" : "\(path)-\($0 + 1).mid" }
    for (piece, name) in zip(pieces, names) { try MIDIFile.write(piece, to: name) }
    return ["\(path).json"] + names
  }

  /// Images of one channel are files of three dimensions, as MNIST's.
  private static func dimensions(of shape: Shape) -> Int {
    shape.extents.count == 3 && shape.extents[0] == 1 ? 3 : shape.extents.count + 1
  }

  private static func csv(_ columns: [String], _ rows: [[Double]]) -> String {
    var text = columns.joined(separator: ",") + "\n"
    for row in rows {
      text += row.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String($0) }
        .joined(separator: ",")
      text += "\n"
    }
    return text
  }
}
