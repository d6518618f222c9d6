/// The options of a transposed convolution: `transposed_convolution: {maps: 64, kernel: 4, stride: 2, padding: 1}`.
public struct TransposedConvolutionConfiguration: Codable, Hashable, Sendable {
  /// The number of output maps.
  public var maps: Int
  /// The size of the filters.
  public var kernel: PlaneExtent
  /// The distance of the windows in the output (1).
  public var stride: PlaneExtent?
  /// The rows and columns that are cut off around the output (0).
  public var padding: PlaneExtent?
  /// Whether each map has a bias (yes).
  public var bias: Bool?
  /// The function on the outputs (none).
  public var activation: ActivationKind?
  /// The distribution of the first weights (`pytorch`).
  public var initializer: InitializerConfiguration?

  private enum CodingKeys: String, CodingKey {
    case maps, kernel, stride, padding, bias, activation, initializer
  }

  /// The options of a transposed convolution.
  public init(
    maps: Int, kernel: PlaneExtent, stride: PlaneExtent? = nil, padding: PlaneExtent? = nil,
    bias: Bool? = nil, activation: ActivationKind? = nil, initializer: InitializerConfiguration? = nil
  ) {
    self.maps = maps
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.bias = bias
    self.activation = activation
    self.initializer = initializer
  }

  /// The layer.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> TransposedConvolution {
    guard (1...LayerLimits.maps).contains(maps) else {
      throw ConfigurationError(
        "transposed_convolution.maps is \(maps): it must be between 1 and \(LayerLimits.maps)")
    }
    try kernel.check("transposed_convolution.kernel", in: 1...LayerLimits.window)
    try stride?.check("transposed_convolution.stride", in: 1...LayerLimits.window)
    try padding?.check("transposed_convolution.padding", in: 0...LayerLimits.window)
    return TransposedConvolution(
      maps: maps, kernel: kernel, stride: stride ?? PlaneExtent(1), padding: padding ?? PlaneExtent(0),
      hasBias: bias ?? true, activation: activation, initializer: initializer ?? .rule(.pytorch))
  }
}
