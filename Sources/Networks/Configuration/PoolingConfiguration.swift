/// The options of average and max pooling: `max_pooling: 2`, or a mapping.
public struct PoolingConfiguration: Codable, Hashable, Sendable {
  /// The size of a window.
  public var size: PlaneExtent
  /// The step between windows (the size: windows do not overlap).
  public var stride: PlaneExtent?

  private enum CodingKeys: String, CodingKey {
    case size, stride
  }

  /// The options of a pooling layer.
  public init(size: PlaneExtent, stride: PlaneExtent? = nil) {
    self.size = size
    self.stride = stride
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let size = try? PlaneExtent(from: decoder) {
      self.init(size: size)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      size: try container.decode(PlaneExtent.self, forKey: .size),
      stride: try container.decodeIfPresent(PlaneExtent.self, forKey: .stride))
  }

  /// Size and stride, checked.
  func window(_ kind: String) throws(ConfigurationError) -> (size: PlaneExtent, stride: PlaneExtent) {
    try size.check("\(kind).size", in: 1...LayerLimits.window)
    try stride?.check("\(kind).stride", in: 1...LayerLimits.window)
    return (size, stride ?? size)
  }
}
