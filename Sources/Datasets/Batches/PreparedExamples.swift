import Networks

/// The examples of a data set, prepared as models are given them outside of training.
///
/// One object a thread: it has room for one block of examples.
public final class PreparedExamples: ExampleMatrix {
  private let dataset: Dataset
  private let assembler: BatchAssembler

  /// The examples of `dataset`.
  ///
  /// - Throws: `DataError` where its rows cannot be prepared as asked.
  public init(_ dataset: Dataset, preparation: Preparation, block: Int = 256) throws {
    self.dataset = dataset
    assembler = try BatchAssembler(format: dataset.format, preparation: preparation, maximumBatch: block)
  }

  /// The number of examples.
  public var count: Int { dataset.count }
  /// The values of one example, after preparation.
  public var features: Int { assembler.inputShape.count }

  /// The prepared examples of `range`, row-major `[range.count, features]`.
  public func rows(_ range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) examples")
    var rows: [Float] = []
    rows.reserveCapacity(range.count * features)
    forEachBatch(of: range) { rows += $0.inputs.examples($0.count) }
    return rows
  }

  /// The labels of `range`; empty where there are none.
  public func labels(_ range: Range<Int>) -> [Int] {
    dataset.format.hasLabels ? range.map { dataset.label($0)! } : []
  }

  /// Hands the examples of `range` to `body` in batches, in their order; a batch is valid until the next.
  public func forEachBatch(of range: Range<Int>, _ body: (Batch) throws -> Void) rethrows {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: assembler.maximumBatch) {
      let part = first..<min(first + assembler.maximumBatch, range.upperBound)
      try body(assembler.assemble(evaluating: part, from: dataset))
    }
  }
}
