import Yams

extension ConfigurationValue {
  /// The tree as YAML, keys in their order; lists of scalars stand on one line.
  ///
  /// Reading the text gives an equal tree. Text that YAML 1.1 or 1.2 would take for something else gets quotes.
  package var yaml: String {
    // Yams refuses only nodes of its own alias kind, which `node` never makes.
    (try? serialize(node: node(isFlow: false), width: -1, allowUnicode: true)) ?? ""
  }

  /// The tree as YAML on one line: `[5, 5]`.
  package var flowYAML: String {
    let text = (try? serialize(node: node(isFlow: true), width: -1, allowUnicode: true)) ?? ""
    let line = text.split(separator: "\n").filter { $0 != "..." }.joined(separator: " ")
    return line
  }

  /// True for everything that is neither a list nor a map.
  var isScalar: Bool {
    switch content {
    case .list, .map: false
    default: true
    }
  }

  /// True for a scalar, a list of scalars, and what is empty: what people see as one setting.
  var isLeaf: Bool {
    switch content {
    case .list(let values): values.allSatisfy(\.isScalar)
    case .map(let entries): entries.isEmpty
    default: true
    }
  }

  private func node(isFlow: Bool) -> Node {
    switch content {
    case .null: return Node("null", .implicit, .plain)
    case .bool(let value): return Node("\(value)", .implicit, .plain)
    case .int(let value): return Node("\(value)", .implicit, .plain)
    case .unsigned(let value): return Node("\(value)", .implicit, .plain)
    case .double(let value): return Node(ConfigurationScalar.text(of: value), .implicit, .plain)
    case .string(let text): return Self.node(for: text)
    case .list(let values):
      return Node(
        values.map { $0.node(isFlow: isFlow || isLeaf) }, .implicit, isFlow || isLeaf ? .flow : .block)
    case .map(let entries):
      let pairs = entries.map { (Self.node(for: $0.key), $0.value.node(isFlow: isFlow)) }
      return Node(pairs, .implicit, isFlow || isLeaf ? .flow : .block)
    }
  }

  private static func node(for text: String) -> Node {
    let isPlain =
      (try? ConfigurationScalar.resolve(text)) == .string(text)
      && Resolver.default.resolveTag(of: Node(text)) == .str
      && !text.contains(where: {
        $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control }
      })
    return Node(text, Tag(.str), isPlain ? .plain : .doubleQuoted)
  }
}
