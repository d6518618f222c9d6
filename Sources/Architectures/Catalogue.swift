import Networks

/// All architectures.
///
/// An architecture is one file of this target and one line here; command line, checkpoints, distribution and the law
/// tests follow.
public enum Catalogue {
  /// Every architecture, in the order in which they are listed.
  public static var all: [any Model.Type] {
    [
      Perceptron.self,
      MultilayerPerceptron.self,
      ConvolutionalNetwork.self,
      ElmanNetwork.self,
      LongShortTermMemory.self,
      GatedRecurrentUnit.self,
      Autoencoder.self,
      GenerativeAdversarialNetwork.self,
      HopfieldNetwork.self,
      BoltzmannMachine.self,
      RestrictedBoltzmannMachine.self,
      DeepBeliefNetwork.self,
      DeepBoltzmannMachine.self,
    ]
  }

  /// The names, in the same order.
  public static var names: [String] { all.map { $0.name } }

  /// The architecture of this name.
  ///
  /// - Throws: `ConfigurationError` that lists the names and suggests the nearest.
  public static func architecture(named name: String) throws(ConfigurationError) -> any Model.Type {
    guard let model = all.first(where: { $0.name == name }) else {
      throw ConfigurationError("unknown architecture «\(name)»: \(Suggestion.clause(for: name, in: names))")
    }
    return model
  }
}
