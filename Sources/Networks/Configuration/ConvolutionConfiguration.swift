/// The options of a convolution: `convolution: {maps: 6, kernel: 5}`.
public struct ConvolutionConfiguration: Codable, Hashable, Sendable {
  /// The number of output maps.
  public var maps: Int
  /// The size of the filters.
  public var kernel: PlaneExtent
  /// The step between windows (1).
  public var stride: PlaneExtent?
  /// The rows and columns of zeros around the image (0).
  public var padding: PlaneExtent?
  /// Which input maps each output map reads (all).
  public var connections: ConnectionsConfiguration?
  /// Whether each map has a bias (yes).
  public var bias: Bool?
  /// The function on the outputs (none).
  public var activation: ActivationKind?
  /// The distribution of the first weights (`pytorch`).
  public var initializer: InitializerConfiguration?

  private enum CodingKeys: String, CodingKey {
    case maps, kernel, stride, padding, connections, bias, activation, initializer
  }

  /// The options of a convolution.
  public init(
    maps: Int, kernel: PlaneExtent, stride: PlaneExtent? = nil, padding: PlaneExtent? = nil,
    connections: ConnectionsConfiguration? = nil, bias: Bool? = nil, activation: ActivationKind? = nil,
    initializer: InitializerConfiguration? = nil
  ) {
    self.maps = maps
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.connections = connections
    self.bias = bias
    self.activation = activation
    self.initializer = initializer
  }

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      maps: try container.decode(Int.self, forKey: .maps),
      kernel: try container.decode(PlaneExtent.self, forKey: .kernel),
      stride: try container.decodeIfPresent(PlaneExtent.self, forKey: .stride),
      padding: try container.decodeIfPresent(PlaneExtent.self, forKey: .padding),
      connections: try container.decodeIfPresent(ConnectionsConfiguration.self, forKey: .connections),
      bias: try container.decodeIfPresent(Bool.self, forKey: .bias),
      activation: try container.decodeIfPresent(ActivationKind.self, forKey: .activation),
      initializer: try container.decodeIfPresent(InitializerConfiguration.self, forKey: .initializer))
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> Convolution {
    guard (1...LayerLimits.maps).contains(maps) else {
      throw ConfigurationError("convolution.maps is \(maps): it must be between 1 and \(LayerLimits.maps)")
    }
    try kernel.check("convolution.kernel", in: 1...LayerLimits.window)
    try stride?.check("convolution.stride", in: 1...LayerLimits.window)
    try padding?.check("convolution.padding", in: 0...LayerLimits.window)
    if let rows = connections?.inputsOfOutputs { try check(rows) }
    return Convolution(
      maps: maps, kernel: kernel, stride: stride ?? PlaneExtent(1), padding: padding ?? PlaneExtent(0),
      connections: connections, hasBias: bias ?? true, activation: activation,
      initializer: initializer ?? .rule(.pytorch))
  }

  private func check(_ rows: [[Int]]) throws(ConfigurationError) {
    guard rows.count == maps else {
      throw ConfigurationError(
        "convolution.connections has \(rows.count) rows for \(maps) maps: it needs one row for each output map"
      )
    }
    for (index, row) in rows.enumerated() {
      let isRising = zip(row, row.dropFirst()).allSatisfy { $0 < $1 }
      guard let first = row.first, first >= 0, isRising else {
        throw ConfigurationError(
          "convolution.connections[\(index)] is \(row): it must be a rising list of input maps, from 0, at least one"
        )
      }
    }
  }
}
