import Networks
import Yams

/// Turns YAML text into a `ConfigurationValue`, bounded in nodes and depth.
///
/// Yams replaces an alias by the node that it stands for while it parses, and compares the keys of each map by their
/// whole content. A few lines of aliases to aliases would then grow without bound. So aliases are hidden from Yams:
/// every `*` becomes a private character of the same width, a plain scalar that begins with it is an alias (nothing
/// else may begin with `*`), and it is resolved here, where what it expands to is counted.
struct YAMLReader {
  /// The most values in a tree, with every alias written out.
  static let maximumNodes = 100_000
  /// The most levels of nesting.
  static let maximumDepth = 64

  private static let hiddenStar: Unicode.Scalar = "\u{F8F0}"

  private let source: String
  private var anchors: [String: Part] = [:]
  private var nodes = 0

  /// A value with the number of its nodes and of its levels.
  private struct Part {
    var value: ConfigurationValue
    var nodes = 1
    var depth = 1
  }

  /// The value that `text` holds; `source` names it in errors.
  ///
  /// - Throws: `ConfigurationError` with line and column for text that is no YAML, more than one document, duplicate
  ///   keys, unknown tags, keys that are no text, and trees over the limits.
  static func read(_ text: String, source: String) throws -> ConfigurationValue {
    guard !text.unicodeScalars.contains(hiddenStar) else {
      throw ConfigurationError(
        "\(source.printable(limit: 1000)) holds the private character U+F8F0; remove it")
    }
    let hidden = String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "*" ? hiddenStar : $0 }))
    let parser: Parser
    let root: Node?
    do {
      // The parser lives to the end of this function: it owns the anchors, which the nodes hold weakly.
      parser = try Parser(yaml: hidden, resolver: .basic, encoding: .utf8)
      root = try parser.singleRoot()
    } catch let error as YamlError {
      throw SyntaxReport(source: source, text: text).error(for: error)
    }
    guard let root else {
      throw ConfigurationError("\(source.printable(limit: 1000)) is empty. See Configs/ for examples")
    }
    var reader = YAMLReader(source: source)
    return try withExtendedLifetime(parser) { try reader.part(root, depth: 1).value }
  }

  private init(source: String) {
    self.source = source.printable(limit: 1000)
  }

  private mutating func part(_ node: Node, depth: Int) throws -> Part {
    guard depth <= Self.maximumDepth else {
      throw failure(at: node, "nested more than \(Self.maximumDepth) levels deep")
    }
    var result: Part
    switch node {
    case .scalar(let scalar):
      if scalar.style == .plain, scalar.string.unicodeScalars.first == Self.hiddenStar {
        return try alias(scalar, node, depth: depth)
      }
      result = Part(value: try value(of: scalar, node))
      try count(1, at: node)
    case .sequence(let sequence):
      try refuseTag(node, except: "tag:yaml.org,2002:seq")
      try count(1, at: node)
      result = Part(value: ConfigurationValue(.null, position: position(of: node)))
      var values: [ConfigurationValue] = []
      for child in sequence { values.append(add(try part(child, depth: depth + 1), to: &result)) }
      result.value.content = .list(values)
    case .mapping(let mapping):
      try refuseTag(node, except: "tag:yaml.org,2002:map")
      try count(1, at: node)
      result = try map(mapping, node, depth: depth)
    case .alias:
      throw failure(at: node, "an alias that cannot be resolved")
    }
    if let anchor = node.anchor { anchors[anchor.rawValue] = result }
    return result
  }

  private func add(_ child: Part, to parent: inout Part) -> ConfigurationValue {
    parent.nodes += child.nodes
    parent.depth = max(parent.depth, child.depth + 1)
    return child.value
  }

  private mutating func map(_ mapping: Node.Mapping, _ node: Node, depth: Int) throws -> Part {
    var result = Part(value: ConfigurationValue(.null, position: position(of: node)))
    var entries: [ConfigurationValue.Entry] = []
    var merged: [ConfigurationValue.Entry] = []
    var lines: [String: Int] = [:]
    for (keyNode, valueNode) in mapping {
      let key = try key(keyNode)
      let value = add(try part(valueNode, depth: depth + 1), to: &result)
      if key == "<<", keyNode.scalar?.style == .plain {
        merged += try mergedEntries(value, at: valueNode)
        continue
      }
      if let line = lines[key] {
        throw failure(at: keyNode, "the key \(key.quoted) stands already in line \(line)")
      }
      lines[key] = keyNode.mark?.line ?? 0
      entries.append(.init(key, value, position: position(of: keyNode)))
    }
    for entry in merged where lines.updateValue(0, forKey: entry.key) == nil { entries.append(entry) }
    result.value.content = .map(entries)
    return result
  }

  private func mergedEntries(
    _ value: ConfigurationValue, at node: Node
  ) throws -> [ConfigurationValue.Entry] {
    switch value.content {
    case .map(let entries): return entries
    case .list(let values): return try values.flatMap { try mergedEntries($0, at: node) }
    default: throw failure(at: node, "«<<» merges a map or a list of maps, not \(value.summary)")
    }
  }

  private func key(_ node: Node) throws -> String {
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      throw failure(at: node, "a key of a map must be text")
    }
    if scalar.style == .plain, scalar.string.unicodeScalars.first == Self.hiddenStar {
      throw failure(at: node, "an alias cannot be a key")
    }
    return restored(scalar.string)
  }

  private func value(of scalar: Node.Scalar, _ node: Node) throws -> ConfigurationValue {
    let text = restored(scalar.string)
    let position = position(of: node)
    switch scalar.tag.description {
    case Tag.Name.str.rawValue: return ConfigurationValue(.string(text), position: position)
    case Tag.Name.implicit.rawValue, Tag.Name.int.rawValue, Tag.Name.float.rawValue, Tag.Name.bool.rawValue,
      Tag.Name.null.rawValue:
      break
    case let tag: throw failure(at: node, "the tag \(tag.quoted) is not supported; remove it")
    }
    do {
      return ConfigurationValue(try ConfigurationScalar.resolve(text), position: position, literal: text)
    } catch let error as ConfigurationError {
      throw failure(at: node, error.description)
    }
  }

  private mutating func alias(_ scalar: Node.Scalar, _ node: Node, depth: Int) throws -> Part {
    let name = String(scalar.string.unicodeScalars.dropFirst())
    guard let part = anchors[name] else {
      throw failure(
        at: node,
        "the alias «*\(restored(name).printable)» names no anchor above it"
          + Suggestion.question(for: name, among: anchors.keys.sorted())
          + " (text that begins with * needs quotes)")
    }
    guard depth + part.depth - 1 <= Self.maximumDepth else {
      throw failure(at: node, "nested more than \(Self.maximumDepth) levels deep")
    }
    try count(part.nodes, at: node)
    return part
  }

  private mutating func count(_ more: Int, at node: Node) throws {
    nodes += more
    guard nodes <= Self.maximumNodes else {
      throw failure(
        at: node, "more than \(Self.maximumNodes) values, aliases written out: that is no configuration")
    }
  }

  private func refuseTag(_ node: Node, except allowed: String) throws {
    let tag =
      switch node {
      case .scalar(let scalar): scalar.tag
      case .sequence(let sequence): sequence.tag
      case .mapping(let mapping): mapping.tag
      case .alias(let alias): alias.tag
      }
    guard tag.description.isEmpty || tag.description == allowed else {
      throw failure(at: node, "the tag \(tag.description.quoted) is not supported; remove it")
    }
  }

  private func restored(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == Self.hiddenStar ? "*" : $0 }))
  }

  private func position(of node: Node) -> SourcePosition? {
    node.mark.map { SourcePosition(file: source, line: $0.line, column: $0.column) }
  }

  private func failure(at node: Node, _ text: String) -> ConfigurationError {
    ConfigurationError("\(position(of: node)?.descriptionWithColumn ?? source): \(text)")
  }
}
