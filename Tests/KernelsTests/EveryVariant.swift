import CKernels
import Testing

/// The parent of all suites that change the variant in use or rely on it: the variant belongs to the whole process, so
/// that they run one after the other.
@Suite(.serialized)
enum EveryVariant {
  /// The variants that this processor can run.
  static let all = CK_BASELINE.rawValue...UInt32(ck_best_variant())
}
