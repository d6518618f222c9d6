extension String {
  /// This text, safe to print in a message: at most 60 characters, control characters written as `\u{1b}`.
  package var printable: String {
    let shortened = count > 60 ? prefix(57) + "..." : self[...]
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
