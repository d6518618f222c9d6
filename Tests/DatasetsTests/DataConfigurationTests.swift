import Datasets
import Foundation
import Testing

@Suite struct DataConfigurationTests {
  private func decode(_ text: String) throws -> DataConfiguration {
    try JSONDecoder().decode(DataConfiguration.self, from: Data(text.utf8))
  }

  @Test("nothing set means generated digits, and every key is written in snake case")
  func defaults() throws {
    #expect(try decode("{}") == DataConfiguration())
    let encoded = try JSONEncoder().encode(DataConfiguration())
    let keys = try #require(try JSONSerialization.jsonObject(with: encoded) as? [String: Any])
    #expect(keys.keys.contains("training_count") && keys.keys.contains("directory"))
    #expect(keys.keys.allSatisfy { $0 == $0.lowercased() })
    let amounts = try #require(keys["augmentation"] as? [String: Any])
    #expect(amounts.keys.contains("elastic_alpha"))
  }

  @Test("a configuration that is written and read is the same")
  func roundTrip() throws {
    var configuration = DataConfiguration()
    configuration.source = .csv
    configuration.directory = "/data"
    configuration.trainingFile = "a.csv"
    configuration.header = false
    configuration.normalization = .fixed(scale: 0.5, offset: -1)
    configuration.augmentation = .lecun1998
    configuration.validationCount = 7
    configuration.access = .streamed
    for normalization in [configuration.normalization, .features, .automatic, .lecun1998] {
      configuration.normalization = normalization
      let text = try JSONEncoder().encode(configuration)
      #expect(try JSONDecoder().decode(DataConfiguration.self, from: text) == configuration)
    }
  }

  @Test("counts cut the sets, and validation examples come from the end of the training set")
  func counts() throws {
    let plain = try decode(#"{"training_count": 50, "test_count": 20}"#).open()
    #expect(plain.training.count == 50 && plain.test.count == 20 && plain.validation == nil)
    let split = try decode(#"{"training_count": 50, "test_count": 20, "validation_count": 10}"#).open()
    #expect(split.training.count == 50 && split.validation?.count == 10)
    #expect(split.training.fingerprint() == plain.training.fingerprint())
    let whole = try decode(#"{"source": "moons", "training_count": 60, "validation_count": 0}"#).open()
    let parts = try decode(#"{"source": "moons", "training_count": 50, "validation_count": 10}"#).open()
    #expect(whole.training.slice(50..<60, name: "end").fingerprint() == parts.validation?.fingerprint())
  }

  @Test("every generated source opens and can be prepared")
  func sources() throws {
    let others: [DataConfiguration.Source] = [
      .mnist, .idx, .csv, .text, .pianoRoll, .series, .grammar, .temporalXOR, .letters, .wordBoundaries,
      .lexicalClasses,
    ]
    for source in DataConfiguration.Source.allCases where !others.contains(source) {
      var configuration = DataConfiguration()
      (configuration.source, configuration.trainingCount, configuration.testCount) = (source, 40, 30)
      let splits = try configuration.open()
      #expect(splits.training.count == 40 && splits.test.count == 30)
      #expect(
        (splits.training.classes >= 2 || [.curves, .patterns, .encoder, .shifter, .words].contains(source))
          != (splits.training.format.sequence != nil))
      #expect(splits.training.fingerprint() != splits.test.slice(0..<30, name: "").fingerprint())
      let preparation = try configuration.preparation(for: splits)
      #expect(preparation.description(for: splits.training.format).classes == splits.training.classes)
    }
  }

  @Test("files are looked up in the directory, and a CSV file without a test file is divided")
  func files() throws {
    let folder = try TemporaryFolder()
    try folder.write("table.csv", (0..<50).map { "\($0),\($0 / 10)" }.joined(separator: "\n"))
    let text = #"{"source": "csv", "training_file": "table.csv", "normalization": "features", "directory": ""#
    let splits = try decode(text + folder.path + #""}"#).open()
    #expect(splits.training.count == 40 && splits.test.count == 10 && splits.training.classes == 5)
    let all = (0..<40).map { splits.training.values($0)[0] } + (0..<10).map { splits.test.values($0)[0] }
    #expect(all.sorted() == (0..<50).map(Float.init))
    try HandwrittenDigits().splits(training: 20, test: 10).writeMNIST(to: folder.path)
    let digits = try decode(
      #"{"source": "idx", "training_file": "train-images-idx3-ubyte", "training_labels": "train-labels-idx1-ubyte","#
        + #""test_file": "t10k-images-idx3-ubyte", "test_labels": "t10k-labels-idx1-ubyte", "classes": 10, "#
        + #""directory": ""# + folder.path + #"/"}"#
    ).open()
    #expect(digits.training.count == 20 && digits.test.count == 10)
  }

  @Test("what cannot work is refused with the key and what to do")
  func faults() throws {
    for (text, words) in [
      (#"{"source": "mnist"}"#, "--set data.directory=PATH"),
      (#"{"source": "mnist", "directory": "/no/such/place"}"#, "/no/such/place"),
      (#"{"source": "idx"}"#, "data.training_file"),
      (#"{"source": "csv"}"#, "data.training_file"),
      (#"{"training_count": 0}"#, "data.training_count is 0"),
      (#"{"source": "moons", "validation_count": -1}"#, "data.validation_count is -1"),
      (#"{"padding": 5000}"#, "data.padding is 5000"),
      (#"{"delimiter": "ab"}"#, "data.delimiter"),
      (#"{"margin": 2}"#, "data.margin"),
      (#"{"augmentation": {"share": 2}}"#, "data.augmentation.share is 2"),
    ] {
      let fault = #expect(throws: DataError.self) { try decode(text).open() }
      #expect(fault?.description.contains(words) == true, "\(text): \(fault?.description ?? "accepted")")
    }
    let name = #expect(throws: DecodingError.self) { try decode(#"{"normalization": "unti"}"#) }
    #expect(name.map { "\($0)" }?.contains("unit") == true)
  }

  @Test("the summary tells counts, moments and classes, and shows the first images")
  func summary() throws {
    let set = try Dataset(
      name: "small", shape: [1, 2, 2], bytes: [0, 255, 0, 255, 255, 255, 255, 255], labels: [0, 2], classes: 3
    )
    let summary = DatasetSummary(set)
    #expect(summary.classCounts == [1, 0, 1])
    #expect(summary.mean == 191.25 && summary.minimum == 0 && summary.maximum == 255)
    #expect(summary.pictures == " @ @@")
    #expect(summary.description.contains("2 examples of shape 1x2x2"))
    #expect(summary.description.contains("mean 191.25"))
  }
}
