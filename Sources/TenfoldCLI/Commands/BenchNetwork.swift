import ArgumentParser
import Datasets
import Foundation
import Networks

/// A network that `tenfold bench` measures, with random data of its kind.
enum BenchNetwork: String, ExpressibleByArgument, CaseIterable {
  case lenet5, mlp, linear
  case lstm, gru, rnn
  case lstm36 = "lstm-36"
  case gru46 = "gru-46"
  case autoencoder
  case gan, dcgan
  case hopfield
  case rbm, dbm

  /// Its architecture and model, as a config says it.
  var yaml: String {
    switch self {
    case .lenet5: "architecture: cnn\nmodel: {preset: lenet5}"
    case .mlp: "architecture: mlp\nmodel: {layers: [{dense: 512}, relu, {dense: 512}, relu, {dense: 10}]}"
    case .linear: "architecture: mlp\nmodel: {layers: [{dense: 10}]}"
    case .lstm, .gru, .rnn: "architecture: \(rawValue)\nmodel: {units: 256}"
    case .lstm36: "architecture: lstm\nmodel: {units: 36, loss: binary_cross_entropy}"
    case .gru46: "architecture: gru\nmodel: {units: 46, loss: binary_cross_entropy}"
    case .autoencoder:
      // The network of Hinton & Salakhutdinov 2006.
      """
      architecture: autoencoder
      model:
        loss: binary_cross_entropy
        encoder:
          layers: [{dense: 1000}, sigmoid, {dense: 500}, sigmoid, {dense: 250}, sigmoid, {dense: 30}]
      """
    case .gan: "architecture: gan\nmodel:\n\(Self.multilayerGame)"
    case .dcgan: "architecture: gan\nmodel:\n\(Self.convolutionalGame)"
    case .hopfield: "architecture: hopfield\nmodel: {patterns: \(BenchRecall.patterns)}"
    case .rbm: "architecture: rbm\nmodel: {hidden: 500}"
    // Salakhutdinov & Hinton 2009: what takes nearly all of the time.
    case .dbm: "architecture: dbm\nmodel: {layers: [500, 1000], stages: [{train: joint, epochs: 1}]}"
    }
  }

  private static let multilayerGame = """
      generator: {latent: 100, layers: [{dense: 128}, relu, {dense: 784}, sigmoid]}
      discriminator: {layers: [{dense: 128}, {leaky_relu: 0.2}, {dense: 1}]}
    """

  private static let convolutionalGame = """
      generator:
        latent: 100
        layers:
          - dense: {units: 6272, bias: false}
          - reshape: [128, 7, 7]
          - batch_normalization
          - relu
          - transposed_convolution: {maps: 64, kernel: 4, stride: 2, padding: 1, bias: false}
          - batch_normalization
          - relu
          - transposed_convolution: {maps: 1, kernel: 4, stride: 2, padding: 1, activation: tanh}
      discriminator:
        layers:
          - convolution: {maps: 64, kernel: 4, stride: 2, padding: 1}
          - leaky_relu: 0.2
          - convolution: {maps: 128, kernel: 4, stride: 2, padding: 1, bias: false}
          - batch_normalization
          - leaky_relu: 0.2
          - dense: 1
    """

  /// Its optimizer, as a config says it.
  var optimizer: String {
    switch self {
    case .gan, .dcgan: "{rule: adam, learning_rate: 0.0002, beta1: 0.5}"
    default: "{rule: sgd, learning_rate: 0.001, momentum: 0.9}"
    }
  }

  /// The examples of a step unless the command says otherwise.
  var batch: Int {
    switch self {
    case .lstm36, .gru46: 16
    case .autoencoder, .hopfield, .rbm, .dbm: 100
    default: 64
    }
  }

  /// `count` random examples: images of 28x28 (digits for machines that draw them), texts of 50 of 65 symbols, or 100 chords of 88 keys.
  func examples(_ count: Int) throws -> Dataset {
    switch self {
    case .lenet5, .mlp, .linear, .dcgan:
      var draws = SystemRandomNumberGenerator()
      let pixels = (0..<count * 784).map { _ in UInt8.random(in: 0...255, using: &draws) }
      return try Dataset(
        name: "random", shape: [1, 28, 28], bytes: pixels, labels: (0..<count).map { Int32($0 % 10) },
        classes: 10)
    // What these cost depends on how many pixels are on.
    case .autoencoder, .gan, .rbm, .dbm: return try HandwrittenDigits().dataset(.training, count: count)
    case .hopfield: preconditionFailure("a recall has states of its own")
    case .lstm, .gru, .rnn: return try sequences(count, .symbols(65), steps: 50, binary: false)
    case .lstm36, .gru46: return try sequences(count, .values(88), steps: 100, binary: true)
    }
  }

  private func sequences(
    _ count: Int, _ step: SequenceFormat.Step, steps: Int, binary: Bool
  ) throws -> Dataset {
    let layout = SequenceLayout(
      SequenceFormat(steps: steps, input: step, target: step), targets: .next, binary: binary)
    return try Dataset(
      name: "random", format: RowFormat(layout), count: count,
      generator: RandomSequences(layout: layout, steps: steps))
  }
}

/// Rows of random symbols or bits.
private struct RandomSequences: RowGenerator {
  let layout: SequenceLayout
  let steps: Int
  var contentHash: UInt64 { 0 }

  func write(_ example: Int, into row: UnsafeMutableRawBufferPointer) {
    row.storeBytes(of: UInt32(steps), as: UInt32.self)
    // Cheap numbers, made anew for every step: making them must not take time that is measured.
    var draw = UInt64(example) &* 0x9E37_79B9_7F4A_7C15 | 1
    for place in 4..<row.count {
      draw = draw &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bits = UInt32(truncatingIfNeeded: draw >> 32)
      // One key in sixteen sounds.
      row[place] =
        layout.input == .byte
        ? UInt8(UInt64(bits) * 65 >> 32)
        : UInt8(truncatingIfNeeded: bits & bits >> 8 & bits >> 16 & bits >> 24)
    }
  }
}
