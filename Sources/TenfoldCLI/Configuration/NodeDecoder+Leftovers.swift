/// What no type asked for.
extension NodeDecoder {
  /// Refuses keys that the type never asked for, entries of a list that it did not take, and anything at all where
  /// it asked for nothing.
  func refuseLeftovers() throws(DecodingFailure) {
    for child in use.children { try child.refuseLeftovers() }
    guard !use.isTaken else { return }
    switch value.content {
    case .map(let entries) where use.isKeyed || use.entries == nil:
      if let entry = entries.first(where: { !use.hasAsked($0.key) }) { throw unknown(entry) }
    case .list(let values) where use.entries != nil:
      let taken = use.entries ?? 0
      guard taken < values.count else { return }
      throw failure("the list has \(values.count) entries, expected \(taken)")
    case .null: break
    default:
      if !use.isKeyed { throw failure("found \(value.summary), but there is nothing to set here: write {}") }
    }
  }

  /// The failure of a key that the type's coding keys do not know: the likeliest reason for an error of the type.
  func unrecognizedKey() -> DecodingFailure? {
    guard case .map(let entries) = value.content else { return nil }
    return entries.first { use.refused.contains($0.key) && !use.hasAsked($0.key) }.map(unknown)
  }

  /// The failure of `key`, which the type needs.
  func missing(_ key: String) -> DecodingFailure {
    let others = value.keys.filter { !use.hasAsked($0) }
    var text = "the key \(key.quoted) is missing"
    if case .map(let entries) = value.content, let near = Suggestion.nearest(to: key, among: others),
      let entry = entries.first(where: { $0.key == near })
    {
      text += ": is \(near.quoted)\(line(of: entry)) meant?"
    }
    return failure(text)
  }

  private func unknown(_ entry: ConfigurationValue.Entry) -> DecodingFailure {
    let full = path.appending(entry.key)
    let allowed = use.declared + use.asked.filter { !use.declared.contains($0) }
    let free = allowed.filter { !value.keys.contains($0) }
    let near =
      Suggestion.nearest(to: entry.key, among: free) ?? Suggestion.nearest(to: entry.key, among: allowed)
    let question = near.map { ": did you mean \($0.quoted)?" } ?? ""
    var text = "unknown key \(full.description.longQuoted)\(question)"
    if !allowed.isEmpty {
      text += "\(question.isEmpty ? ";" : "") allowed: \(allowed.joined(separator: ", "))"
    } else if !use.refused.contains(entry.key) {
      text += "; nothing can be set here"
    }
    return DecodingFailure(path: ConfigurationPath(), position: entry.position, text: text)
  }

  private func line(of entry: ConfigurationValue.Entry) -> String {
    entry.position?.line.map { " (line \($0))" } ?? ""
  }
}

extension String {
  /// A path in quotes; its keys are shortened already.
  fileprivate var longQuoted: String { "«\(self)»" }
}
