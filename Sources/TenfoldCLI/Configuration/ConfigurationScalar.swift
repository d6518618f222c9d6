import Networks

/// What a scalar without quotes means: the core schema of YAML 1.2, and `60_000` for people.
///
/// `yes`, `no`, `on` and `off` are text, not truth values, and `010` is ten.
enum ConfigurationScalar {
  /// The value that `text` stands for.
  ///
  /// - Throws: `ConfigurationError` for numbers that no machine type holds.
  static func resolve(_ text: String) throws -> ConfigurationValue.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .double(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .double(-.infinity)
    case ".nan", ".NaN", ".NAN": return .double(.nan)
    default: break
    }
    if let digits = integerDigits(in: text) {
      return try integer(digits.text, radix: digits.radix, from: text)
    }
    guard isNumber(text.utf8), let value = Double(text) else { return .string(text) }
    guard value.isFinite else {
      throw ConfigurationError("\(text.quoted) is too large for a number (at most 1.8e308)")
    }
    return .double(value)
  }

  /// The shortest text that reads as `value` again, in YAML 1.1 as well as in YAML 1.2.
  static func text(of value: Double) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
    let text = value.description
    guard let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  private static func integer(
    _ digits: String, radix: Int, from text: String
  ) throws -> ConfigurationValue.Content {
    if let value = Int(digits, radix: radix) { return .int(value) }
    if let value = UInt64(digits, radix: radix) { return .unsigned(value) }
    throw ConfigurationError(
      "\(text.quoted) does not fit into 64 bits; if it is meant as text, put it in quotes")
  }

  /// The sign and digits of an integer, without prefix and underscores; nil where `text` is no integer.
  private static func integerDigits(in text: String) -> (text: String, radix: Int)? {
    if text.hasPrefix("0x") || text.hasPrefix("0o") {
      let radix = text.hasPrefix("0x") ? 16 : 8
      let digits = text.dropFirst(2)
      let isValid =
        !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false }
      return isValid ? (String(digits), radix) : nil
    }
    var digits = text[...]
    if let sign = digits.first, sign == "-" || sign == "+" { digits = digits.dropFirst() }
    let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
    let isValid = groups.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }
    return isValid ? (text.filter { $0 != "_" }, 10) : nil
  }

  /// True for `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`.
  private static func isNumber(_ text: String.UTF8View) -> Bool {
    var rest = text[...]
    func skipDigits() -> Int {
      let digits = rest.prefix(while: isDigit)
      rest = rest[digits.endIndex...]
      return digits.count
    }
    func skip(_ characters: StaticString) -> Bool {
      guard let first = rest.first, "\(characters)".utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    _ = skip("+-")
    let whole = skipDigits()
    let fraction = skip(".") ? skipDigits() : 0
    guard whole + fraction > 0 else { return false }
    if skip("eE") {
      _ = skip("+-")
      guard skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
