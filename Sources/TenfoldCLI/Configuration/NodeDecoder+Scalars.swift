/// Scalars out of a node, without silent conversions.
extension NodeDecoder {
  /// True for `null`; the value counts as taken then.
  var isNull: Bool {
    guard value.content == .null else { return false }
    use.isTaken = true
    return true
  }

  func bool() throws(DecodingFailure) -> Bool {
    guard case .bool(let result) = value.content else {
      var hint = ""
      if case .string(let text) = value.content, ["yes", "no", "on", "off"].contains(text.lowercased()) {
        hint = " (write \(["yes", "on"].contains(text.lowercased())))"
      }
      throw mismatch(expected: "true or false", hint: hint)
    }
    use.isTaken = true
    return result
  }

  /// Text. On the command line, where the shell takes the quotes away, any scalar is text.
  func string() throws(DecodingFailure) -> String {
    switch value.content {
    case .string(let text):
      use.isTaken = true
      return text
    case .bool, .int, .unsigned, .double:
      guard let literal = value.literal, value.position?.isOverride ?? false else {
        throw mismatch(expected: "text", hint: " (put it in quotes)")
      }
      use.isTaken = true
      return literal
    default: throw mismatch(expected: "text")
    }
  }

  func double() throws(DecodingFailure) -> Double {
    let result: Double
    switch value.content {
    case .double(let value): result = value
    case .int(let value): result = Double(value)
    case .unsigned(let value): result = Double(value)
    case .string: throw mismatch(expected: "a number", hint: " without quotes")
    default: throw mismatch(expected: "a number")
    }
    guard !result.isNaN else { throw mismatch(expected: "a number that is one") }
    use.isTaken = true
    return result
  }

  func float() throws(DecodingFailure) -> Float {
    let wide = try double()
    let result = Float(wide)
    guard result.isInfinite == wide.isInfinite, (result == 0) == (wide == 0) else {
      throw mismatch(expected: "a number in single precision (1.4e-45 to 3.4e38)")
    }
    return result
  }

  /// A whole number that fits: `60000`, `60_000`, `6e4`.
  func integer<T: FixedWidthInteger>(_ type: T.Type) throws(DecodingFailure) -> T {
    let result: T?
    switch value.content {
    case .int(let value): result = T(exactly: value)
    case .unsigned(let value): result = T(exactly: value)
    case .double(let value): result = T(exactly: value)
    case .string: throw mismatch(expected: "an integer", hint: " without quotes")
    default: throw mismatch(expected: "an integer")
    }
    guard let result else {
      if case .double(let value) = value.content, value != value.rounded() {
        throw mismatch(expected: "an integer")
      }
      throw mismatch(expected: "an integer from \(T.min) to \(T.max)")
    }
    use.isTaken = true
    return result
  }
}
