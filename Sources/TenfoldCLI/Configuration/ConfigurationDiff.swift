/// How one configuration differs from another: what a resumed run shows before it goes on.
package struct ConfigurationDiff: Sendable, CustomStringConvertible {
  /// One setting that differs. A scalar or a list of scalars is one setting.
  package struct Change: Sendable, Equatable, CustomStringConvertible {
    /// Which setting.
    package let path: ConfigurationPath
    /// Its value before; nil where it was not there.
    package let old: ConfigurationValue?
    /// Its value now; nil where it is not there any more.
    package let new: ConfigurationValue?
    /// True where the change cannot change what the run computes.
    package let isHarmless: Bool

    /// `- key: old` and `+ key: new`, each on a line of its own.
    package var description: String {
      let removed = old.map { "- \(path): \($0.flowYAML)" }
      let added = new.map { "+ \(path): \($0.flowYAML)" }
      return [removed, added].compactMap { $0 }.joined(separator: "\n")
    }
  }

  /// Every difference, in the order of the old configuration, then what is new in the order of the new one.
  package let changes: [Change]

  /// The difference between two trees.
  ///
  /// - Parameter harmless: paths whose change does no harm, with everything below them: `data.directory`. A `*` stands
  ///   for any one key or index: `model.layers.*.name`.
  package init(from old: ConfigurationValue, to new: ConfigurationValue, harmless: Set<String> = []) {
    let patterns = harmless.map { $0.split(separator: ".") }
    var changes: [Change] = []
    Self.compare(old, new, at: ConfigurationPath()) { path, old, new in
      let isHarmless = patterns.contains { Self.matches(path, $0) }
      changes.append(Change(path: path, old: old, new: new, isHarmless: isHarmless))
    }
    self.changes = changes
  }

  /// True where nothing differs.
  package var isEmpty: Bool { changes.isEmpty }
  /// True where only harmless settings differ, or none.
  package var isHarmless: Bool { changes.allSatisfy(\.isHarmless) }
  /// The differences that change what the run computes.
  package var harmful: [Change] { changes.filter { !$0.isHarmless } }

  /// Every difference as `- key: old` and `+ key: new`.
  package var description: String { changes.map(\.description).joined(separator: "\n") }

  private static func compare(
    _ old: ConfigurationValue?, _ new: ConfigurationValue?, at path: ConfigurationPath,
    report: (ConfigurationPath, ConfigurationValue?, ConfigurationValue?) -> Void
  ) {
    switch (old?.content, new?.content) {
    case (nil, nil): return
    case (.map, .map), (.map, nil), (nil, .map):
      guard !((old?.isLeaf ?? true) && (new?.isLeaf ?? true)) else { break }
      let keys = (old?.keys ?? []) + (new?.keys ?? []).filter { old?[$0] == nil }
      for key in keys { compare(old?[key], new?[key], at: path.appending(key), report: report) }
      return
    case (.list(let before), .list(let after)) where !(old!.isLeaf && new!.isLeaf):
      for index in 0..<max(before.count, after.count) {
        compare(old?[index], new?[index], at: path.appending(index), report: report)
      }
      return
    default: break
    }
    if let old, let new, areSame(old, new) { return }
    report(path, old, new)
  }

  /// Equal, where `1` and `1.0` are the same number.
  private static func areSame(_ left: ConfigurationValue, _ right: ConfigurationValue) -> Bool {
    switch (left.content, right.content) {
    case (.int(let int), .double(let double)), (.double(let double), .int(let int)):
      Int(exactly: double) == int
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy(areSame)
    default: left == right
    }
  }

  private static func matches(_ path: ConfigurationPath, _ pattern: [Substring]) -> Bool {
    guard pattern.count <= path.components.count else { return false }
    return zip(path.components, pattern).allSatisfy { component, word in
      switch component {
      case .key(let key): word == "*" || word == key
      case .index(let index): word == "*" || word == String(index)
      }
    }
  }
}
