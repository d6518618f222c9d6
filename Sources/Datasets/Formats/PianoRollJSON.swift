/// Music as JSON, in the form that `data.source: piano_roll` reads: lists of pieces under names, each a list of steps of MIDI
/// notes.
public struct PianoRollJSON: Sendable {
  /// The text of the file.
  public let text: String

  /// The file of `parts`: `train`, `valid` and `test` for data, any name for samples. A line holds one piece.
  public init(_ parts: [(name: String, pieces: [[[Int]]])]) {
    func list(_ items: [String], _ separator: String = ",") -> String {
      "[" + items.joined(separator: separator) + "]"
    }
    let lines = parts.map { name, pieces in
      "\"\(name)\": "
        + list(pieces.map { piece in "\n" + list(piece.map { step in list(step.map(String.init)) }) })
    }
    text = "{" + lines.joined(separator: ",\n") + "}\n"
  }

  /// Writes the file; it appears under its name only when it is whole.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public func write(to path: String) throws {
    try WholeFile.write(Array(text.utf8), to: path)
  }
}
