import Networks

extension DeepBoltzmannMachine {
  /// Adds the sums over the batch, without training; grey inputs are drawn, once and for all for each example.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    let count = Double(batch.count)
    if let supervised, hasBegunNetwork {
      try supervised.evaluate(augment(batch).batch, into: sums)
      sums[3] += count
    } else {
      sums[0] += count
    }
    let v = try visible(of: batch, random: RandomAddress(seed: 0, step: 0, stream: .model(0)))
    let field = field
    let iterations = field.infer(v, batch: batch.count)
    addIterations(iterations, batch.count) { sums[1 + $1] += $0 }
    var bounds = [Double](repeating: 0, count: batch.count)
    bounds.withUnsafeMutableBufferPointer { field.addBound(of: v, to: $0) }
    addError(field.reconstruct(batch: batch.count), v, 0, batch.count) { sums[1 + $1] += $0 }
    sums[sums.count - 2] -= bounds.reduce(0, +)
    sums[sums.count - 1] += count
  }
}

extension DeepBoltzmannMachine: LikelihoodModel {
  /// Blocks of states of the odd or the even levels, or annealed importance sampling runs.
  public func likelihoodWork(_ request: LikelihoodRequest) throws -> NumberedWork {
    try partition.work(request)
  }

  /// The biases that give all levels the mean activities of the training set and of its mean field.
  public func likelihoodBasis(
    of training: any ExampleMatrix, _ request: LikelihoodRequest
  ) throws -> [Float] {
    let field = field
    var sums = field.machine.levels.map { [Double](repeating: 0, count: $0.count) }
    let columns = FlatBuffer(count: data.input.count * maximumBatch)
    for first in stride(from: 0, to: training.count, by: maximumBatch) {
      let range = first..<min(first + maximumBatch, training.count)
      try training.write(range, toColumnsOf: columns)
      field.infer(columns.base, batch: range.count)
      for level in sums.indices {
        let q = level == 0 ? columns.base : field.probabilities(level)
        for unit in sums[level].indices {
          for column in 0..<range.count { sums[level][unit] += Double(q[unit * range.count + column]) }
        }
      }
    }
    return partition.basis(sums: sums, count: training.count)
  }

  /// Computes an item.
  public func computeLikelihood(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    partition.compute(item: item, of: request, basis: basis, seed: seed, into: values)
  }

  /// `log_partition` with its error, and the mean variational bound on the log-probability of each set, in nats:
  /// `test_log_probability_bound`.
  public func likelihoodFigures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float], evaluated: [String: Double]
  ) throws -> [String: Double] {
    var figures = try partition.figures(values, of: request, basis: basis)
    figures.addLogProbabilities("log_probability_bound", evaluated)
    return figures
  }
}
