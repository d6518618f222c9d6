import Networks

/// How the rows of a data set are stored: what a receiver of raw rows must know of them.
public struct RowFormat: Sendable, Hashable, Codable {
  /// The type of one stored value.
  public enum Element: String, Sendable, Hashable, Codable {
    /// 0 to 255, one byte.
    case uint8
    /// Single precision in the machine's byte order, four bytes.
    case float

    /// The bytes of one value.
    public var size: Int {
      switch self {
      case .uint8: 1
      case .float: 4
      }
    }
  }

  /// The type of one value.
  public var element: Element
  /// The shape of one example as stored, before padding: `[channels, height, width]` or `[features]`.
  public var shape: Shape
  /// The number of classes; 0 where examples carry no label.
  public var classes: Int

  /// A format.
  public init(element: Element, shape: Shape, classes: Int) {
    self.element = element
    self.shape = shape
    self.classes = classes
  }

  /// The bytes of one example.
  public var rowBytes: Int { shape.count * element.size }
  /// Whether examples carry a label.
  public var hasLabels: Bool { classes > 0 }
}
