import Networks

extension Dataset {
  /// The lengths of the sequences, the symbols, and the beginning of the first sequence, one a line.
  func sequenceSummary() -> [String] {
    guard let layout = format.layout, count > 0 else { return [] }
    let looked = min(count, 4096)
    let lengths = (0..<looked).map { index in
      withRow(index) { SequenceRow(reading: $0.baseAddress!, layout: layout).length }
    }
    let mean = (Double(lengths.reduce(0, +)) / Double(looked) * 10).rounded() / 10
    var lines = [
      "lengths \(lengths.min()!) to \(lengths.max()!), mean \(mean)"
        + (looked < count ? ", of the first \(looked)" : "") + (layout.format.isStream ? "; streams" : "")
    ]
    if !layout.format.groups.isEmpty {
      lines.append("kinds of targets: \(layout.format.groups.joined(separator: ", "))")
    }
    if !layout.format.symbols.isEmpty {
      let names = layout.format.symbols
      lines.append(
        "symbols: " + names.prefix(200).map(Self.visible).joined(separator: " ")
          + (names.count > 200 ? " … (\(names.count))" : ""))
    }
    lines.append(
      "the first: " + withRow(0) { Self.beginning(SequenceRow(reading: $0.baseAddress!, layout: layout)) })
    return lines
  }

  private static func beginning(_ row: SequenceRow) -> String {
    let format = row.layout.format
    let steps = 0..<min(row.length, format.input.isSymbols ? 60 : 6)
    let texts = steps.map { step -> String in
      switch format.input {
      case .symbols:
        let symbol = row.symbol(at: step)
        return symbol < format.symbols.count ? visible(format.symbols[symbol]) : "\(symbol)"
      case .values(let count):
        let values = (0..<count).map { row.value($0, at: step) }
        if row.layout.input == .bits, count > 12 {
          return "{" + values.indices.filter { values[$0] != 0 }.map(String.init).joined(separator: " ") + "}"
        }
        return "(" + values.map { "\(($0 * 1000).rounded() / 1000)" }.joined(separator: " ") + ")"
      }
    }
    let separator = format.symbols.allSatisfy { $0.count <= 1 } && format.input.isSymbols ? "" : " "
    return texts.joined(separator: separator) + (steps.upperBound < row.length ? " …" : "")
  }

  private static func visible(_ symbol: String) -> String {
    switch symbol {
    case " ": "␣"
    case "\n": "⏎"
    case "\t": "⇥"
    case "\r": "␍"
    default: symbol
    }
  }
}
