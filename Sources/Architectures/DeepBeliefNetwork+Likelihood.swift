import Networks

extension DeepBeliefNetwork: LikelihoodModel {
  /// Blocks of states of the top machine, or annealed importance sampling runs of it.
  public func likelihoodWork(_ request: LikelihoodRequest) throws -> NumberedWork {
    try topPartition.work(request)
  }

  /// The biases of a machine without weights that has the frequencies of what the layers make of the training set.
  public func likelihoodBasis(
    of training: any ExampleMatrix, _ request: LikelihoodRequest
  ) throws -> [Float] {
    let stack = stack
    let top = stack.layers.count
    var sums = [Double](repeating: 0, count: stack.top.visible.count)
    let units = stack.top.visible.blocks[0].units.count
    let columns = FlatBuffer(count: data.input.count * maximumBatch)
    for first in stride(from: 0, to: training.count, by: maximumBatch) {
      let range = first..<min(first + maximumBatch, training.count)
      try training.write(range, toColumnsOf: columns)
      stack.set(columns.base, batch: range.count)
      stack.rise(to: top, batch: range.count)
      let level = stack.level(top)
      for unit in 0..<units {
        for column in 0..<range.count { sums[unit] += Double(level[unit * range.count + column]) }
      }
      guard hasLabels else { continue }
      for label in training.labels(range) { sums[units + label] += 1 }
    }
    return topPartition.basis(sums: sums, count: training.count)
  }

  /// Computes an item.
  public func computeLikelihood(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    topPartition.compute(item: item, of: request, basis: basis, seed: seed, into: values)
  }

  /// `log_partition` of the top machine with its error, and the mean variational bound on the log-probability of each
  /// set, in nats: `test_log_probability_bound`. Labels are part of what is given a probability.
  public func likelihoodFigures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float], evaluated: [String: Double]
  ) throws -> [String: Double] {
    var figures = try topPartition.figures(values, of: request, basis: basis)
    figures.addLogProbabilities("log_probability_bound", evaluated)
    return figures
  }
}
