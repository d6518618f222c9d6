import Datasets
import Foundation
import Networks
import Testing

@Suite struct SequenceAssemblyTests {
  private static let sources = [
    #"{"source": "adding", "length": 20, "training_count": 40, "test_count": 9}"#,
    #"{"source": "embedded_reber", "training_count": 40, "test_count": 9}"#,
    #"{"source": "long_lag", "experiment": "2b", "length": 9, "training_count": 40, "test_count": 9}"#,
    #"{"source": "long_lag", "experiment": "2c", "length": 9, "training_count": 40, "test_count": 9}"#,
    #"{"source": "temporal_order", "training_count": 40, "test_count": 9}"#,
    #"{"source": "chords", "training_count": 40, "test_count": 9}"#,
    #"{"source": "letters", "length": 60, "window": 7}"#,
    #"{"source": "grammar", "length": 700, "window": 11, "test_length": 90, "evaluation_window": 45}"#,
  ]

  @Test("a batch is as long as its longest sequence, and empty beyond the length of each", arguments: sources)
  func padding(source: String) throws {
    let set = try open(source).training
    let format = try #require(set.format.sequence)
    let assembler = try BatchAssembler(
      format: set.format, preparation: Preparation(normalization: .none), maximumBatch: 20)
    var alone: [Sample] = []
    for index in 0..<20 {
      let batch = assembler.assemble(evaluating: index..<index + 1, from: set)
      #expect(batch.sequence?.steps == Int(batch.sequence?.lengths[0] ?? 0))
      #expect(batch.count == 1 && batch.labels.isEmpty)
      alone += batch.samples(format).samples
    }
    let batch = assembler.assemble(evaluating: 0..<20, from: set)
    let (samples, isClean) = batch.samples(format)
    #expect(isClean && samples == alone)
    #expect(batch.sequence?.steps == alone.map(\.length).max())
    // A shorter batch in the memory of a longer one.
    let (again, isStillClean) = assembler.assemble(evaluating: 3..<5, from: set).samples(format)
    #expect(isStillClean && again == Array(alone[3..<5]))
  }

  @Test("rows that were sent give the same sequences, also of a set with longer ones", arguments: sources)
  func streamed(source: String) throws {
    let splits = try open(source)
    let preparation = Preparation(normalization: .none)
    let assembler = try BatchAssembler(
      format: splits.training.format, preparation: preparation, maximumBatch: 12)
    for set in [splits.training, splits.test] {
      let count = min(12, set.count)
      let rows = StreamedRows(format: set.format, capacity: 12)
      let examples = (0..<count).map { UInt32(($0 * 5 + 2) % set.count) }
      examples.withUnsafeBufferPointer { examples in
        rows.fill(examples, from: set)
        let format = set.format.sequence!
        let sent = assembler.assemble(examples, from: rows, random: nil).samples(format)
        let direct = assembler.assemble(examples, from: set, random: nil).samples(format)
        #expect(sent.samples == direct.samples && sent.isClean)
      }
    }
  }

  @Test("a computed row depends on the seed and its number alone", arguments: sources)
  func pure(source: String) throws {
    let (one, two) = (try open(source).training, try open(source).training)
    let all = try one.samples(0..<20)
    #expect(try two.samples(0..<20) == all)
    for index in [19, 7, 0] { #expect(try one.samples(index..<index + 1) == [all[index]]) }
    #expect(one.fingerprint() == two.fingerprint())
    let other = try open(source.replacingOccurrences(of: #"{"source""#, with: #"{"seed": 7, "source""#))
    #expect(try other.training.samples(0..<20) != all)
    #expect(other.training.fingerprint() != one.fingerprint())
    #expect(try open(source).test.fingerprint() != one.fingerprint())
    // A slice is numbered from 0 and has its rows.
    #expect(try one.slice(5..<15, name: "slice").samples() == Array(all[5..<15]))
    #expect(one.slice(5..<15, name: "a").fingerprint() != one.slice(4..<14, name: "b").fingerprint())
  }

  @Test("threads that ask for the same computed rows at once get the same")
  func threads() async throws {
    let set = try open(Self.sources[0]).training
    let expected = try set.samples()
    try await withThrowingTaskGroup(of: [Sample].self) { group in
      for _ in 0..<8 { group.addTask { try set.samples() } }
      for try await samples in group { #expect(samples == expected) }
    }
  }

  @Test("a million sequences of a thousand steps take no memory")
  func size() throws {
    let set = try open(#"{"source": "adding", "length": 1000, "training_count": 1000000}"#).training
    #expect(set.count == 1_000_000 && set.format.rowBytes > 8000)
    #expect(try set.samples(999_990..<1_000_000).count == 10)
    #expect(set.fingerprint().count == 16)
  }

  @Test("values of a series are normalised, and the next values as targets with them")
  func normalization() throws {
    let folder = try TemporaryFolder()
    try folder.write("series.csv", (0..<200).map { "\($0),\(5 + 3 * ($0 % 4))" }.joined(separator: "\n"))
    let json = #"{"source": "series", "training_file": "\#(folder.path)/series.csv", "window": 20,"#
    let plain = try open(json + #""normalization": "none"}"#).training
    let mean = try plain.samples().flatMap(\.values).map { $0[0] }
    let normalization = Normalization.standardFeatures(for: plain)
    let samples = try plain.samples(
      0..<plain.count, preparation: Preparation(normalization: normalization))
    for feature in 0..<2 {
      let values = samples.flatMap(\.values).map { $0[feature] }
      #expect(abs(values.reduce(0, +) / Float(values.count)) < 1e-4)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / Float(values.count) - 1) < 1e-3)
    }
    for sample in samples { #expect(sample.targetValues.dropLast() == sample.values.dropFirst()) }
    #expect(mean.first == 0 && mean.count == 179)
    let fault = #expect(throws: DataError.self) {
      try BatchAssembler(
        format: try open(Self.sources[1]).training.format, preparation: Preparation(normalization: .unit),
        maximumBatch: 1)
    }
    #expect(fault?.description.contains("data.normalization") == true)
  }

  @Test("sets of other symbols are no sets of one task; other lengths are")
  func tasks() throws {
    let order = try open(Self.sources[4])
    let reber = try open(Self.sources[1])
    #expect(throws: DataError.self) { try DatasetSplits(training: order.training, test: reber.test) }
    let short = try open(#"{"source": "adding", "length": 20, "training_count": 4}"#)
    let long = try open(#"{"source": "adding", "length": 90, "training_count": 4}"#)
    let splits = try DatasetSplits(training: short.training, test: long.test)
    let assembler = try BatchAssembler(
      format: splits.training.format, preparation: Preparation(normalization: .none), maximumBatch: 3)
    #expect(assembler.assemble(evaluating: 0..<3, from: splits.test).sequence!.steps >= 90)
    #expect(assembler.assemble(evaluating: 0..<3, from: splits.training).sequence!.steps <= 22)
  }
}
