import Datasets
import Networks

extension Trainer {
  /// Computes this rank's items of `work` on its threads; the values of others are 0.
  ///
  /// - Parameter item: writes the values of the item of a number, with the model of a thread.
  /// - Returns: the values of all items, one after the other.
  package func compute(
    _ work: NumberedWork, _ item: (M, Int, UnsafeMutableBufferPointer<Double>) throws -> Void
  ) throws -> [Double] {
    let own = LanePlan.block(replicas.rank, of: replicas.count, from: 0..<work.count)
    var values = [Double](repeating: 0, count: work.count * work.width)
    try values.withUnsafeMutableBufferPointer { values in
      // Each item writes values of its own.
      nonisolated(unsafe) let values = values
      try team.run { thread in
        for number in stride(from: own.lowerBound + thread, to: own.upperBound, by: team.count) {
          try item(
            workers[thread].model, number,
            UnsafeMutableBufferPointer(
              rebasing: values[number * work.width..<(number + 1) * work.width]))
        }
      }
    }
    return values
  }

  /// Gives every rank the values that the others have computed. Collective.
  package func exchange(_ values: inout [Double], of work: NumberedWork) throws {
    let ranges = (0..<replicas.count).map { rank in
      let items = LanePlan.block(rank, of: replicas.count, from: 0..<work.count)
      return items.lowerBound * work.width..<items.upperBound * work.width
    }
    try values.withUnsafeMutableBufferPointer { values in
      let exchange = try replicas.prepareAllGather(values, ranges: ranges, operation: work.name)
      try exchange.start()
      try exchange.wait()
    }
  }
}
