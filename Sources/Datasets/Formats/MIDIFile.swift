import Foundation

/// A standard MIDI file (format 0, one track) of a piece in equal steps, as ordinary players open it.
///
/// A note that sounds in consecutive steps is held. Keys are struck at velocity 80 on channel 1, a piano.
///
/// The Complete MIDI 1.0 Detailed Specification, Standard MIDI Files 1.0.
public struct MIDIFile: Sendable {
  /// The bytes of the file.
  public let bytes: [UInt8]

  private static let ticksPerQuarter = 480

  /// The file of a piece.
  ///
  /// - Parameters:
  ///   - piece: the MIDI notes of each step, each 0 to 127; the order within a step does not matter.
  ///   - stepsPerQuarter: the steps of a quarter note, 1 to 480.
  ///   - tempo: quarter notes a minute.
  /// - Throws: `DataError` where a note or the tempo is out of range; with the step.
  public init(_ piece: [[Int]], stepsPerQuarter: Int = 1, tempo: Double = 100) throws {
    guard (1...Self.ticksPerQuarter).contains(stepsPerQuarter), (4...1000).contains(tempo) else {
      throw DataError(
        .configuration,
        "\(stepsPerQuarter) steps a quarter at tempo \(tempo): 1 to 480 steps and a tempo of 4 to 1000 are allowed"
      )
    }
    for (step, notes) in piece.enumerated() {
      if let note = notes.first(where: { !(0...127).contains($0) }) {
        throw DataError(.inconsistent, "note \(note) in step \(step) is no MIDI note; 0 to 127 are")
      }
    }
    var track = Track()
    let microseconds = Int((60_000_000 / tempo).rounded())
    track.add([0xFF, 0x51, 3] + Self.big(microseconds, bytes: 3))
    // Piano.
    track.add([0xC0, 0])
    var sounding: Set<Int> = []
    for (step, notes) in (piece + [[]]).enumerated() {
      track.time = step * Self.ticksPerQuarter / stepsPerQuarter
      let now = Set(notes)
      for note in sounding.subtracting(now).sorted() { track.add([0x80, UInt8(note), 64]) }
      for note in now.subtracting(sounding).sorted() { track.add([0x90, UInt8(note), 80]) }
      sounding = now
    }
    track.add([0xFF, 0x2F, 0])
    bytes =
      Array("MThd".utf8) + Self.big(6, bytes: 4) + Self.big(0, bytes: 2) + Self.big(1, bytes: 2)
      + Self.big(Self.ticksPerQuarter, bytes: 2) + Array("MTrk".utf8) + Self.big(track.bytes.count, bytes: 4)
      + track.bytes
  }

  /// Writes the file; it appears under its name only when it is whole.
  ///
  /// - Throws: `DataError` where it cannot be written.
  public func write(to path: String) throws {
    try Data(bytes).writeWhole(to: path)
  }

  private static func big(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Events with the time since the one before.
  private struct Track {
    var bytes: [UInt8] = []
    var time = 0
    private var written = 0

    mutating func add(_ event: [UInt8]) {
      let delta = time - written
      var digits = [UInt8(delta & 127)]
      var rest = delta >> 7
      while rest > 0 {
        digits.insert(UInt8(rest & 127) | 128, at: 0)
        rest >>= 7
      }
      bytes += digits + event
      written = time
    }
  }
}

extension Data {
  /// Writes a file that appears under its name only when it is whole.
  func writeWhole(to path: String) throws {
    do {
      try write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DataError(
        .unwritable,
        "\(path): cannot be written (\(error.localizedDescription)); check folder, rights and space")
    }
  }
}
