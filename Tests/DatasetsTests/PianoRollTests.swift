import Datasets
import Testing

@Suite struct PianoRollTests {
  private func config(_ folder: TemporaryFolder, _ more: String = "") -> String {
    #"{"source": "piano_roll", "training_file": "\#(folder.path)/music.json""# + more + "}"
  }

  @Test("keys sound where the file says, and the next step is the target")
  func pieces() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "music.json",
      #"{"train": [[[21], [108, 60], []], [[64]], [[60, 64, 67], [62]]], "valid": [], "test": [[[21], [22], [23], [24]], []]}"#
    )
    let splits = try open(config(folder))
    #expect(splits.validation == nil && splits.training.count == 2 && splits.test.count == 1)
    #expect(splits.notes.count == 2 && splits.notes[0].contains("left out 1 of 3 pieces"))
    func notes(_ steps: [[Float]]) -> [[Int]] {
      steps.map { step in step.indices.filter { step[$0] == 1 }.map { $0 + 21 } }
    }
    let samples = try splits.training.samples()
    #expect(notes(samples[0].values) == [[21], [60, 108]])
    #expect(notes(samples[0].targetValues) == [[60, 108], []])
    #expect(notes(samples[1].values) == [[60, 64, 67]] && notes(samples[1].targetValues) == [[62]])
    #expect(notes(try splits.test.samples()[0].targetValues) == [[22], [23], [24]])
  }

  @Test("long pieces are cut for training only, and no target is lost")
  func windows() throws {
    let folder = try TemporaryFolder()
    let piece = "[" + (0..<50).map { "[\(30 + $0)]" }.joined(separator: ",") + "]"
    try folder.write("music.json", #"{"train": [\#(piece)], "test": [\#(piece)]}"#)
    let splits = try open(config(folder, #", "window": 20"#))
    #expect(splits.training.count == 3 && splits.test.count == 1)
    let samples = try splits.training.samples()
    #expect(samples.map(\.length) == [20, 20, 9])
    #expect(samples.flatMap(\.targetValues) == (try splits.test.samples()[0].targetValues))
  }

  @Test("music that is none is refused with part, piece and step")
  func faults() throws {
    let folder = try TemporaryFolder()
    for (text, words) in [
      ("", "is empty"), ("{", "no JSON"), ("[]", "no JSON of the right form"),
      (#"{"train": [[[60],[61]]]}"#, "no part 'test'"),
      (#"{"train": [[[60],[61]]], "test": [], "extra": []}"#, "'extra'"),
      (
        #"{"train": [[[60],[61]], [[60],[20]]], "test": [[[60],[60]]]}"#,
        "note 20 in step 1 of piece 1 of 'train'"
      ),
      (
        #"{"train": [[[60],[61]]], "test": [[[60],[60],[61,109]]]}"#,
        "note 109 in step 2 of piece 0 of 'test'"
      ),
      (#"{"train": [[[60],[61]]], "test": [[[60],["a"]]]}"#, "part test, piece 0, step 1, note 0"),
      (#"{"train": [[[60]], []], "test": [[[60],[61]]]}"#, "none of its 2 pieces has 2 steps"),
      (#"{"train": [], "test": [[[60],[61]]]}"#, "none of its 0 pieces"),
    ] {
      try folder.write("music.json", text)
      let fault = #expect(throws: DataError.self) { try open(config(folder)) }
      #expect(fault?.description.contains(words) == true, "\(text): \(fault?.description ?? "accepted")")
      #expect(fault?.exitCode == 65)
    }
  }

  @Test("generated chords are music on a piano")
  func chords() throws {
    let splits = try open(#"{"source": "chords", "training_count": 30, "test_count": 10}"#)
    for sample in try splits.training.samples() {
      #expect((31...63).contains(sample.length))
      #expect(sample.values.allSatisfy { (3...4).contains($0.reduce(0, +)) })
    }
  }
}
