/// Pieces of music as standard MIDI files of format 0: one track, on channel 1, all notes equally loud.
///
/// A piece is a list of steps, a step the MIDI numbers of the notes that sound (60 is middle C). A note that sounds in
/// several steps one after the other is held, as in a piano roll.
///
/// Source: The MIDI Manufacturers Association, Standard MIDI Files 1.0.
public enum MIDIFile {
  /// The ticks of a quarter note.
  static let ticksPerQuarter = 480

  /// The file's bytes.
  ///
  /// - Parameters:
  ///   - stepsPerQuarter: the steps of a quarter note: 1 for chorales, 4 for folk tunes in sixteenths.
  ///   - quartersPerMinute: the tempo.
  /// - Throws: `DataError` where a note is outside 0...127.
  public static func bytes(
    of piece: [[Int]], stepsPerQuarter: Int = 2, quartersPerMinute: Int = 100
  ) throws -> [UInt8] {
    precondition((1...ticksPerQuarter).contains(stepsPerQuarter), "\(stepsPerQuarter) steps in a quarter")
    precondition((4...60_000_000).contains(quartersPerMinute), "\(quartersPerMinute) quarters a minute")
    for (step, notes) in piece.enumerated() {
      if let note = notes.first(where: { !(0...127).contains($0) }) {
        throw DataError(
          .inconsistent, "note \(note) in step \(step) is no MIDI note: 0 to 127 are allowed, 60 is middle C")
      }
    }
    let microseconds = 60_000_000 / quartersPerMinute
    var track: [UInt8] = [0, 0xFF, 0x51, 3]
    track += [16, 8, 0].map { UInt8(truncatingIfNeeded: microseconds >> $0) }
    track += events(of: piece, ticksPerStep: ticksPerQuarter / stepsPerQuarter)
    track += [0, 0xFF, 0x2F, 0]
    var file = Array("MThd".utf8) + bigEndian(6, bytes: 4)
    file += bigEndian(0, bytes: 2) + bigEndian(1, bytes: 2) + bigEndian(ticksPerQuarter, bytes: 2)
    return file + Array("MTrk".utf8) + bigEndian(track.count, bytes: 4) + track
  }

  /// Writes a piece; the file appears under its name only when it is whole.
  ///
  /// - Throws: `DataError` where a note is outside 0...127 or the file cannot be written.
  public static func write(
    _ piece: [[Int]], to path: String, stepsPerQuarter: Int = 2, quartersPerMinute: Int = 100
  ) throws {
    try WholeFile.write(
      bytes(of: piece, stepsPerQuarter: stepsPerQuarter, quartersPerMinute: quartersPerMinute), to: path)
  }

  /// Note-off and note-on events, each after its delay in ticks.
  private static func events(of piece: [[Int]], ticksPerStep: Int) -> [UInt8] {
    var events: [UInt8] = []
    var sounding: Set<Int> = []
    var delay = 0
    for notes in piece.map(Set.init) + [[]] {
      for note in sounding.subtracting(notes).sorted() {
        events += variableLength(delay) + [0x80, UInt8(note), 64]
        delay = 0
      }
      for note in notes.subtracting(sounding).sorted() {
        events += variableLength(delay) + [0x90, UInt8(note), 80]
        delay = 0
      }
      sounding = notes
      delay += ticksPerStep
    }
    return events
  }

  /// A number in groups of seven bits, the highest first; all but the last have bit 7 set.
  private static func variableLength(_ value: Int) -> [UInt8] {
    var groups = [UInt8(value & 127)]
    var rest = value >> 7
    while rest > 0 {
      groups.insert(UInt8(rest & 127) | 128, at: 0)
      rest >>= 7
    }
    return groups
  }

  private static func bigEndian(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - $0))) }
  }
}
