import Networks

extension RestrictedBoltzmannMachine: LikelihoodModel {
  /// Blocks of states, or annealed importance sampling runs.
  public func likelihoodWork(_ request: LikelihoodRequest) throws -> NumberedWork {
    try partition.work(request)
  }

  /// The biases of a machine without weights that has the frequencies of the training set.
  public func likelihoodBasis(
    of training: any ExampleMatrix, _ request: LikelihoodRequest
  ) throws -> [Float] {
    var sums = [Double](repeating: 0, count: machine.visible.count)
    let inputs = data.input.count
    for first in stride(from: 0, to: training.count, by: 256) {
      let range = first..<min(first + 256, training.count)
      let rows = try training.rows(range)
      for (place, value) in rows.enumerated() { sums[place % inputs] += Double(value) }
      guard machine.visible.blocks.count > 1 else { continue }
      for label in training.labels(range) { sums[inputs + label] += 1 }
    }
    return partition.basis(sums: sums, count: training.count)
  }

  /// Computes an item.
  public func computeLikelihood(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    machine.prepare()
    partition.compute(item: item, of: request, basis: basis, seed: seed, into: values)
  }

  /// `log_partition` with its error, and the mean `log_probability` of each set, in nats: grey inputs are drawn, once and
  /// for all for each example; a label group is part of what is given a probability.
  public func likelihoodFigures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float], evaluated: [String: Double]
  ) throws -> [String: Double] {
    machine.prepare()
    var figures = try partition.figures(values, of: request, basis: basis)
    figures.addLogProbabilities("log_probability", evaluated)
    return figures
  }
}
