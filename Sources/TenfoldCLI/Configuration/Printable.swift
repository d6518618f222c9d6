extension String {
  /// This text, safe to print in a message: at most 60 characters, control characters written as `\u{1b}`.
  package var printable: String { printable(limit: 60) }

  /// This text, safe to print in a message, with at most `limit` characters.
  package func printable(limit: Int) -> String {
    let shortened = count > limit ? prefix(limit - 3) + "..." : self[...]
    return shortened.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default:
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// This text in a message's quotes: `«layers»`.
  package var quoted: String { "«\(printable)»" }
}
