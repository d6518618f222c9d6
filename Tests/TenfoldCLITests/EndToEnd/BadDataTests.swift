import Foundation
import Testing

extension EndToEnd {
  @Suite("Data files that lie, on 1 and 3 ranks", .serialized)
  struct BadDataTests {
    private let folder: Folder
    private let config: String

    init() throws {
      folder = try Folder()
      config = try folder.write(SmallConfig.mlp)
      let made = try folder.run(["data", "make", "digits", "--training", "1000", "--test", "300"])
      try #require(made.code == 0, "\(made)")
    }

    private static let images = "train-images-idx3-ubyte"
    private static let labels = "train-labels-idx1-ubyte"

    private func train(_ directory: String, run: String, ranks: Int, streamed: Bool = false) throws
      -> Job.Outcome
    {
      try folder.run(
        [
          "train", config, "--run", run, "--steps", "3", "--set", "data.source=mnist", "--set",
          "data.directory=\(directory)",
        ] + (streamed ? ["--set", "data.access=streamed"] : []), ranks: ranks, within: 30)
    }

    /// Trains on a damaged copy of the files and demands exit code 65 and each text.
    private func expect(
      _ damage: String, says texts: [String], _ change: (String) throws -> Void,
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      try folder.copy("digits", to: damage)
      try change(damage)
      // Every other damage is met by the coordinator alone, which streams rows to the others.
      for (ranks, streamed) in [(1, false), (3, damage.count % 2 == 0)] {
        let outcome = try train(damage, run: "run", ranks: ranks, streamed: streamed)
        #expect(outcome.code == 65, "\(damage), \(ranks) ranks: \(outcome)", sourceLocation: location)
        let reports = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("tenfold: ") }
        #expect(reports.count == 1, "\(damage), \(ranks) ranks: \(outcome)", sourceLocation: location)
        for text in texts {
          #expect(reports.first?.contains(text) == true, "«\(text)»: \(outcome)", sourceLocation: location)
        }
      }
    }

    /// Replaces the head's count of images, a 32-bit number after the magic number.
    private func announce(_ count: UInt32, in file: String) throws {
      try folder.change(file) { data in
        for byte in 0..<4 { data[4 + byte] = UInt8(truncatingIfNeeded: count >> (24 - 8 * UInt32(byte))) }
      }
    }

    @Test("Sound files train, plain, and compressed with the same bits")
    func sound() throws {
      let plain = try train("digits", run: "plain", ranks: 1)
      #expect(plain.code == 0, "\(plain)")
      try folder.copy("digits", to: "zipped")
      #expect(Folder.shell("gzip '\(folder.path)'/zipped/*"))
      let zipped = try train("zipped", run: "zip", ranks: 3)
      #expect(zipped.code == 0, "\(zipped)")
      #expect(try folder.summary(of: "zip") == folder.summary(of: "plain"))
    }

    @Test("Missing files and directories are named, with the remedy")
    func missing() throws {
      try expect("gone", says: [Self.images, "data.directory"]) {
        try FileManager.default.removeItem(atPath: "\(folder.path)/\($0)/\(Self.images)")
      }
      let outcome = try train("nowhere", run: "run", ranks: 3)
      #expect(outcome.code == 65 && outcome.errors.contains("nowhere"), "\(outcome)")
    }

    @Test("Truncated, lengthened and empty files are refused with their sizes")
    func sizes() throws {
      try expect("truncated", says: [Self.images, "truncated", "784016"]) {
        try folder.change("\($0)/\(Self.images)") { $0.removeLast(1000) }
      }
      try expect("longer", says: [Self.labels, "do not belong to it"]) {
        try folder.change("\($0)/\(Self.labels)") { $0.append(7) }
      }
      try expect("empty", says: [Self.images, "is empty"]) {
        try folder.change("\($0)/\(Self.images)") { $0 = Data() }
      }
    }

    @Test("Heads that claim more than the file holds, or 2^40 values, are refused before memory is taken")
    func lies() throws {
      try expect("more", says: [Self.images, "1001x28x28"]) { try announce(1001, in: "\($0)/\(Self.images)") }
      try expect("huge", says: [Self.images]) { directory in
        try folder.change("\(directory)/\(Self.images)") { data in
          // 2^20 images of 2^10 x 2^10.
          data.replaceSubrange(4..<16, with: [0, 16, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0])
        }
      }
      try expect("largest", says: [Self.images]) { directory in
        try folder.change("\(directory)/\(Self.images)") { data in
          data.replaceSubrange(4..<16, with: [UInt8](repeating: 255, count: 12))
        }
      }
      try expect("magic", says: [Self.images]) { try folder.change("\($0)/\(Self.images)") { $0[2] = 3 } }
    }

    @Test("Labels that do not fit the images or the classes are refused")
    func labels() throws {
      try expect("fewer", says: ["999", "1000"]) { directory in
        try folder.change("\(directory)/\(Self.labels)") { $0.removeLast(1) }
        try announce(999, in: "\(directory)/\(Self.labels)")
      }
      try expect("eleven", says: [Self.labels, "200"]) {
        try folder.change("\($0)/\(Self.labels)") { $0[500] = 200 }
      }
    }

    @Test("Compressed files that are cut, damaged, or swell without end are refused")
    func compressed() throws {
      func zip(_ directory: String, _ command: String) throws {
        let file = "'\(folder.path)/\(directory)/\(Self.images)'"
        try #require(Folder.shell("\(command.replacingOccurrences(of: "FILE", with: file)); rm \(file)"))
      }
      try expect("cut", says: [Self.images, "truncated"]) { directory in
        try zip(directory, "gzip -c FILE | head -c 20000 > FILE.gz")
      }
      // 300 megabytes of zeros behind a head that promises a thousand images.
      try expect("bomb", says: [Self.images, "1000x28x28"]) { directory in
        try zip(directory, "(cat FILE; head -c 300000000 /dev/zero) | gzip -1c > FILE.gz")
      }
      try expect("promise", says: [Self.images, "cannot hold"]) { directory in
        try announce(4_000_000_000, in: "\(directory)/\(Self.images)")
        try zip(directory, "gzip -c FILE > FILE.gz")
      }
    }
  }
}
