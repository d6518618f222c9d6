import Networks
import TenfoldCLI
import Testing

@Suite("Overriding a configuration")
struct ConfigurationOverrideTests {
  private func tree() throws -> ConfigurationValue {
    try ConfigurationValue(
      yaml: "seed: 1\nmodel:\n  layers:\n    - dense: {units: 120}\n    - dense: {units: 84}\noptions:\n",
      source: "run.yaml")
  }

  private func error(_ override: String) -> String {
    do {
      return "no error, but \(try tree().applying(overrides: [override]))"
    } catch { return "\(error)" }
  }

  @Test("Values replace values, at any depth and in lists, later ones last")
  func replacing() throws {
    let result = try tree().applying(overrides: [
      "seed=7", "model.layers.1.dense.units=10", "model.layers.0={flatten: {}}", "options.deep.er=a=b",
      "seed=8",
      "new=[1, {a: 2}]", "empty=",
    ])
    let expected = try ConfigurationValue(
      yaml: """
        seed: 8
        model: {layers: [{flatten: {}}, {dense: {units: 10}}]}
        options: {deep: {er: a=b}}
        new: [1, {a: 2}]
        empty: null
        """, source: "expected")
    #expect(result == expected)
    #expect(result["new"]?[1]?["a"]?.position?.description == "--set new=[1, {a: 2}]")
    #expect(result["seed"]?.position?.isOverride == true)
    #expect(result["model"]?["layers"]?[1]?["dense"]?.position?.line == 5)
  }

  @Test("Paths that lead nowhere are refused with what is there")
  func refusing() {
    #expect(error("seed").contains("--set seed: write path=value"))
    #expect(error("=1").contains("keys joined by single dots"))
    #expect(error("a..b=1").contains("keys joined by single dots"))
    #expect(error("seed.x=1").contains("«seed» is the integer 1, so it has no «x»"))
    #expect(
      error("model.layers.2.dense.units=1").contains(
        "«2» is no index of the list «model.layers» (allowed: 0 to 1)"))
    #expect(error("model.layers.first=1").contains("«first» is no index"))
    #expect(error("model.layers.-1=1").contains("no index"))
    #expect(error("seed=[1").contains("--set seed=[1"))
  }

  @Test("On the command line every scalar can be text, in a file it cannot")
  func text() throws {
    struct Run: Codable { var directory: String }
    let tree = try ConfigurationValue(yaml: "directory: 2024", source: "run.yaml")
    let overridden = try tree.applying(overrides: ["directory=010"])
    #expect(try ConfigurationDecoder().decode(Run.self, from: overridden).directory == "010")
    #expect(throws: ConfigurationError.self) { try ConfigurationDecoder().decode(Run.self, from: tree) }
  }
}
