import Networks
import TenfoldCLI
import Testing

private struct Everything: Codable, Equatable {
  enum Choice: Codable, Equatable {
    case plain
    case with(units: Int, rate: Double)
  }
  struct Nothing: Codable, Equatable {}
  var zeta = 1
  var alpha: Float = 0.1
  var tiny = 1e-7
  var huge = UInt64.max
  var negative = Int.min
  var infinite = Double.infinity
  var flag = true
  var absent: Int?
  var text = [
    "yes", "7", "a: b", "", " x ", "null", "1e3", "*star", "line\nbreak", "ünï", "<<", "\u{1}", "0b1", "- a",
    "1:30",
  ]
  var matrix = [[1, 2], [3]]
  var choices: [Choice] = [.plain, .with(units: 3, rate: 0.5)]
  var nothing = Nothing()
  var empty: [Int] = []
  var map = ["yes": 1]
}

@Suite("Writing a configuration")
struct ConfigurationWritingTests {
  @Test("What is encoded decodes to an equal value, through YAML")
  func roundTrip() throws {
    let tree = try ConfigurationEncoder().encode(Everything())
    let again = try ConfigurationValue(yaml: tree.yaml, source: "config.yaml")
    #expect(again == tree, "\(tree.yaml)")
    #expect(try ConfigurationDecoder().decode(Everything.self, from: again) == Everything())
    let line = try ConfigurationValue(yaml: tree.flowYAML, source: "config.yaml")
    #expect(line == tree, "\(tree.flowYAML)")
    #expect(!tree.flowYAML.contains("\n"))
  }

  @Test("Keys stand in the order of the type, numbers as people write them, short lists on one line")
  func form() throws {
    struct Small: Codable {
      var zeta = 1
      var alpha: Float = 0.1
      var kernel = [5, 5]
      var layers = [["dense": ["units": 3]]]
      var tiny = 1e-7
    }
    #expect(
      try ConfigurationEncoder().encode(Small()).yaml == """
        zeta: 1
        alpha: 0.1
        kernel: [5, 5]
        layers:
        - dense:
            units: 3
        tiny: 1.0e-07

        """)
  }
}

@Suite("Comparing configurations")
struct ConfigurationDiffTests {
  private func diff(_ old: String, _ new: String, harmless: Set<String> = []) throws -> ConfigurationDiff {
    try ConfigurationDiff(
      from: ConfigurationValue(yaml: old, source: "old"), to: ConfigurationValue(yaml: new, source: "new"),
      harmless: harmless)
  }

  @Test("Equal configurations do not differ, whatever their order and notation")
  func equal() throws {
    #expect(try diff("{a: 1, b: [1, 2], c: {}}", "{c: {}, b: [1.0, 2], a: 1.0}").isEmpty)
  }

  @Test("Each setting that differs is shown with its old and its new value")
  func lines() throws {
    let diff = try diff(
      "{a: 1, model: {layers: [{dense: {units: 3}}], kernel: [5, 5]}, gone: {x: 1}}",
      "{a: 1, model: {layers: [{dense: {units: 4}}, {flatten: {}}], kernel: [3, 3]}, added: yes}")
    #expect(
      diff.description == """
        - model.layers.0.dense.units: 3
        + model.layers.0.dense.units: 4
        + model.layers.1.flatten: {}
        - model.kernel: [5, 5]
        + model.kernel: [3, 3]
        - gone.x: 1
        + added: "yes"
        """)
    #expect(!diff.isHarmless)
  }

  @Test("Harmless paths cover what is below them, and stars any key")
  func harmless() throws {
    let old = "{data: {directory: /a, name: mnist}, model: {layers: [{name: a}]}}"
    let new = "{data: {directory: /b, name: mnist}, model: {layers: [{name: b}]}}"
    #expect(try diff(old, new, harmless: ["data", "model.layers.*.name"]).isHarmless)
    let some = try diff(old, new, harmless: ["data.directory", "model.layers.1"])
    #expect(some.harmful.map(\.path.description) == ["model.layers.0.name"])
    #expect(try !diff("{ab: 1}", "{ab: 2}", harmless: ["a", "ab.c"]).isHarmless)
  }
}

@Suite("Suggestions")
struct SuggestionTests {
  @Test("The nearest word within a third of the length is suggested")
  func nearest() {
    let words = ["layers", "loss", "learning_rate", "seed"]
    #expect(Suggestion.nearest(to: "laeyrs", among: words) == "layers")
    #expect(Suggestion.nearest(to: "Learning-Rate", among: words) == "learning_rate")
    #expect(Suggestion.nearest(to: "lerning_rat", among: words) == "learning_rate")
    #expect(Suggestion.nearest(to: "sed", among: words) == "seed")
    #expect(Suggestion.nearest(to: "momentum", among: words) == nil)
    #expect(Suggestion.nearest(to: "", among: words) == nil)
    #expect(Suggestion.nearest(to: String(repeating: "a", count: 100_000), among: words) == nil)
  }

  @Test("Edits are insertions, deletions, replacements and swaps")
  func distance() {
    func distance(_ a: String, _ b: String) -> Int { Suggestion.editDistance(Array(a), Array(b)) }
    #expect(distance("", "abc") == 3)
    #expect(distance("abc", "abc") == 0)
    #expect(distance("abc", "acb") == 1)
    #expect(distance("ca", "abc") == 3)
    #expect(distance("kitten", "sitting") == 3)
  }
}
