import Networks
import Yams

/// Says in words where and why a text is no YAML.
struct SyntaxReport {
  /// The name of the file.
  let source: String
  /// Its text.
  let text: String

  /// The error of the parser with file, line, column, and a remedy where the cause is a common one.
  func error(for error: YamlError) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let around = context.map { "\($0.text) (line \($0.mark.line)): " } ?? ""
      return report(mark.line, mark.column, around + problem + hint(problem, line: mark.line))
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
      return report(line, nil, "a character that YAML does not allow: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map(\.quoted).joined(separator: ", ")
      return report(
        context.mark.line, context.mark.column, "\(keys) stands more than once in this map; keep one")
    default:
      return ConfigurationError("\(source.printable(limit: 1000)): \(error)")
    }
  }

  private func report(_ line: Int, _ column: Int?, _ problem: String) -> ConfigurationError {
    let place = column.map { ", column \($0)" } ?? ""
    return ConfigurationError("\(source.printable(limit: 1000)), line \(line)\(place): \(problem)")
  }

  private func hint(_ problem: String, line: Int) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let nearby = lines[max(0, min(line - 2, lines.count))..<min(line, lines.count)]
    if nearby.contains(where: { $0.prefix(while: \.isWhitespace).contains("\t") }) {
      return ". Indent with spaces, not with tabs"
    }
    if problem.contains("another document") {
      return ". A configuration is one document: remove the second ---"
    }
    if problem.contains("mapping values are not allowed") { return ". Text with a colon needs quotes" }
    return ""
  }
}
