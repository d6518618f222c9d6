import Networks
import TenfoldCLI
import Testing

/// Small reproducible numbers for making up inputs (xorshift).
private struct Dice {
  var state: UInt64

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(sides))
  }

  mutating func pick<T>(_ values: [T]) -> T { values[roll(values.count)] }
}

@Suite("Configurations of any content")
struct ConfigurationRobustnessTests {
  private let pieces = [
    "a", "Z", "7", "0", "-", "- ", ": ", ":", "#", " #", " ", "\n", "\t", "'", "\"", "[", "]", "{", "}", ",",
    "*", "&",
    "!", "|", ">", "%", "@", "`", "?", "~", "true", "no", "null", "1e5", "0x1", "ü", "語", "🎲", "\u{7F}",
    "\u{85}",
    "\u{2028}", "\u{200B}", "\\", "<<", "=", "...", "---", "\u{1}", "\r", "_", ".",
  ]

  private func text(_ dice: inout Dice) -> String {
    (0..<dice.roll(6)).map { _ in dice.pick(pieces) }.joined()
  }

  private func tree(_ dice: inout Dice, depth: Int) -> ConfigurationValue {
    switch dice.roll(depth > 3 ? 6 : 8) {
    case 0: ConfigurationValue(.null)
    case 1: ConfigurationValue(.bool(dice.roll(2) == 0))
    case 2: ConfigurationValue(.int(Int(truncatingIfNeeded: dice.state)))
    case 3: ConfigurationValue(.double(Double(bitPattern: dice.state & 0x7FDF_FFFF_FFFF_FFFF)))
    case 4, 5: ConfigurationValue(.string(text(&dice)))
    case 6: ConfigurationValue(.list((0..<dice.roll(4)).map { _ in tree(&dice, depth: depth + 1) }))
    default:
      ConfigurationValue(
        .map(
          (0..<dice.roll(4)).map { index in
            .init("\(index)\(text(&dice))", tree(&dice, depth: depth + 1))
          }))
    }
  }

  @Test("Any tree survives being written and read, in blocks and on one line")
  func roundTrip() throws {
    var dice = Dice(state: 20_261_122)
    for _ in 0..<500 {
      let tree = tree(&dice, depth: 0)
      #expect(try ConfigurationValue(yaml: tree.yaml, source: "block") == tree, "\(tree.yaml)")
      #expect(try ConfigurationValue(yaml: tree.flowYAML, source: "flow") == tree, "\(tree.flowYAML)")
      #expect(ConfigurationDiff(from: tree, to: tree).isEmpty)
    }
  }

  @Test("Any text is read, or refused with its source named first")
  func anyText() throws {
    let good = """
      model:
        layers: &layers
          - convolution: {channels: 6, kernel: [5, 5]}  # as in the paper
          - dense: {units: 120, activation: "tanh"}
      common: &common {rate: 0.1}
      other: {<<: [*common], more: *layers}
      text: |
        block * of text
      rate: 1.0e-3
      """
    #expect(throws: Never.self) { try ConfigurationValue(yaml: good, source: "run.yaml") }
    var dice = Dice(state: 7)
    var refused = 0
    for _ in 0..<3000 {
      var characters = Array(good)
      for _ in 0...dice.roll(4) {
        let start = dice.roll(characters.count)
        let end = min(characters.count, start + dice.roll(4))
        characters.replaceSubrange(start..<end, with: Array(dice.pick(pieces)))
      }
      do {
        _ = try ConfigurationValue(yaml: String(characters), source: "run.yaml")
      } catch {
        refused += 1
        #expect(error.description.hasPrefix("run.yaml"))
      }
    }
    #expect(refused > 100 && refused < 2900, "\(refused)")
  }
}
