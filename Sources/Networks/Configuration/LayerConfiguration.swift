/// One entry of a `layers:` list: a word, or a mapping from the kind of the layer to its options.
///
/// ```yaml
/// layers:
///   - convolution: {maps: 6, kernel: 5, padding: 2, activation: tanh}
///   - average_pooling: 2
///   - flatten
///   - dense: 120
///   - relu
///   - dropout: 0.5
///   - dense: {units: 10, initializer: xavier_uniform}
/// ```
public enum LayerConfiguration: Codable, Hashable, Sendable {
  /// All inputs to all units.
  case dense(DenseConfiguration)
  /// Learned filters over an image.
  case convolution(ConvolutionConfiguration)
  /// The mean of each window.
  case averagePooling(PoolingConfiguration)
  /// The largest value of each window.
  case maxPooling(PoolingConfiguration)
  /// The pooling of 1998: the sum of each window times a trained coefficient, plus a trained bias.
  case subsampling(SubsamplingConfiguration)
  /// The transpose of a convolution, which makes images larger.
  case transposedConvolution(TransposedConvolutionConfiguration)
  /// Each feature brought to mean 0 and variance 1 over the examples of a lane.
  case batchNormalization(BatchNormalizationConfiguration)
  /// The largest of several weighted sums for each unit.
  case maxout(MaxoutConfiguration)
  /// The rectifier that lets this share of what is negative through.
  case leakyReLU(Double)
  /// The input seen in another shape.
  case reshape(Shape)
  /// An elementwise function.
  case activation(ActivationKind)
  /// Random omission of inputs, with this probability.
  case dropout(Double)
  /// The input seen as a vector.
  case flatten

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case dense, convolution, subsampling, activation, dropout, maxout, reshape
    case averagePooling = "average_pooling"
    case maxPooling = "max_pooling"
    case transposedConvolution = "transposed_convolution"
    case batchNormalization = "batch_normalization"
    case leakyReLU = "leaky_relu"
  }

  private static let flattenWord = "flatten"
  private static let batchNormalizationWord = CodingKeys.batchNormalization.rawValue

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      try self.init(word: word, at: decoder.codingPath)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let found: [LayerConfiguration?] = [
      try container.decodeIfPresent(DenseConfiguration.self, forKey: .dense).map { .dense($0) },
      try container.decodeIfPresent(ConvolutionConfiguration.self, forKey: .convolution).map {
        .convolution($0)
      },
      try container.decodeIfPresent(PoolingConfiguration.self, forKey: .averagePooling).map {
        .averagePooling($0)
      },
      try container.decodeIfPresent(PoolingConfiguration.self, forKey: .maxPooling).map { .maxPooling($0) },
      try container.decodeIfPresent(SubsamplingConfiguration.self, forKey: .subsampling).map {
        .subsampling($0)
      },
      try container.decodeIfPresent(
        TransposedConvolutionConfiguration.self, forKey: .transposedConvolution
      ).map { .transposedConvolution($0) },
      try container.decodeIfPresent(
        BatchNormalizationConfiguration.self, forKey: .batchNormalization
      ).map { .batchNormalization($0) },
      try container.decodeIfPresent(MaxoutConfiguration.self, forKey: .maxout).map { .maxout($0) },
      try container.decodeIfPresent(Double.self, forKey: .leakyReLU).map { .leakyReLU($0) },
      try container.decodeIfPresent(Shape.self, forKey: .reshape).map { .reshape($0) },
      try container.decodeIfPresent(ActivationKind.self, forKey: .activation).map { .activation($0) },
      try container.decodeIfPresent(Double.self, forKey: .dropout).map { .dropout($0) },
    ]
    let layers = found.compactMap { $0 }
    guard let layer = layers.first, layers.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "each entry of «layers» has exactly one kind, not \(layers.count): "
            + CodingKeys.allCases.map(\.rawValue).joined(separator: ", ") + ", or a word: "
            + Self.words.joined(separator: ", ")))
    }
    self = layer
  }

  private static var words: [String] { [flattenWord, batchNormalizationWord] + ActivationKind.words }

  private init(word: String, at path: [any CodingKey]) throws {
    if word == Self.flattenWord {
      self = .flatten
    } else if word == Self.batchNormalizationWord {
      self = .batchNormalization(.init())
    } else if let activation = ActivationKind(rawValue: word) {
      self = .activation(activation)
    } else if CodingKeys(rawValue: word) != nil {
      throw DecodingError.dataCorrupted(
        .init(codingPath: path, debugDescription: "the layer «\(word)» needs a value: «- \(word): 2»"))
    } else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: path,
          debugDescription: "unknown layer «\(word)»: "
            + Suggestion.clause(for: word, in: Self.words + CodingKeys.allCases.map(\.rawValue))))
    }
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .flatten:
      var container = encoder.singleValueContainer()
      try container.encode(Self.flattenWord)
      return
    case .batchNormalization(let options) where options == .init():
      var container = encoder.singleValueContainer()
      try container.encode(Self.batchNormalizationWord)
      return
    case .activation(let kind):
      try kind.encode(to: encoder)
      return
    default: break
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .dense(let options): try container.encode(options, forKey: .dense)
    case .convolution(let options): try container.encode(options, forKey: .convolution)
    case .averagePooling(let options): try container.encode(options, forKey: .averagePooling)
    case .maxPooling(let options): try container.encode(options, forKey: .maxPooling)
    case .subsampling(let options): try container.encode(options, forKey: .subsampling)
    case .transposedConvolution(let options): try container.encode(options, forKey: .transposedConvolution)
    case .batchNormalization(let options): try container.encode(options, forKey: .batchNormalization)
    case .maxout(let options): try container.encode(options, forKey: .maxout)
    case .leakyReLU(let slope): try container.encode(slope, forKey: .leakyReLU)
    case .reshape(let shape): try container.encode(shape, forKey: .reshape)
    case .dropout(let probability): try container.encode(probability, forKey: .dropout)
    case .activation, .flatten: break
    }
  }

  /// The layer that this entry describes.
  ///
  /// - Throws: `ConfigurationError` that names the option, its value and what is allowed.
  public func makeLayer() throws(ConfigurationError) -> any Layer {
    switch self {
    case .dense(let options): return try options.makeLayer()
    case .convolution(let options): return try options.makeLayer()
    case .averagePooling(let options):
      let window = try options.window("average_pooling")
      return AveragePooling(size: window.size, stride: window.stride)
    case .maxPooling(let options):
      let window = try options.window("max_pooling")
      return MaxPooling(size: window.size, stride: window.stride)
    case .subsampling(let options): return try options.makeLayer()
    case .transposedConvolution(let options): return try options.makeLayer()
    case .batchNormalization(let options): return try options.makeLayer()
    case .maxout(let options): return try options.makeLayer()
    case .leakyReLU(let slope):
      guard slope > 0, slope.isFinite else {
        throw ConfigurationError("leaky_relu is \(slope): the slope must be above 0, for example 0.2")
      }
      return LeakyReLU(slope: Float(slope))
    case .reshape(let shape): return Reshape(shape)
    case .activation(let kind): return Activation(kind)
    case .dropout(let probability):
      guard probability >= 0, probability < 1 else {
        throw ConfigurationError("dropout is \(probability): it must be at least 0 and below 1")
      }
      return Dropout(probability: Float(probability))
    case .flatten: return Flatten()
    }
  }
}

extension Sequence<LayerConfiguration> {
  /// The layers of a `layers:` list.
  ///
  /// - Throws: `ConfigurationError` that names the entry by number.
  public func makeLayers() throws(ConfigurationError) -> [any Layer] {
    var layers: [any Layer] = []
    for (index, configuration) in enumerated() {
      do throws(ConfigurationError) {
        layers.append(try configuration.makeLayer())
      } catch {
        throw ConfigurationError("layers[\(index)]: \(error)")
      }
    }
    return layers
  }
}
