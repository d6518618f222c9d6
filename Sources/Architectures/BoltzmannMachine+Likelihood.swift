import Foundation
import Networks

extension BoltzmannMachine: LikelihoodModel {
  /// Blocks of states, or annealed importance sampling runs.
  public func likelihoodWork(_ request: LikelihoodRequest) throws -> NumberedWork {
    guard hiddenSum != nil else {
      throw ConfigurationError(
        "--likelihood: the hidden units are linked with each other in so many ways that their states cannot be counted for "
          + "each example; link them with visible units alone, or use fewer")
    }
    return try partition.work(request)
  }

  /// The entropy of the training set, in nats: less than the logarithm of its size where examples are repeated.
  public func likelihoodBasis(
    of training: any ExampleMatrix, _ request: LikelihoodRequest
  ) throws -> [Float] {
    var counts: [[Float]: Int] = [:]
    let size = data.input.count
    for first in stride(from: 0, to: training.count, by: 256) {
      let range = first..<min(first + 256, training.count)
      let rows = try training.rows(range)
      for example in 0..<range.count {
        counts[Array(rows[example * size..<(example + 1) * size]), default: 0] += 1
      }
    }
    let total = Double(max(training.count, 1))
    return [Float(counts.values.sorted().reduce(0.0) { $0 - Double($1) / total * log(Double($1) / total) })]
  }

  /// Computes an item.
  public func computeLikelihood(
    item: Int, of request: LikelihoodRequest, basis: [Float], seed: UInt64,
    into values: UnsafeMutableBufferPointer<Double>
  ) {
    machine.prepare()
    partition.compute(item: item, of: request, seed: seed, into: values)
  }

  /// `log_partition` with its error, the mean `log_probability` of each set, in nats at the last temperature, and
  /// `training_divergence`: how far the machine's distribution is from that of the training set (Kullback & Leibler), what
  /// learning makes small.
  public func likelihoodFigures(
    _ values: [Double], of request: LikelihoodRequest, basis: [Float], evaluated: [String: Double]
  ) throws -> [String: Double] {
    var figures = try partition.figures(values, of: request)
    figures.addLogProbabilities("log_probability", evaluated)
    if let logProbability = figures["training_log_probability"], let entropy = basis.first {
      figures["training_divergence"] = -Double(entropy) - logProbability
    }
    return figures
  }
}
