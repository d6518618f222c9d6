import Foundation
import Networks
import TenfoldCLI
import Testing

@Suite("Reading a configuration")
struct ConfigurationReadingTests {
  private func read(_ yaml: String) throws -> ConfigurationValue {
    try ConfigurationValue(yaml: yaml, source: "run.yaml")
  }

  private func error(_ yaml: String) -> String {
    do {
      let value = try read(yaml)
      return "no error, but \(value)"
    } catch {
      return "\(error)"
    }
  }

  @Test("Scalars mean what the core schema of YAML 1.2 says")
  func scalars() throws {
    let expected: [(String, ConfigurationValue.Content)] = [
      ("~", .null), ("null", .null), ("", .null), ("true", .bool(true)), ("FALSE", .bool(false)),
      ("yes", .string("yes")), ("off", .string("off")), ("7", .int(7)), ("-7", .int(-7)), ("+7", .int(7)),
      ("60_000", .int(60_000)), ("60__000", .string("60__000")), ("_1", .string("_1")), ("010", .int(10)),
      ("0x1F", .int(31)), ("0o17", .int(15)), ("0x", .string("0x")),
      ("18446744073709551615", .unsigned(.max)),
      ("1e-3", .double(0.001)), ("1.", .double(1)), (".5", .double(0.5)), ("6e4", .double(60_000)),
      (".inf", .double(.infinity)), ("-.inf", .double(-.infinity)), (".", .string(".")),
      ("1e", .string("1e")),
      ("inf", .string("inf")), ("1.2.3", .string("1.2.3")), ("2026-01-01", .string("2026-01-01")),
      ("'7'", .string("7")), ("\"true\"", .string("true")), ("!!str 7", .string("7")),
      ("5x5", .string("5x5")),
    ]
    for (text, content) in expected {
      #expect(try read("key: \(text)")["key"]?.content == content, "\(text)")
    }
  }

  @Test("Numbers that no machine type holds are refused")
  func hugeNumbers() {
    #expect(
      error("seed: 18446744073709551616")
        == "run.yaml, line 1, column 7: «18446744073709551616» does not fit into 64 bits; if it is meant as text, put it in quotes"
    )
    #expect(error("a: 1\nrate: 1e999").contains("run.yaml, line 2, column 7: «1e999» is too large"))
  }

  @Test("Maps keep their order, and values know their lines")
  func orderAndPositions() throws {
    let value = try read("zeta: 1\nalpha:\n  - 5\n  - beta: {x: 2}\n")
    #expect(value.keys == ["zeta", "alpha"])
    let inner = try #require(value["alpha"]?[1]?["beta"])
    #expect(inner.position?.description == "run.yaml, line 4")
    #expect(inner["x"]?.position?.column == 15)
    #expect(value["alpha"]?[2] == nil)
  }

  @Test("A key that stands twice is refused with its line")
  func duplicates() {
    #expect(
      error("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3").contains(
        "run.yaml, line 3, column 3: «c» stands more than once"))
    #expect(error("1: a\n'1': b").contains("«1»"))
  }

  @Test("Broken syntax is reported with line and column")
  func syntax() {
    #expect(error("a: [1, 2\nb: 3").contains("run.yaml, line 2"))
    #expect(error("a:\n\tb: 3").contains("Indent with spaces, not with tabs"))
    #expect(error("a: b: c").contains("run.yaml, line 1, column 5"))
    #expect(error("a: b: c").contains("needs quotes"))
    #expect(error("a: 1\n---\nb: 2").contains("one document"))
    #expect(error("a: \"\u{1}\"").contains("run.yaml, line 1"))
    #expect(error("").contains("is empty"))
    #expect(error("# only a comment\n").contains("is empty"))
    #expect(error("? [a, b]\n: 1").contains("a key of a map must be text"))
    #expect(error("a: !python/object x").contains("not supported"))
  }

  @Test("Anchors, aliases and merges are written out")
  func aliases() throws {
    let value = try read(
      """
      common: &common {rate: 0.1, decay: 0}
      list: &list [1, 2]
      first: *common
      second: {<<: *common, decay: 1, list: *list}
      third: {<<: [*common, {depth: 3}]}
      text: "5 * 3 *common"
      plain: 5 * 3
      """)
    #expect(value["first"] == value["common"])
    #expect(value["second"] == (try read("{decay: 1, list: [1, 2], rate: 0.1}")))
    #expect(value["third"] == (try read("{rate: 0.1, decay: 0, depth: 3}")))
    #expect(value["text"]?.content == .string("5 * 3 *common"))
    #expect(value["plain"]?.content == .string("5 * 3"))
    #expect(
      error("common: &common 1\na: *comon").contains(
        "«*comon» names no anchor above it: did you mean «common»?"))
    #expect(error("a: &a [*a]").contains("names no anchor"))
    #expect(error("a: &a 1\n*a : 2").contains("an alias cannot be a key"))
    #expect(error("a: *").contains("names no anchor"))
  }

  @Test("A few lines of aliases to aliases do not grow without bound")
  func billionLaughs() {
    var yaml = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in 1...40 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(error(yaml).contains("more than 100000 values"))
    #expect(error("a: &a [1]\n" + yaml + "? [*a40, *a40]\n: 1").contains("more than 100000 values"))
  }

  @Test("Nesting is bounded", arguments: ["[", "- ", "{a: ", "? "])
  func depth(_ step: String) {
    for levels in [70, 100_000] {
      let text = error(String(repeating: step, count: levels))
      #expect(text.hasPrefix("run.yaml, line "), "\(text.prefix(200))")
    }
    let closed = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    #expect(error(closed).contains("nested more than 64 levels"))
    let aliased =
      "a: &a " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "\nb: "
      + String(repeating: "[", count: 40) + "*a" + String(repeating: "]", count: 40)
    #expect(error(aliased).contains("nested more than 64 levels"))
  }

  @Test("A file that cannot be a configuration is refused in words")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "configuration-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
      let url = folder.appendingPathComponent(name)
      try Data(bytes).write(to: url)
      return url.path
    }
    func error(_ path: String) -> String {
      do {
        return "no error, but \(try ConfigurationValue(contentsOfFile: path))"
      } catch { return error.description }
    }
    let good = try write("lenet5.yaml", [0xEF, 0xBB, 0xBF] + Array("seed: 7\r\n".utf8))
    #expect(try ConfigurationValue(contentsOfFile: good)["seed"]?.content == .int(7))
    #expect(error(folder.appendingPathComponent("lenet.yaml").path).contains("did you mean «lenet5.yaml»?"))
    #expect(error(folder.path).contains("is a directory"))
    #expect(error(good + "/x").contains("Not a directory"))
    #expect(error(try write("empty.yaml", [])).contains("is empty"))
    #expect(
      error(try write("latin.yaml", Array("a: 1\nname: caf".utf8) + [0xE9, 0x0A])).contains(
        "line 2: this is not UTF-8"))
    #expect(
      error(try write("large.yaml", [UInt8](repeating: 0x20, count: 1 << 20 + 1))).contains(
        "larger than 1 MiB"))
    #expect(error("/dev/zero").contains("larger than 1 MiB"))
  }
}
