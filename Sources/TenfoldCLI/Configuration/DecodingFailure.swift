import Networks

/// An error of decoding with the place where it arose, on its way out of nested decoders.
struct DecodingFailure: Error, CustomStringConvertible {
  /// The path to the value; the root where the whole configuration is meant.
  let path: ConfigurationPath
  /// Where the value stands.
  let position: SourcePosition?
  /// What was wrong, what is allowed, what to do.
  let text: String

  /// `lenet5.yaml, line 7: model.layers.0.units: found the text «ten», expected an integer`.
  var description: String {
    [position?.description, path.isRoot ? nil : path.description, text].compactMap { $0 }.joined(
      separator: ": ")
  }
}

extension DecodingFailure {
  /// `error`, thrown by a type's own `init(from:)`, with the place where it was thrown.
  ///
  /// A failure that has its place already keeps it.
  init(wrapping error: any Error, node: NodeDecoder, type: any Any.Type) {
    switch error {
    case let failure as DecodingFailure: self = failure
    case let error as DecodingError: self.init(error, node: node, type: type)
    case let error as ConfigurationError:
      self.init(path: node.path, position: node.value.position, text: error.description)
    default: self.init(path: node.path, position: node.value.position, text: "\(error)")
    }
  }

  private init(_ error: DecodingError, node: NodeDecoder, type: any Any.Type) {
    if let failure = node.unrecognizedKey() {
      self = failure
      return
    }
    let place: [any CodingKey]
    var text: String
    switch error {
    case .keyNotFound(let key, let context):
      place = context.codingPath
      text = "the key \(key.stringValue.quoted) is missing"
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      place = context.codingPath
      text = context.debugDescription
    @unknown default:
      place = node.codingPath
      text = "\(error)"
    }
    var path = ConfigurationPath(codingPath: place)
    if path.components.count < node.path.components.count { path = node.path }
    if case .dataCorrupted = error, let choice = AllowedWords.refusal(of: node.value, by: type),
      path == node.path
    {
      text = choice
    }
    let below = ConfigurationPath(Array(path.components.dropFirst(node.path.components.count)))
    self.init(path: path, position: (node.value[below] ?? node.value).position, text: text)
  }
}

/// The words that an enumeration of strings allows.
enum AllowedWords {
  /// Why `type` refuses the text of `value`, with every word that it allows; nil where `type` is no enumeration of
  /// strings or `value` is no text.
  static func refusal(of value: ConfigurationValue, by type: any Any.Type) -> String? {
    guard case .string(let word) = value.content, type is any RawRepresentable.Type else { return nil }
    let allowed = (type as? any CaseIterable.Type).map { words(of: $0) } ?? []
    guard !allowed.isEmpty else { return "\(word.quoted) is not allowed here" }
    return "\(word.quoted) is not allowed here" + Suggestion.question(for: word, among: allowed)
      + " Allowed: \(allowed.joined(separator: ", "))"
  }

  private static func words(of type: (some CaseIterable).Type) -> [String] {
    type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
  }
}
