import Datasets
import Networks
import Training

/// The likelihood of a trained model: its items are computed on all ranks and threads.
struct LikelihoodAssessment<M: Model> {
  private let trainer: Trainer<M>
  private let builder: RunBuilder<M>

  init(_ trainer: Trainer<M>, _ builder: RunBuilder<M>) {
    self.trainer = trainer
    self.builder = builder
  }

  /// The figures, at the coordinator; of the mean of the parameters where one is kept. Collective.
  func figures(_ request: LikelihoodRequest) throws -> [String: Double] {
    guard let model = trainer.model as? any LikelihoodModel else { return [:] }
    let session = builder.session
    // An item may take minutes, and nobody moves meanwhile.
    session.watch?.stop()
    for group in trainer.groups { try group.enterMean() }
    let work = try model.likelihoodWork(request)
    let basis = try basis(of: model, request)
    var values: [Double] = []
    let seed = builder.configuration.seed
    try session.onEveryRank(work.name) {
      values = try trainer.compute(work) { model, item, values in
        // Every thread's model is of the type M, and the first one was a LikelihoodModel above.
        (model as! any LikelihoodModel).computeLikelihood(
          item: item, of: request, basis: basis, seed: seed, into: values)
      }
    }
    try trainer.exchange(&values, of: work)
    var figures: [String: Double] = [:]
    try session.onEveryRank("the likelihood") {
      guard session.isCoordinator, let splits = builder.splits else { return }
      let training = try evaluate(splits.training, model)
      figures = try model.likelihoodFigures(
        values, of: request, basis: basis, evaluated: trainer.figures.merging(training) { $1 })
    }
    for group in trainer.groups { try group.leaveMean() }
    return figures
  }

  /// What items need to know of the training set, which the coordinator reads for all. Collective.
  private func basis(of model: any LikelihoodModel, _ request: LikelihoodRequest) throws -> [Float] {
    let bytes = try builder.session.fromCoordinator("the base model") {
      let examples = try PreparedExamples(
        builder.splits!.training, preparation: builder.preparation,
        block: builder.configuration.evaluation.block)
      return try model.likelihoodBasis(of: examples, request).withUnsafeBytes { Array($0) }
    }
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// The model's figures on the training set, which runs do not evaluate.
  private func evaluate(_ set: Dataset, _ model: any LikelihoodModel) throws -> [String: Double] {
    let examples = try PreparedExamples(
      set, preparation: builder.preparation, block: builder.configuration.evaluation.block)
    var sums = [Double](repeating: 0, count: 1 + model.metrics.count)
    try examples.forEachBatch(of: 0..<examples.count) { batch in
      try sums.withUnsafeMutableBufferPointer { try model.evaluate(batch, into: $0) }
    }
    let figures = Metric.figures(model.metrics, sums: sums)
    return Dictionary(uniqueKeysWithValues: figures.map { ("training_\($0.name)", $0.value) })
  }
}
