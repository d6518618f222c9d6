import Datasets
import Testing

@Suite struct TextTests {
  private func config(_ folder: TemporaryFolder, _ more: String = "") -> String {
    #"{"source": "text", "directory": "\#(folder.path)", "training_file": "a.txt""# + more + "}"
  }

  private static func ascii(_ codes: [Int]) -> String {
    String(decoding: codes.map { UInt8($0) }, as: UTF8.self)
  }

  @Test("symbols are the code points in order, and the next symbol is the target")
  func symbols() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.txt", "\u{FEFF}héllo wörld 🙂 héllo" + String(repeating: "héllo wörld 🙂", count: 5))
    let splits = try open(config(folder, #", "window": 8, "test_fraction": 0.2, "alphabet": "all""#))
    let names = try #require(splits.training.format.sequence?.symbols)
    #expect(names == [" ", "d", "e", "h", "l", "o", "r", "w", "é", "ö", "🙂"].filter { $0 != "e" })
    let samples = try splits.training.samples()
    let text = samples.flatMap(\.symbols).map { names[$0] }.joined()
    #expect(text.hasPrefix("héllo wörld 🙂 héllohéllo"))
    for (sample, next) in zip(samples, samples.dropFirst()) {
      #expect(sample.targetSymbols.dropLast() == sample.symbols.dropFirst())
      #expect(sample.targetSymbols.last == next.symbols.first && sample.length == 8)
    }
  }

  @Test("streams run side by side: each row goes on where the row a batch before ended")
  func streams() throws {
    let folder = try TemporaryFolder()
    let text = Self.ascii((0..<500).map { 33 + ($0 * 7 + $0 / 90) % 90 })
    try folder.write("a.txt", text)
    for (batch, window) in [(4, 10), (3, 16), (1, 50), (8, 7)] {
      let splits = try open(
        config(folder, #", "window": \#(window), "shuffle": false, "alphabet": "all""#), batch: batch)
      #expect(splits.training.format.sequence?.isStream == true)
      let names = splits.training.format.sequence!.symbols
      let samples = try splits.training.samples()
      let each = 449 / batch
      #expect(samples.count == batch * ((each + window - 1) / window))
      let letters = text.map(String.init)
      for stream in 0..<batch {
        let own = stride(from: stream, to: samples.count, by: batch).map { samples[$0] }
        #expect(
          own.flatMap(\.symbols).map { names[$0] } == Array(letters[stream * each..<(stream + 1) * each]))
        #expect(own.map(\.targetSymbols).last!.last.map { names[$0] } == letters[(stream + 1) * each])
      }
    }
  }

  @Test("every symbol but the first is the target of exactly one window, in evaluation, too")
  func windows() throws {
    let folder = try TemporaryFolder()
    let text = Self.ascii((0..<1000).map { 97 + $0 * $0 % 26 })
    try folder.write("a.txt", text)
    let splits = try open(
      config(
        folder, #", "validation_fraction": 0.2, "evaluation_window": 64, "window": 9, "alphabet": "all""#))
    let names = splits.training.format.sequence!.symbols
    let letters = text.map(String.init)
    for (set, range) in [
      (splits.training, 0..<700), (splits.validation!, 700..<900), (splits.test, 900..<1000),
    ] {
      let samples = try set.samples()
      #expect(samples.flatMap(\.targetSymbols).map { names[$0] } == Array(letters[range.dropFirst()]))
      #expect(samples.flatMap(\.scored).allSatisfy { $0 })
    }
  }

  @Test("two bytes hold a large alphabet")
  func largeAlphabet() throws {
    let folder = try TemporaryFolder()
    let scalars = (0..<3000).map { (index: Int) -> Unicode.Scalar in
      Unicode.Scalar(UInt32(0x4E00 + index % 1500))!
    }
    let text = String(String.UnicodeScalarView(scalars))
    try folder.write("a.txt", text + text)
    let splits = try open(config(folder, #", "window": 100"#))
    #expect(splits.training.format.sequence?.input.count == 1500)
    #expect(try splits.training.samples(0..<1)[0].symbols == Array(0..<100))
    #expect(try splits.training.samples(7..<8)[0].symbols == (700..<800).map { $0 })
  }

  @Test("text that is none is refused with the position")
  func faults() throws {
    let folder = try TemporaryFolder()
    for (bytes, words) in [
      ([], "is empty"), ([0xEF, 0xBB, 0xBF], "byte-order mark"), ([97, 98, 0, 99], "byte 2 is zero"),
      ([97, 0xC3, 0xA9, 0xFF, 98], "byte 3 (0xff)"), ([97, 98, 0xC3], "byte 2 (0xc3)"),
      ([0xED, 0xA0, 0x80, 97], "byte 0 (0xed)"), ([97], "at least 2"),
      (Array("abcabc".utf8), "test part: has 1 symbol"),
    ] as [([UInt8], String)] {
      try folder.write("a.txt", bytes)
      let fault = #expect(throws: DataError.self) { try open(config(folder)) }
      #expect(fault?.description.contains(words) == true, "\(bytes): \(fault?.description ?? "accepted")")
      #expect(fault?.exitCode == 65)
    }
    let missing = #expect(throws: DataError.self) {
      try open(#"{"source": "text", "training_file": "/no/such/text"}"#)
    }
    #expect(missing?.description.contains("/no/such/text") == true)
  }

  @Test(
    "symbols that the training text lacks are refused with their position, unless the alphabet is that of all"
  )
  func unknownSymbols() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.txt", String(repeating: "abcd", count: 50))
    try folder.write("b.txt", "aéabxb")
    let fault = #expect(throws: DataError.self) { try open(config(folder, #", "test_file": "b.txt""#)) }
    #expect(fault?.description.contains("'é' (U+E9) at byte 1") == true)
    #expect(fault?.description.contains("data.alphabet") == true)
    let splits = try open(config(folder, #", "test_file": "b.txt", "alphabet": "all""#))
    #expect(splits.training.format.sequence?.symbols == ["a", "b", "c", "d", "x", "é"])
    #expect(try splits.test.samples()[0].symbols == [0, 5, 0, 1, 4])
  }

  @Test("more streams than steps, and counts for streams, are refused")
  func streamFaults() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.txt", String(repeating: "ab", count: 30))
    let few = #expect(throws: DataError.self) {
      try open(config(folder, #", "shuffle": false"#), batch: 100)
    }
    #expect(few?.description.contains("100 streams") == true)
    let count = #expect(throws: DataError.self) {
      try open(config(folder, #", "shuffle": false, "training_count": 1"#), batch: 2)
    }
    #expect(count?.description.contains("data.training_count") == true)
  }
}
