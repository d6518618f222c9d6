import Datasets
import Foundation
import Testing

@Suite struct MusicFileTests {
  /// Reads a MIDI file of one track as (time in ticks, event bytes), by the book.
  private func events(_ bytes: [UInt8]) throws -> [(time: Int, event: [UInt8])] {
    #expect(Array(bytes[..<14]) == Array("MThd".utf8) + [0, 0, 0, 6, 0, 0, 0, 1, 1, 0xE0])
    #expect(Array(bytes[14..<18]) == Array("MTrk".utf8))
    let length = bytes[18..<22].reduce(0) { $0 << 8 | Int($1) }
    #expect(length == bytes.count - 22)
    var events: [(Int, [UInt8])] = []
    var (place, time) = (22, 0)
    while place < bytes.count {
      var delta = 0
      while bytes[place] & 128 != 0 {
        delta = delta << 7 | Int(bytes[place] & 127)
        place += 1
      }
      time += delta << 7 | Int(bytes[place])
      place += 1
      let size = bytes[place] == 0xFF ? 3 + Int(bytes[place + 2]) : bytes[place] & 0xF0 == 0xC0 ? 2 : 3
      events.append((time, Array(bytes[place..<place + size])))
      place += size
    }
    return events
  }

  @Test("a piece becomes a MIDI file whose notes begin and end with their steps, held over equal ones")
  func midi() throws {
    let piece = [[60, 64], [60, 67], [], [60]] + Array(repeating: [21, 108], count: 40)
    let events = try events(MIDIFile.bytes(of: piece, stepsPerQuarter: 2, quartersPerMinute: 120))
    #expect(events[0].event == [0xFF, 0x51, 3, 0x07, 0xA1, 0x20])
    #expect(events.last?.event == [0xFF, 0x2F, 0] && events.last?.time == 44 * 240)
    // Back into steps.
    var sounding: Set<Int> = []
    var steps: [[Int]] = []
    for step in piece.indices {
      for (time, event) in events where time == step * 240 && event[0] != 0xFF {
        if event[0] == 0x90 { #expect(sounding.insert(Int(event[1])).inserted) }
        if event[0] == 0x80 { #expect(sounding.remove(Int(event[1])) != nil) }
      }
      steps.append(sounding.sorted())
    }
    #expect(steps == piece)
    #expect(events.filter { $0.event[0] == 0x90 && $0.event[1] == 60 }.count == 2)
  }

  @Test("an empty piece is a file without notes, and notes that are none are refused")
  func extremes() throws {
    #expect(try events(MIDIFile.bytes(of: [])).count == 2)
    #expect(try events(MIDIFile.bytes(of: [[], []])).count == 2)
    for (piece, words) in [([[60], [128]], "note 128 in step 1"), ([[-1]], "note -1 in step 0")] {
      let fault = #expect(throws: DataError.self) { try MIDIFile.bytes(of: piece) }
      #expect(fault?.description.contains(words) == true)
    }
    #expect(throws: DataError.self) { try MIDIFile.write([[60]], to: "/no/such/place/a.mid") }
  }

  @Test("music that is written as JSON is read back, generated texts and pieces too")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let pieces = [[[60], [60, 64], []], [[21, 108], [30]]]
    try PianoRollJSON([("train", pieces), ("valid", []), ("test", pieces)]).write(
      to: "\(folder.path)/music.json")
    let splits = try open(#"{"source": "piano_roll", "training_file": "\#(folder.path)/music.json"}"#)
    func notes(_ samples: [Sample]) -> [[[Int]]] {
      samples.map { sample in
        (sample.values + sample.targetValues.suffix(1)).map { step in
          step.indices.filter { step[$0] == 1 }.map { $0 + 21 }
        }
      }
    }
    #expect(notes(try splits.training.samples()) == pieces)
    try GeneratedFiles.writeMusic(to: folder.path, training: 6, test: 3)
    let music = try open(#"{"source": "piano_roll", "training_file": "\#(folder.path)/music.json"}"#)
    let direct = try open(#"{"source": "chords", "training_count": 6, "test_count": 3}"#)
    #expect(try music.training.samples() == direct.training.samples())
    try GeneratedFiles.writeText(to: folder.path, length: 5000)
    let text = try String(contentsOfFile: "\(folder.path)/text.txt", encoding: .utf8)
    #expect(text.count == 5000 && text.contains(" the ") && text.contains(".\n"))
    let learned = try open(
      #"{"source": "text", "training_file": "\#(folder.path)/text.txt", "alphabet": "all", "window": 5000}"#)
    #expect(try learned.training.samples()[0].length == 4499)
  }

  @Test("the summary of sequences tells lengths, symbols and the first of them")
  func summary() throws {
    let text = DatasetSummary(try open(#"{"source": "embedded_reber"}"#).training).description
    #expect(text.contains("256 sequences of 7 symbols") && text.contains("symbols: B T P S X V E"))
    #expect(text.contains("lengths 8 to") && text.contains("the first: B"))
    let bits = DatasetSummary(try open(#"{"source": "letters", "shuffle": false}"#, batch: 2).training)
      .description
    #expect(bits.contains("streams") && bits.contains("consonant, vowel") && bits.contains("(1.0 0.0 1.0"))
    let wide = DatasetSummary(try open(#"{"source": "adding", "training_count": 10000}"#).training)
      .description
    #expect(wide.contains("of the first 4096") && wide.contains("lengths 100 to 110"))
  }
}
