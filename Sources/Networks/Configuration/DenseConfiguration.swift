/// The options of a dense layer: `dense: 120`, or a mapping.
public struct DenseConfiguration: Codable, Hashable, Sendable {
  /// The number of outputs.
  public var units: Int
  /// The function on the outputs (none).
  public var activation: ActivationKind?
  /// Whether each unit has a bias (yes).
  public var bias: Bool?
  /// The distribution of the first weights (`pytorch`).
  public var initializer: InitializerConfiguration?

  private enum CodingKeys: String, CodingKey {
    case units, activation, bias, initializer
  }

  /// The options of a dense layer.
  public init(
    units: Int, activation: ActivationKind? = nil, bias: Bool? = nil,
    initializer: InitializerConfiguration? = nil
  ) {
    self.units = units
    self.activation = activation
    self.bias = bias
    self.initializer = initializer
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let units = try? decoder.singleValueContainer().decode(Int.self) {
      self.init(units: units)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      units: try container.decode(Int.self, forKey: .units),
      activation: try container.decodeIfPresent(ActivationKind.self, forKey: .activation),
      bias: try container.decodeIfPresent(Bool.self, forKey: .bias),
      initializer: try container.decodeIfPresent(InitializerConfiguration.self, forKey: .initializer))
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> Dense {
    guard (1...LayerLimits.units).contains(units) else {
      throw ConfigurationError("dense.units is \(units): it must be between 1 and \(LayerLimits.units)")
    }
    return Dense(
      units: units, activation: activation, hasBias: bias ?? true, initializer: initializer ?? .rule(.pytorch)
    )
  }
}

/// What no layer may exceed: larger numbers are typing errors, and their products would overflow.
enum LayerLimits {
  static let units = 1 << 24
  static let maps = 1 << 16
  static let window = 1 << 12
}
