/// What became of one file of a checkpoint.
public struct FileCheck: Sendable, Hashable, CustomStringConvertible {
  /// The outcome.
  public enum Outcome: Sendable, Hashable {
    /// The bytes are the ones that were written.
    case ok
    /// The file is gone.
    case missing
    /// The bytes are others.
    case hashDiffers(expected: String, found: String)
    /// The file cannot be read, or contradicts itself or the others.
    case invalid(String)
    /// The file is not on the list of hashes; harmless.
    case unlisted
  }

  /// The name of the file.
  public let file: String
  /// The outcome.
  public let outcome: Outcome

  /// Whether nothing is wrong.
  public var isSound: Bool { outcome == .ok || outcome == .unlisted }

  /// One line: `parameters.safetensors: ok`.
  public var description: String {
    switch outcome {
    case .ok: "\(file): ok"
    case .missing: "\(file): missing"
    case .hashDiffers(let expected, let found):
      "\(file): the hash differs (written \(expected.prefix(12))…, found \(found.prefix(12))…)"
    case .invalid(let text): "\(file): \(text)"
    case .unlisted: "\(file): not on the list of hashes"
    }
  }
}
