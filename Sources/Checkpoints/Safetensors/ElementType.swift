/// The type of a tensor's elements, by its name in the safetensors format.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// Single precision.
  case float32 = "F32"
  /// Double precision.
  case float64 = "F64"
  /// Signed, four bytes.
  case int32 = "I32"
  /// Signed, eight bytes.
  case int64 = "I64"
  /// Unsigned, one byte.
  case uint8 = "U8"

  /// The bytes of one element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .uint8: 1
    }
  }
}
