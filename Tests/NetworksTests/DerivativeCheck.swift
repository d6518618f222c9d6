import Networks

/// A network with all that is needed to compare its derivatives with central differences.
///
/// The objective is E = Σ c y with fixed c, summed in double precision.
final class DerivativeCheck {
  let network: Network
  let sample: Sample
  let coefficients: Sample
  let isTraining: Bool
  private let random = RandomAddress(seed: 7, step: 3, stream: .layer(0))

  init(_ layers: [any Layer], input: Shape, batch: Int = 5, isTraining: Bool = true, bound: Float = 1) throws
  {
    network = try Network(layers, input: input, maximumBatch: batch)
    network.parameters.initialize(seed: 11, group: 0)
    sample = Sample(input, batch: batch, seed: 1, bound: bound)
    coefficients = Sample(network.output, batch: batch, seed: 2)
    self.isTraining = isTraining
  }

  func forward() -> Tensor {
    network.forward(sample.tensor, examples: sample.ids, random: random, isTraining: isTraining)
  }

  private func objective() -> Double {
    let y = forward()
    return (0..<y.count).reduce(0) { $0 + Double(y.base[$1]) * Double(coefficients.buffer.base[$1]) }
  }

  /// The derivatives that `backward` gives: of each slot, then of the inputs.
  func gradients(passes: Int = 1) -> [[Double]] {
    let contribution = Contribution(to: network.parameters, metricCount: 0)
    let dx = FlatBuffer(count: sample.buffer.count)
    contribution.begin()
    for _ in 0..<passes {
      _ = forward()
      network.outputGradient.elements.baseAddress!.update(
        from: coefficients.buffer.base, count: coefficients.buffer.count)
      network.backward(
        into: contribution, inputGradient: Tensor(shape: sample.shape, batch: sample.batch, base: dx.base))
    }
    contribution.finish()
    return withExtendedLifetime(contribution) { slots(of: contribution.vector) } + [dx.doubles]
  }

  /// The derivatives at the inputs alone.
  func inputGradient() -> [Double] {
    let dx = FlatBuffer(count: sample.buffer.count)
    _ = forward()
    network.outputGradient.elements.baseAddress!.update(
      from: coefficients.buffer.base, count: coefficients.buffer.count)
    network.backward(
      into: nil, inputGradient: Tensor(shape: sample.shape, batch: sample.batch, base: dx.base))
    return dx.doubles
  }

  /// The same by central differences.
  func differences(step: Float) -> [[Double]] {
    moved.map { block in
      block.indices.map { index in
        let value = block[index]
        block[index] = value + step
        let above = objective()
        block[index] = value - step
        let below = objective()
        block[index] = value
        return (above - below) / (2 * Double(step))
      }
    }
  }

  /// Σ h_y (dy/dw)² that `curvature` gives, with h_y = c².
  func curvatures() throws -> [[Double]] {
    let contribution = Contribution(to: network.parameters, metricCount: 0)
    let hx = FlatBuffer(count: sample.buffer.count)
    contribution.begin()
    _ = forward()
    for index in 0..<coefficients.buffer.count { network.outputGradient.base[index] = weight(index) }
    try network.curvature(
      into: contribution, inputCurvature: Tensor(shape: sample.shape, batch: sample.batch, base: hx.base))
    contribution.finish()
    return withExtendedLifetime(contribution) { slots(of: contribution.vector) } + [hx.doubles]
  }

  /// The same by central differences of each output.
  func curvatureDifferences(step: Float) -> [[Double]] {
    moved.map { block in
      block.indices.map { index in
        let value = block[index]
        block[index] = value + step
        let above = forward().values.map(Double.init)
        block[index] = value - step
        let below = forward().values.map(Double.init)
        block[index] = value
        return above.indices.reduce(0) { sum, output in
          let derivative = (above[output] - below[output]) / (2 * Double(step))
          return sum + Double(weight(output)) * derivative * derivative
        }
      }
    }
  }

  private func weight(_ index: Int) -> Float {
    coefficients.buffer.base[index] * coefficients.buffer.base[index]
  }

  private var moved: [UnsafeMutableBufferPointer<Float>] {
    network.parameters.slots.indices.map { network.parameters[$0] } + [sample.buffer.elements]
  }

  private func slots(of vector: FlatBuffer) -> [[Double]] {
    network.parameters.slots.indices.map { index in
      let offset = network.parameters.offsets[index]
      return (0..<network.parameters.slots[index].count).map { Double(vector.base[offset + $0]) }
    }
  }
}

/// The layers under test, each with an input that it can work on.
struct LayerCase: Sendable, CustomStringConvertible {
  let description: String
  let layers: [any Layer]
  let input: Shape
  var hasCurvature = true

  static let image: Shape = [2, 6, 7]

  static let all: [LayerCase] =
    [
      LayerCase(description: "dense", layers: [Dense(units: 4)], input: [3, 2, 2]),
      LayerCase(description: "dense without bias", layers: [Dense(units: 4, hasBias: false)], input: [7]),
      LayerCase(description: "dense with tanh", layers: [Dense(units: 17, activation: .tanh)], input: [5]),
      LayerCase(
        description: "dense with sigmoid and no bias",
        layers: [Dense(units: 3, activation: .sigmoid, hasBias: false)], input: [5]),
      LayerCase(
        description: "convolution", layers: [Convolution(maps: 3, kernel: PlaneExtent(3))], input: image),
      LayerCase(
        description: "convolution with stride, padding and scaled tanh",
        layers: [
          Convolution(
            maps: 3, kernel: PlaneExtent(vertical: 3, horizontal: 2),
            stride: PlaneExtent(vertical: 2, horizontal: 1),
            padding: PlaneExtent(vertical: 1, horizontal: 0), activation: .scaledTanh)
        ], input: image),
      LayerCase(
        description: "convolution with a connection table and no bias",
        layers: [
          Convolution(
            maps: 3, kernel: PlaneExtent(2), connections: .table([[0], [0, 1], [1]]), hasBias: false)
        ], input: image),
      LayerCase(description: "average pooling", layers: [AveragePooling(size: PlaneExtent(2))], input: image),
      LayerCase(
        description: "overlapping average pooling",
        layers: [AveragePooling(size: PlaneExtent(3), stride: PlaneExtent(1))], input: image),
      LayerCase(description: "max pooling", layers: [MaxPooling(size: PlaneExtent(2))], input: image),
      LayerCase(
        description: "overlapping max pooling",
        layers: [MaxPooling(size: PlaneExtent(3), stride: PlaneExtent(2))], input: image),
      LayerCase(
        description: "subsampling with sigmoid",
        layers: [Subsampling(size: PlaneExtent(2), activation: .sigmoid)], input: image),
      LayerCase(description: "subsampling", layers: [Subsampling(size: PlaneExtent(3))], input: image),
      LayerCase(
        description: "dropout", layers: [Dropout(probability: 0.4)], input: [23], hasCurvature: false),
      LayerCase(description: "flatten", layers: [Flatten()], input: image),
      LayerCase(description: "reshape", layers: [Reshape([6, 14])], input: image),
      LayerCase(
        description: "transposed convolution",
        layers: [TransposedConvolution(maps: 3, kernel: PlaneExtent(3))], input: [2, 3, 4]),
      LayerCase(
        description: "transposed convolution with stride, padding and tanh",
        layers: [
          TransposedConvolution(
            maps: 2, kernel: PlaneExtent(vertical: 4, horizontal: 3),
            stride: PlaneExtent(vertical: 2, horizontal: 3),
            padding: PlaneExtent(vertical: 1, horizontal: 0), activation: .tanh)
        ], input: [3, 3, 2]),
      LayerCase(
        description: "transposed convolution of vectors, without bias",
        layers: [TransposedConvolution(maps: 2, kernel: PlaneExtent(3), hasBias: false)], input: [5, 1, 1]),
      LayerCase(
        description: "batch normalization of vectors", layers: [BatchNormalization(epsilon: 0.01)],
        input: [7], hasCurvature: false),
      LayerCase(
        description: "batch normalization of images, below a convolution",
        layers: [
          Convolution(maps: 2, kernel: PlaneExtent(2), hasBias: false), BatchNormalization(),
          Convolution(maps: 2, kernel: PlaneExtent(2), activation: .tanh),
        ], input: [2, 4, 3], hasCurvature: false),
      LayerCase(
        description: "maxout", layers: [Maxout(units: 6, pieces: 3)], input: [5]),
      LayerCase(
        description: "maxout below a dense layer, without bias",
        layers: [Maxout(units: 5, pieces: 2, hasBias: false), Dense(units: 3)], input: [4],
        hasCurvature: false),
      LayerCase(description: "leaky_relu with a slope", layers: [LeakyReLU(slope: 0.2)], input: [13]),
    ]
    + ActivationKind.allCases.map {
      LayerCase(description: $0.rawValue, layers: [Activation($0)], input: [13])
    }
}
