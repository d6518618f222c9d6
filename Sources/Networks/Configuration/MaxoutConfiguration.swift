/// The options of a maxout layer: `maxout: {units: 240, pieces: 5}`.
public struct MaxoutConfiguration: Codable, Hashable, Sendable {
  /// The number of outputs.
  public var units: Int
  /// The number of weighted sums that each output is the largest of.
  public var pieces: Int
  /// Whether each sum has a bias (yes).
  public var bias: Bool?
  /// The distribution of the first weights (`pytorch`).
  public var initializer: InitializerConfiguration?

  private enum CodingKeys: String, CodingKey {
    case units, pieces, bias, initializer
  }

  /// The options of a maxout layer.
  public init(units: Int, pieces: Int, bias: Bool? = nil, initializer: InitializerConfiguration? = nil) {
    self.units = units
    self.pieces = pieces
    self.bias = bias
    self.initializer = initializer
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> Maxout {
    guard (1...LayerLimits.units).contains(units) else {
      throw ConfigurationError("maxout.units is \(units): it must be between 1 and \(LayerLimits.units)")
    }
    guard (1...1024).contains(pieces) else {
      throw ConfigurationError("maxout.pieces is \(pieces): it must be between 1 and 1024")
    }
    return Maxout(
      units: units, pieces: pieces, hasBias: bias ?? true, initializer: initializer ?? .rule(.pytorch))
  }
}
