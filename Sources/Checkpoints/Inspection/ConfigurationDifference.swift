/// A value that differs between two configs.
public struct ConfigurationDifference: Sendable, Hashable, CustomStringConvertible {
  /// Where it stands: `optimizer.learning_rate`, `layers[2].width`.
  public let path: String
  /// The value in the first config; `nil` where it has none.
  public let first: String?
  /// The value in the second config; `nil` where it has none.
  public let second: String?

  /// One line: `optimizer.learning_rate: 0.1 → 0.2`.
  public var description: String { "\(path): \(first ?? "(none)") → \(second ?? "(none)")" }

  /// The values that differ between two configs, given as resolved YAML text, in the order of the texts.
  ///
  /// Comments, blank lines and the indentation do not count. Meant for configs in block style, as this library
  /// writes them; of a value in flow style (`[1, 2]`) the whole text is compared.
  public static func between(_ first: String, _ second: String) -> [ConfigurationDifference] {
    let (old, new) = (ConfigurationText(first), ConfigurationText(second))
    let paths = old.paths + new.paths.filter { old.values[$0] == nil }
    return paths.compactMap { path in
      let (was, now) = (old.values[path], new.values[path])
      return was == now ? nil : ConfigurationDifference(path: path, first: was, second: now)
    }
  }
}
