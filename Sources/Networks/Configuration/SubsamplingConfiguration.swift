/// The options of the trainable subsampling of 1998: `subsampling: 2`, or a mapping.
public struct SubsamplingConfiguration: Codable, Hashable, Sendable {
  /// The size of a window; windows do not overlap.
  public var size: PlaneExtent
  /// The function on the outputs (none).
  public var activation: ActivationKind?
  /// The distribution of the first coefficients (`lecun_1998`: U(±2.4 / window area)).
  public var initializer: InitializerConfiguration?

  private enum CodingKeys: String, CodingKey {
    case size, activation, initializer
  }

  /// The options of a subsampling layer.
  public init(
    size: PlaneExtent, activation: ActivationKind? = nil, initializer: InitializerConfiguration? = nil
  ) {
    self.size = size
    self.activation = activation
    self.initializer = initializer
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
      activation: try container.decodeIfPresent(ActivationKind.self, forKey: .activation),
      initializer: try container.decodeIfPresent(InitializerConfiguration.self, forKey: .initializer))
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> Subsampling {
    try size.check("subsampling.size", in: 1...LayerLimits.window)
    return Subsampling(size: size, activation: activation, initializer: initializer ?? .rule(.lecun1998))
  }
}
