/// Data that cannot be used: a file that is missing, damaged or contradicts itself, or a request that it cannot meet.
public struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is; scripts see it as the exit code.
  public enum Kind: Sendable, Hashable {
    /// A file or directory is not there or cannot be read.
    case unreadable
    /// A file breaks its format: bad magic number, truncated, trailing bytes, a number that is none.
    case malformed
    /// Parts that are sound by themselves do not fit together: label count, label range, row length.
    case inconsistent
    /// The configuration asks for something that no data can give.
    case configuration
    /// A file could not be written.
    case unwritable
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// File, what was wrong, what was expected and what to do.
  public let description: String

  /// An error of this kind with this text.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The exit code that scripts can use: 64 for a bad configuration, 73 where output cannot be written, otherwise 65.
  public var exitCode: Int32 {
    switch kind {
    case .configuration: 64
    case .unwritable: 73
    case .unreadable, .malformed, .inconsistent: 65
    }
  }
}
