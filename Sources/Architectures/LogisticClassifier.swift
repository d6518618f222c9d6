import Networks

/// The classifier that the layers of «dbn» and «dbm» become in the stage `network`: logistic units, and a softmax on top.
struct LogisticClassifier {
  /// The hidden layers, from the input up: `false` for linear units.
  var layers: [(units: Int, isLogistic: Bool)]
  /// The outputs.
  var classes: Int
  /// The first weights, where nothing has been trained before.
  var initializer: InitializerConfiguration?
  /// What is omitted in training.
  var dropout: ClassifierDropout?

  /// The network on data of this description.
  func network(on data: DataDescription, maximumBatch: Int) throws -> SupervisedNetwork {
    let initializer = initializer ?? .rule(.pytorch)
    var result: [any Layer] = []
    func omit(_ share: Double?) {
      if let share, share > 0 { result.append(Dropout(probability: Float(share))) }
    }
    omit(dropout?.inputs)
    for layer in layers {
      result.append(
        Dense(units: layer.units, activation: layer.isLogistic ? .sigmoid : nil, initializer: initializer))
      omit(dropout?.hidden)
    }
    result.append(Dense(units: classes, initializer: initializer))
    return try SupervisedNetwork(result, loss: SoftmaxCrossEntropy(), data: data, maximumBatch: maximumBatch)
  }
}

/// The shares that the stage `network` omits at random in training: `{inputs: 0.2, hidden: 0.5}`.
///
/// What is left is scaled up (`Dropout`), so pretrained weights stand as they are. Srivastava, Hinton, Krizhevsky, Sutskever
/// & Salakhutdinov 2014, section 6.1.1 for pretrained networks.
public struct ClassifierDropout: Codable, Hashable, Sendable {
  /// The share of the inputs (none).
  public var inputs: Double?
  /// The share of each hidden layer's units (none).
  public var hidden: Double?

  private enum CodingKeys: String, CodingKey { case inputs, hidden }

  /// Omits these shares.
  public init(inputs: Double? = nil, hidden: Double? = nil) {
    self.inputs = inputs
    self.hidden = hidden
  }

  /// Checks the shares, and that a stage uses them.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func validate(for stages: [DeepBeliefNetwork.Stage]) throws(ConfigurationError) {
    for (name, share) in [("inputs", inputs), ("hidden", hidden)] {
      if let share, !(share >= 0 && share < 1) {
        throw ConfigurationError("model.dropout.\(name) is \(share): it must be at least 0 and below 1")
      }
    }
    guard stages.contains(where: { $0.train == "network" }) else {
      throw ConfigurationError(
        "model.dropout belongs to the stage «network»; add it to model.stages, or leave dropout out")
    }
  }
}
