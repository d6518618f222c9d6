import Checkpoints
import Datasets
import Networks

/// What a trained classifier says of images: the score of samples, and their distance to real ones in its features.
struct SampleJudge {
  private let supervised: SupervisedNetwork
  private let preparation: Preparation
  private let shape: Shape
  private let block: Int
  private let name: String

  /// The classifier of the run in `directory`.
  ///
  /// - Throws: `UsageError` where the run is none of a network that classifies by a softmax.
  init(directory: String) throws {
    let source = try RunSource(
      yaml: try RunDirectory(directory, for: .read).config(), source: "\(directory)/config.yaml")
    self = try SampleJudge.open(source.architecture, source, directory)
  }

  private init(
    _ supervised: SupervisedNetwork, _ preparation: Preparation, _ shape: Shape, block: Int, name: String
  ) {
    self.supervised = supervised
    self.preparation = preparation
    self.shape = shape
    self.block = block
    self.name = name
  }

  private static func open<M: Model>(
    _ type: M.Type, _ source: RunSource, _ directory: String
  ) throws -> SampleJudge {
    let run = try LoadedRun<M>(source, directory: directory, choice: try CheckpointChoice.parse([]))
    guard let network = (run.model as? any NetworkModel)?.supervised,
      network.loss.name == SoftmaxCrossEntropy().name
    else {
      throw UsageError(
        "--classifier \(directory): a run of \(M.name) cannot judge samples; name one that ends in classes with "
          + "loss: softmax_cross_entropy, for example Configs/papers/lecun1998-lenet5-modern.yaml")
    }
    return SampleJudge(
      network, run.opened.preparation, run.opened.header.format.shape,
      block: run.configuration.evaluation.block, name: directory)
  }

  /// The figures of samples against real examples.
  ///
  /// - Parameters:
  ///   - samples: images of bytes `[count, shape…]`.
  ///   - real: examples of the same shape.
  func figures(of samples: [UInt8], real: Dataset) throws -> [String: Double] {
    guard real.shape.count == shape.count, real.format.element == .uint8 else {
      throw UsageError(
        "--classifier \(name) works on images of \(shape), but those of this run are \(real.shape)")
    }
    let made = try look(
      at: try Dataset(name: "samples", shape: shape, bytes: samples, labels: nil, classes: 0))
    let given = try look(at: real)
    var figures = [
      "classifier_score": made.score.value, "classifier_score_reference": given.score.value,
      "rarest_class_share": made.score.shares.min() ?? 0,
    ]
    if let distance = made.features.frechetDistance(to: given.features) {
      figures["frechet_distance"] = distance
    }
    return figures
  }

  private func look(at set: Dataset) throws -> (score: ClassifierScore, features: FeatureStatistics) {
    let examples = try PreparedExamples(set, preparation: preparation, block: block)
    var score = ClassifierScore(classes: supervised.network.output.count)
    var features = FeatureStatistics(features: supervised.network.featureShape.count)
    examples.forEachBatch(of: 0..<examples.count) { batch in
      let outputs = supervised.network.infer(batch.inputs)
      score.add(logits: outputs.examples(batch.count))
      features.add(supervised.network.features.examples(batch.count))
    }
    return (score, features)
  }
}
