import Foundation
import Kernels

extension SequenceNetwork {
  /// What the network does at each step of some examples: errors by kind of target, and how it sees each symbol.
  ///
  /// - Returns: nil where the data tell no kinds of targets apart.
  public func analysis(of batch: Batch) throws -> StepAnalysis? {
    guard !format.groups.isEmpty, batch.count > 0, let sequence = batch.sequence else { return nil }
    let isSquared = [.squaredError, .logisticSquaredError].contains(head.objective.loss)
    var analysis = StepAnalysis(format, units: layers[layers.count - 1].units, isSquared: isSquared)
    try walk(batch) { time, columns, block, hidden, weights in
      for run in block.scoredRuns {
        let outputs = head.outputs(run, of: hidden, block, weights)
        for step in run {
          for column in 0..<block.batch where block.scored[step * block.pitch + column] != 0 {
            let place = (time.lowerBound + step) * batch.count + columns.lowerBound + column
            let error = stepError(outputs[step - run.lowerBound] + column, block, step, column)
            let target = format.target.isSymbols ? Int(sequence.targetSymbols[place]) : nil
            analysis.add(
              StepAnalysis.Step(
                example: columns.lowerBound + column, time: time.lowerBound + step, error: error,
                group: Int(sequence.groups[place])), target: target)
          }
        }
      }
      guard format.input.isSymbols else { return }
      for step in 0..<block.steps {
        for column in 0..<block.batch where step < block.lengths[column] {
          let values = (0..<hidden.rows).lazy.map { hidden[step][$0 * block.pitch + column] }
          analysis.add(hidden: values, after: Int(block.symbols[step * block.pitch + column]))
        }
      }
    }
    return analysis
  }

  /// The error of one step: `outputs` are those of its column, a pitch apart.
  private func stepError(
    _ outputs: UnsafePointer<Float>, _ block: SequenceBlock, _ step: Int, _ column: Int
  ) -> Double {
    let (count, pitch) = (format.target.count, block.pitch)
    func output(_ unit: Int) -> Double { Double(outputs[unit * pitch]) }
    switch head.objective.loss {
    case .softmaxCrossEntropy where format.target.isSymbols:
      let largest = (0..<count).map(output).max()!
      let sum = (0..<count).reduce(0) { $0 + exp(output($1) - largest) }
      return largest + log(sum) - output(Int(block.targetSymbols[step * pitch + column]))
    case .softmaxCrossEntropy, .binaryCrossEntropy:
      return .nan
    case .squaredError, .logisticSquaredError:
      let isSquashed = head.objective.loss == .logisticSquaredError
      let targets = block.targetValues[step]
      let sum = (0..<count).reduce(0.0) { sum, unit in
        let said = isSquashed ? 1 / (1 + exp(-output(unit))) : output(unit)
        let difference = said - Double(targets[unit * pitch + column])
        return sum + difference * difference
      }
      return (sum / Double(count)).squareRoot()
    }
  }
}

extension SequenceModel {
  /// Errors at single steps and by kind of target, and the tree of the symbols, where the data tell kinds apart;
  /// a text, where the model makes texts.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    try (network.analysis(of: examples)?.pictures ?? []) + network.sampleText()
  }

  /// The error of each kind of target, how well it tells the first kind from the other, the purity of the tree's cut.
  public func figures(of examples: Batch) throws -> [String: Double] {
    try network.analysis(of: examples)?.figures ?? [:]
  }
}
