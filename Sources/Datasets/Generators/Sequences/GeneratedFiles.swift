/// Generated sequences as files, in the forms that configs read.
public enum GeneratedFiles {
  /// Writes `text.txt`, `length` symbols of simple sentences, into an existing directory.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  public static func writeText(to directory: String, length: Int, seed: UInt64 = 1) throws {
    let text = String(String.UnicodeScalarView(SmallGrammar.text(count: length, part: 0, seed: seed)))
    try WholeFile.write(Array(text.utf8), to: "\(directory)/text.txt")
  }

  /// Writes `music.json`, chord progressions to train and to test on, into an existing directory.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  public static func writeMusic(to directory: String, training: Int, test: Int, seed: UInt64 = 1) throws {
    try PianoRollJSON([
      ("train", ChordProgressions.pieces(count: training, part: 0, seed: seed)), ("valid", []),
      ("test", ChordProgressions.pieces(count: test, part: 1, seed: seed)),
    ]).write(to: "\(directory)/music.json")
  }
}
