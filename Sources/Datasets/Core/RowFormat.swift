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
  /// How a sequence lies in its row, where examples are sequences; `shape` is the shape of one step then.
  public private(set) var layout: SequenceLayout?

  /// A format.
  public init(element: Element, shape: Shape, classes: Int) {
    self.element = element
    self.shape = shape
    self.classes = classes
  }

  /// The format of sequences; they carry targets at their steps and no label.
  public init(_ layout: SequenceLayout) {
    switch layout.format.input {
    case .symbols: shape = [1]
    case .values(let count): shape = [count]
    }
    element = .float
    classes = 0
    self.layout = layout
  }

  /// The bytes of one example.
  public var rowBytes: Int { layout?.rowBytes ?? shape.count * element.size }
  /// What the steps are, where examples are sequences.
  public var sequence: SequenceFormat? { layout?.format }

  /// Whether both are of the same task: they differ in nothing but the most steps that fit.
  public func matches(_ other: RowFormat) -> Bool {
    guard element == other.element, shape == other.shape, classes == other.classes else { return false }
    switch (layout, other.layout) {
    case (nil, nil): return true
    case (let one?, let two?): return one.matches(two)
    default: return false
    }
  }

  /// What messages say of rows.
  var summary: String {
    guard let layout else { return "\(element) rows of shape \(shape) in \(classes) classes" }
    func name(_ step: SequenceFormat.Step) -> String {
      switch step {
      case .symbols(let count): "\(count) symbols"
      case .values(let count): "\(count) values"
      }
    }
    return "sequences of \(name(layout.format.input)) with targets of \(name(layout.format.target))"
  }
  /// Whether examples carry a label.
  public var hasLabels: Bool { classes > 0 }
}
