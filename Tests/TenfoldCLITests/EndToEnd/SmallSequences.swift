/// Small configs of sequences and games.
extension SmallConfig {
  private static let head =
    "lanes: 8\nsteps: 24\nlog_every_steps: 8\ncheckpoints: {every_steps: 6, keep_last: 4}\n"

  /// An LSTM that carries its state through a text.
  static func text(_ file: String) -> String {
    """
    architecture: lstm
    \(head)batch: 8
    model: {units: 12}
    data: {source: text, training_file: \(file), window: 10, evaluation_window: 10, shuffle: false}
    optimizer: {rule: adam, learning_rate: 0.01, clip_norm: 1}
    """
  }

  /// An LSTM on generated sentences, in parallel streams.
  static let stream = """
    architecture: lstm
    \(head)batch: 16
    model: {units: 20, peepholes: true}
    data: {source: grammar, length: 4000, window: 16, shuffle: false}
    optimizer: {rule: adam, learning_rate: 0.01, clip_norm: 1}
    """

  /// A GRU on a file of music.
  static func music(_ file: String) -> String {
    """
    architecture: gru
    \(head)batch: 8
    model: {units: 10, loss: binary_cross_entropy}
    data: {source: piano_roll, training_file: \(file)}
    """
  }

  /// A GRU with noisy weights on generated chords of many lengths.
  static let chords = """
    architecture: gru
    \(head)batch: 12
    model: {units: 10, loss: binary_cross_entropy, weight_noise: 0.05}
    data: {source: chords, training_count: 60, test_count: 10}
    optimizer: {rule: rmsprop, learning_rate: 0.003, clip_norm: 1}
    """

  /// Elman's network on a series.
  static func series(_ file: String) -> String {
    """
    architecture: rnn
    \(head)batch: 8
    model: {units: 8}
    data: {source: series, training_file: \(file), window: 10, evaluation_window: 10}
    optimizer: {rule: sgd, learning_rate: 0.01}
    """
  }

  /// Elman's network with one-step gradients on syllables.
  static let letters = """
    architecture: rnn
    \(head)batch: 8
    model: {units: 20, gradient: one_step, loss: logistic_squared_error}
    data: {source: letters, window: 20, shuffle: false}
    optimizer: {rule: sgd, learning_rate: 0.1, momentum: 0.9}
    """

  /// The network of 1997 on its adding problem.
  static let adding = """
    architecture: lstm
    \(head)batch: 16
    model: {memory_blocks: {count: 2, size: 2}, criterion: {absolute: 0.04}, loss: logistic_squared_error}
    data: {source: adding, length: 30, training_count: 5000, test_count: 64}
    optimizer: {rule: adam, learning_rate: 0.01}
    """

  /// The network of 1997 on strings of a grammar that allows several symbols.
  static let grammar = """
    architecture: lstm
    \(head)batch: 16
    model: {memory_blocks: {count: 3, size: 2}, criterion: allowed, loss: softmax_cross_entropy}
    data: {source: embedded_reber}
    optimizer: {rule: adam, learning_rate: 0.01}
    """

  /// A denoising autoencoder with tied weights.
  static let autoencoder = """
    architecture: autoencoder
    \(head)batch: 32
    model:
      encoder: {layers: [{dense: {units: 40, activation: tanh}}, {dense: 8}]}
      tied: true
      corruption: {kind: masking, amount: 0.2}
    data: {source: digits, training_count: 400, test_count: 100}
    optimizer: {rule: adam, learning_rate: 0.002}
    """

  /// Two small networks that play.
  static let gan = """
    architecture: gan
    \(head)batch: 32
    model:
      generator:
        latent: 12
        layers: [{dense: 32}, {batch_normalization: {}}, relu, {dense: {units: 784, activation: sigmoid}}]
      discriminator: {layers: [{maxout: {units: 24, pieces: 3}}, {dropout: 0.3}, {dense: 1}]}
    data: {source: digits, training_count: 400, test_count: 100}
    optimizers:
      generator: {rule: adam, learning_rate: 0.001}
      discriminator: {rule: adam, learning_rate: 0.0005}
    """

  /// All of them that need no file, with their names.
  static let sequences = [
    ("carried state", stream), ("chords", chords), ("letters", letters), ("adding", adding),
    ("grammar", grammar),
    ("autoencoder", autoencoder), ("gan", gan),
  ]
}
