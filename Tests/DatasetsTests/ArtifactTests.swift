import CZlib
import Datasets
import Foundation
import Networks
import Testing

@Suite struct ArtifactTests {
  /// The chunks of a PNG file by type, each with its check sum verified.
  private func chunks(_ file: [UInt8]) throws -> [String: [UInt8]] {
    #expect(Array(file[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    var chunks: [String: [UInt8]] = [:]
    var place = 8
    while place < file.count {
      let count = number(place)
      let body = Array(file[place + 4..<place + 8 + count])
      #expect(number(place + 8 + count) == Int(crc32(0, body, UInt32(body.count))))
      chunks[String(decoding: body[..<4], as: UTF8.self)] = Array(body[4...])
      place += 12 + count
    }
    return chunks
  }

  @Test("A PNG file holds the pixels of the picture, in chunks with the right check sums")
  func png() throws {
    for channels in [1, 3] {
      var picture = Picture(width: 37, height: 11, channels: channels)
      for i in picture.pixels.indices { picture.pixels[i] = UInt8(truncatingIfNeeded: i &* 31) }
      let chunks = try chunks(PNGFile.bytes(of: picture))
      #expect(chunks["IHDR"] == [0, 0, 0, 37, 0, 0, 0, 11, 8, channels == 1 ? 0 : 2, 0, 0, 0])
      #expect(chunks["IEND"] == [])
      let packed = try #require(chunks["IDAT"])
      let line = 37 * channels
      var plain = [UInt8](repeating: 99, count: 11 * (line + 1))
      var count = UInt(plain.count)
      #expect(uncompress(&plain, &count, packed, UInt(packed.count)) == Z_OK && Int(count) == plain.count)
      for y in 0..<11 {
        #expect(plain[y * (line + 1)] == 0)
        let pixels = plain[y * (line + 1) + 1..<(y + 1) * (line + 1)]
        #expect(Array(pixels) == Array(picture.pixels[y * line..<(y + 1) * line]))
      }
    }
  }

  @Test("A MIDI file holds tempo, held notes and the end of the track")
  func midi() throws {
    let file = try MIDIFile.bytes(
      of: [[60, 64], [60], [], [67]], stepsPerQuarter: 1, quartersPerMinute: 120)
    let head: [UInt8] = [
      0x4D, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, 1, 0xE0, 0x4D, 0x54, 0x72, 0x6B, 0, 0, 0, 39,
    ]
    // 120 quarters a minute are 500,000 µs each; a step is 480 ticks, 0x83 0x60 as a variable-length number.
    let events: [[UInt8]] = [
      [0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20], [0, 0x90, 60, 80], [0, 0x90, 64, 80], [0x83, 0x60, 0x80, 64, 64],
      [0x83, 0x60, 0x80, 60, 64], [0x83, 0x60, 0x90, 67, 80], [0x83, 0x60, 0x80, 67, 64], [0, 0xFF, 0x2F, 0],
    ]
    #expect(Array(file[..<22]) == head)
    #expect(Array(file[22...]) == events.flatMap { $0 })
    #expect(throws: DataError.self) { try MIDIFile.bytes(of: [[60], [128]]) }
    #expect(throws: DataError.self) { try MIDIFile.bytes(of: [[-1]]) }
    #expect(try MIDIFile.bytes(of: []).count == 22 + 7 + 4)
  }

  @Test("Every kind of artifact becomes the files that it should, under its name and with its suffix")
  func writer() throws {
    let folder = try TemporaryFolder()
    let directory = "\(folder.path)/new/pictures"
    let writer = try ArtifactWriter(directory: directory)
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
    }

    #expect(
      try writer.write(Artifact("grid", .picture(Picture(width: 4, height: 4))), suffix: "-30")
        == ["\(directory)/grid-30.png"])
    #expect(FileManager.default.fileExists(atPath: "\(directory)/grid-30.png"))

    let images = Artifact("samples", .images(shape: [1, 2, 3], pixels: Array(0..<12)))
    #expect(try writer.write(images) == ["\(directory)/samples-idx3-ubyte"])
    let idx = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/samples-idx3-ubyte"))
    #expect(Array(idx) == [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<12))

    let table = Artifact("errors", .table(columns: ["step", "error"], rows: [[1, 0.5], [2, .nan]]))
    try writer.write(table)
    #expect(try text("errors.csv") == "step,error\n1,0.5\n2,nan\n")

    try writer.write(Artifact("text", .text("O Romeo — ")))
    #expect(try text("text.txt") == "O Romeo — ")

    let music = Artifact("music", .music([[[60, 64], []], [[61]]]))
    #expect(
      try writer.write(music).map { $0.dropFirst(directory.count + 1) } == [
        "music.json", "music-1.mid", "music-2.mid",
      ])
    let json = try JSONDecoder().decode([[[Int]]].self, from: Data(try text("music.json").utf8))
    #expect(json == [[[60, 64], []], [[61]]])
    #expect(try writer.write(Artifact("one", .music([[[60]]]))).last == "\(directory)/one.mid")
  }

  @Test("A directory that cannot be made is refused with its name")
  func refused() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/file"
    try Data().write(to: URL(fileURLWithPath: file))
    let error = #expect(throws: DataError.self) { try ArtifactWriter(directory: "\(file)/pictures") }
    #expect(error?.description.contains("\(file)/pictures") == true && error?.kind == .unwritable)
  }

  @Test("Prepared examples are the batches of evaluation, row by row")
  func prepared() throws {
    let bytes = (0..<7 * 6).map { UInt8($0 * 5) }
    let set = try Dataset(name: "set", shape: [6], bytes: bytes, labels: [0, 1, 2, 0, 1, 2, 0], classes: 3)
    let examples = try PreparedExamples(set, preparation: Preparation(normalization: .unit), block: 3)
    #expect(examples.count == 7 && examples.features == 6)
    #expect(examples.rows(1..<7) == bytes[6...].map { Float($0) * (1 / 255) })
    #expect(examples.rows(2..<2) == [])
    #expect(examples.labels(2..<5) == [2, 0, 1])
  }
}
