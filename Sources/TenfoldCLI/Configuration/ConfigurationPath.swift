/// The way from the root of a configuration to a value, written `model.layers.0.units`.
package struct ConfigurationPath: Sendable, Hashable, CustomStringConvertible {
  /// One step down: into a map by its key, or into a list by its index.
  package enum Component: Sendable, Hashable {
    /// A key of a map.
    case key(String)
    /// An index of a list, from 0.
    case index(Int)
  }

  /// The steps, from the root down.
  package var components: [Component]

  /// A path; the root where no components are given.
  package init(_ components: [Component] = []) {
    self.components = components
  }

  /// The path that the coding keys of a decoder or of a `DecodingError` describe.
  package init(codingPath: [any CodingKey]) {
    components = codingPath.map { key in
      key.intValue.map(Component.index) ?? .key(key.stringValue)
    }
  }

  /// True for the root.
  package var isRoot: Bool { components.isEmpty }

  /// This path and one more key.
  package func appending(_ key: String) -> ConfigurationPath {
    ConfigurationPath(components + [.key(key)])
  }

  /// This path and one more index.
  package func appending(_ index: Int) -> ConfigurationPath {
    ConfigurationPath(components + [.index(index)])
  }

  /// The path as coding keys.
  var codingPath: [any CodingKey] {
    components.map { component in
      switch component {
      case .key(let key): PathKey(stringValue: key)
      case .index(let index): PathKey(intValue: index)
      }
    }
  }

  /// `model.layers.0.units`; empty for the root. Keys that come from outside are shortened and made printable.
  package var description: String {
    components.map { component in
      switch component {
      case .key(let key): key.printable
      case .index(let index): String(index)
      }
    }.joined(separator: ".")
  }
}

/// A coding key made of a component of a path.
struct PathKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
