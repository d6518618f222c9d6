/// Where a value of a configuration stands: a line of a file, or an override of the command line.
package struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
  /// The file as the user named it, or the override as the user wrote it.
  package let source: String
  /// The line, from 1; nil for an override.
  package let line: Int?
  /// The column in Unicode scalars, from 1; nil for an override.
  package let column: Int?

  /// A position in a file.
  package init(file: String, line: Int, column: Int) {
    source = file
    self.line = line
    self.column = column
  }

  /// The position of everything that an override brings, for example `--set seed=7`.
  package init(override: String) {
    source = "--set \(override)"
    line = nil
    column = nil
  }

  /// True where the value comes from the command line.
  package var isOverride: Bool { line == nil }

  /// `lenet5.yaml, line 7`, or `--set seed=7`.
  package var description: String {
    guard let line else { return source }
    return "\(source), line \(line)"
  }

  /// `lenet5.yaml, line 7, column 3`: for errors of the syntax, where the column matters.
  package var descriptionWithColumn: String {
    guard let column else { return description }
    return "\(description), column \(column)"
  }
}
