import Foundation

/// A file of music: `{"train": [[[60, 64, 67], …], …], "valid": …, "test": …}`, lists of pieces, each a list of steps, each a
/// list of the MIDI notes that sound.
///
/// The form of Boulanger-Lewandowski, Bengio and Vincent, Modeling temporal dependencies in high-dimensional
/// sequences, 2012.
struct PianoRollFile {
  /// The parts of the file, in this order.
  enum Part: String, CaseIterable {
    case train, valid, test
  }

  /// The file.
  let path: String
  /// The pieces of each part.
  let pieces: [Part: [[[Int]]]]

  /// Reads the file at `path`.
  ///
  /// - Throws: `DataError` where the file is missing, no JSON of this form, or has notes that no piano has; with part, piece
  ///   and step.
  init(path: String) throws {
    let mapping = try FileMapping(
      path: path, remedy: "check the path, or set data.directory (--set data.directory=PATH)")
    guard !mapping.bytes.isEmpty else {
      throw DataError(.malformed, "\(path): is empty; \(Self.form) was expected")
    }
    let parts: [String: [[[Int]]]]
    do {
      let data = withExtendedLifetime(mapping) { Data(mapping.bytes) }
      parts = try JSONDecoder().decode([String: [[[Int]]]].self, from: data)
    } catch {
      throw DataError(.malformed, "\(path): \(Self.reason(error)); \(Self.form) was expected")
    }
    var pieces: [Part: [[[Int]]]] = [:]
    for (name, list) in parts {
      guard let part = Part(rawValue: name) else {
        throw DataError(.malformed, "\(path): has a part '\(name)'; train, valid and test are allowed")
      }
      pieces[part] = list
    }
    for part in [Part.train, .test] where pieces[part] == nil {
      throw DataError(.malformed, "\(path): has no part '\(part.rawValue)'; \(Self.form) was expected")
    }
    self.path = path
    self.pieces = pieces
    for part in Part.allCases { try checkNotes(of: part) }
  }

  private static let form =
    #"{"train": pieces, "valid": pieces, "test": pieces}, each piece a list of lists of notes,"#

  private func checkNotes(of part: Part) throws {
    for (piece, steps) in (pieces[part] ?? []).enumerated() {
      for (step, notes) in steps.enumerated() {
        for note in notes where !PianoRolls.notes.contains(note) {
          throw DataError(
            .malformed,
            "\(path): note \(note) in step \(step) of piece \(piece) of '\(part.rawValue)' is outside 21...108, the keys of a"
              + " piano as MIDI numbers; transpose or remove it")
        }
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    let context: DecodingError.Context? =
      switch error {
      case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
        DecodingError.keyNotFound(_, let context), DecodingError.dataCorrupted(let context):
        context
      default: nil
      }
    guard let context else { return "is no JSON (\(error.localizedDescription))" }
    let names = ["part", "piece", "step", "note"]
    let place = zip(names, context.codingPath).map { name, key in
      "\(name) \(key.intValue.map(String.init) ?? key.stringValue)"
    }.joined(separator: ", ")
    return place.isEmpty
      ? "is no JSON of the right form (\(context.debugDescription))" : "\(place) is of the wrong kind"
  }
}
