import Datasets
import Foundation
import Networks

/// One sequence of a batch, read back into arrays.
struct Sample: Equatable {
  var symbols: [Int] = []
  /// `[step][feature]`.
  var values: [[Float]] = []
  var targetSymbols: [Int] = []
  var targetValues: [[Float]] = []
  var allowed: [Set<Int>] = []
  var scored: [Bool] = []
  var groups: [Int] = []

  var length: Int { scored.count }
}

extension Batch {
  /// Its sequences, and whether everything beyond their lengths is empty.
  func samples(_ format: SequenceFormat) -> (samples: [Sample], isClean: Bool) {
    let sequence = sequence!
    var isClean = true
    let samples = (0..<count).map { example in
      var sample = Sample()
      let length = Int(sequence.lengths[example])
      func column(_ values: UnsafeBufferPointer<Float>, _ step: Int, _ features: Int) -> [Float] {
        (0..<features).map { values[(step * features + $0) * count + example] }
      }
      for step in 0..<sequence.steps {
        let place = step * count + example
        let inputs = sequence.values.isEmpty ? [] : column(sequence.values, step, format.input.count)
        let targets =
          sequence.targetValues.isEmpty ? [] : column(sequence.targetValues, step, format.target.count)
        guard step < length else {
          let alternatives =
            sequence.alternatives.isEmpty ? [] : column(sequence.alternatives, step, format.target.count)
          isClean =
            isClean && (inputs + targets + alternatives).allSatisfy { $0 == 0 } && sequence.scored[place] == 0
            && (sequence.symbols.isEmpty || sequence.symbols[place] == 0)
            && (sequence.targetSymbols.isEmpty || sequence.targetSymbols[place] == -1)
            && (sequence.groups.isEmpty || sequence.groups[place] == -1)
          continue
        }
        sample.scored.append(sequence.scored[place] == 1)
        if !sequence.symbols.isEmpty { sample.symbols.append(Int(sequence.symbols[place])) }
        if !inputs.isEmpty { sample.values.append(inputs) }
        if !sequence.targetSymbols.isEmpty { sample.targetSymbols.append(Int(sequence.targetSymbols[place])) }
        if !targets.isEmpty { sample.targetValues.append(targets) }
        if !sequence.groups.isEmpty { sample.groups.append(Int(sequence.groups[place])) }
        if !sequence.alternatives.isEmpty {
          let row = column(sequence.alternatives, step, format.target.count)
          sample.allowed.append(Set(row.indices.filter { row[$0] == 1 }))
        }
      }
      return sample
    }
    return (samples, isClean)
  }
}

extension Dataset {
  /// All sequences of `range`, read through an assembler.
  func samples(_ range: Range<Int>, preparation: Preparation? = nil) throws -> [Sample] {
    let assembler = try BatchAssembler(
      format: format, preparation: preparation ?? Preparation(normalization: .none),
      maximumBatch: max(range.count, 1))
    return assembler.assemble(evaluating: range, from: self).samples(format.sequence!).samples
  }

  /// All sequences.
  func samples() throws -> [Sample] { try samples(0..<count) }
}

/// The sets that a configuration in JSON describes.
func open(_ json: String, batch: Int = 1) throws -> DatasetSplits {
  try JSONDecoder().decode(DataConfiguration.self, from: Data(json.utf8)).open(batch: batch)
}
