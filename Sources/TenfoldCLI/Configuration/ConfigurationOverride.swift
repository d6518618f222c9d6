import Networks

/// A value given on the command line: `--set model.layers.0.dense.units=10`.
package struct ConfigurationOverride: Sendable {
  /// Where the value goes: keys of maps and indices of lists (from 0), joined by dots.
  package let path: [String]
  /// The value, read as YAML: `10`, `[5, 5]`, `{decay: 0.1}`, `text`.
  package let value: ConfigurationValue
  private let position: SourcePosition

  /// Reads `path=value`.
  ///
  /// - Throws: `ConfigurationError` where there is no `=`, a part of the path is empty, or the value is no YAML.
  package init(_ text: String) throws(ConfigurationError) {
    position = SourcePosition(override: text.printable)
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ConfigurationError("\(position): write path=value, for example --set seed=7")
    }
    path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
      throw ConfigurationError(
        "\(position): the path is keys joined by single dots, for example model.layers.0.units")
    }
    value = try Self.value(String(parts[1]), position: position)
  }

  /// `tree` with the value at the path.
  ///
  /// Keys that are missing are added (whoever decodes the tree refuses unknown ones); list entries are not.
  ///
  /// - Throws: `ConfigurationError` where the path leads into a scalar, or past the end of a list.
  func applied(to tree: ConfigurationValue) throws(ConfigurationError) -> ConfigurationValue {
    try replaced(in: tree, at: path[...], above: ConfigurationPath())
  }

  private func replaced(
    in tree: ConfigurationValue, at rest: ArraySlice<String>, above: ConfigurationPath
  ) throws(ConfigurationError) -> ConfigurationValue {
    guard let step = rest.first else { return value }
    var result = tree
    switch tree.content {
    case .null:
      let child = ConfigurationValue(.null, position: position)
      let value = try replaced(in: child, at: rest.dropFirst(), above: above.appending(step))
      result = ConfigurationValue(.map([.init(step, value, position: position)]), position: position)
    case .map(var entries):
      let path = above.appending(step)
      if let index = entries.firstIndex(where: { $0.key == step }) {
        entries[index].value = try replaced(in: entries[index].value, at: rest.dropFirst(), above: path)
      } else {
        let child = ConfigurationValue(.null, position: position)
        let value = try replaced(in: child, at: rest.dropFirst(), above: path)
        entries.append(.init(step, value, position: position))
      }
      result.content = .map(entries)
    case .list(var values):
      guard let index = Int(step), values.indices.contains(index) else {
        let allowed = values.isEmpty ? "it is empty" : "allowed: 0 to \(values.count - 1)"
        throw ConfigurationError(
          "\(position): \(step.quoted) is no index of the list \(name(above)) (\(allowed)). "
            + "To change its length, set the whole list: --set \(above)=[...]")
      }
      values[index] = try replaced(in: values[index], at: rest.dropFirst(), above: above.appending(index))
      result.content = .list(values)
    default:
      throw ConfigurationError(
        "\(position): \(name(above)) is \(tree.summary), so it has no \(step.quoted). "
          + "The nearest path that exists is \(name(above))")
    }
    return result
  }

  private func name(_ path: ConfigurationPath) -> String {
    path.isRoot ? "the configuration" : path.description.quoted
  }

  private static func value(
    _ text: String, position: SourcePosition
  ) throws(ConfigurationError) -> ConfigurationValue {
    guard text.contains(where: { !$0.isWhitespace }) else {
      return ConfigurationValue(.null, position: position, literal: text)
    }
    let value = try ConfigurationValue(yaml: text, source: position.source)
    return value.moved(to: position)
  }
}

extension ConfigurationValue {
  /// This tree with the overrides in order: later ones win.
  ///
  /// - Throws: `ConfigurationError` that names the override.
  package func applying(overrides: [String]) throws(ConfigurationError) -> ConfigurationValue {
    var tree = self
    for text in overrides { tree = try ConfigurationOverride(text).applied(to: tree) }
    return tree
  }

  /// This tree with `position` everywhere.
  fileprivate func moved(to position: SourcePosition) -> ConfigurationValue {
    var result = self
    result.position = position
    switch content {
    case .list(let values): result.content = .list(values.map { $0.moved(to: position) })
    case .map(let entries):
      result.content = .map(entries.map { .init($0.key, $0.value.moved(to: position), position: position) })
    default: break
    }
    return result
  }
}
