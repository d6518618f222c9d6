import ArgumentParser
import Datasets
import Foundation
import Networks

/// `tenfold encode`.
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode", abstract: "Writes the inner codes of a data set to a file.",
    discussion: """
      A CSV file holds one line for each example: its label, where there is one, then its code. An IDX file holds the
      codes as floats; labels go beside it, as FILE-labels.idx.
      """)

  /// The part of the data that is encoded.
  enum Split: String, ExpressibleByArgument, CaseIterable {
    case training, validation, test
  }

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "The examples: \(Split.allCases.map(\.rawValue).joined(separator: ", ")).")
  var split = Split.test

  @Option(help: "The file to write, ending in .csv or .idx. Default: RUN/codes-SPLIT.csv.")
  var output: String?

  @Option(help: "A value in place of the config's, for example data.directory=PATH.")
  var set: [String] = []

  @OptionGroup var choice: CheckpointChoice

  func validate() throws {
    if let output, !output.hasSuffix(".csv"), !output.hasSuffix(".idx") {
      throw ValidationError("--output \(output): the name must end in .csv or .idx")
    }
  }

  func run() throws {
    RunCommand.run("encoding", directory, overrides: set) { source in
      try encode(source.architecture, source)
    }
  }

  private func encode<M: Model>(_ type: M.Type, _ source: RunSource) throws {
    guard M.self is any EncodingModel.Type else {
      throw UsageError(
        "the architecture «\(M.name)» has no codes; "
          + RunCommand.architectures { $0 is any EncodingModel.Type })
    }
    let run = try LoadedRun<M>(source, directory: directory, choice: choice)
    guard let model = run.model as? any EncodingModel else { return }
    guard let set = dataset(run.opened.splits) else {
      throw UsageError("the run has no \(split.rawValue) set: set data.\(split.rawValue)_count")
    }
    let examples = try PreparedExamples(
      set, preparation: run.opened.preparation, block: run.configuration.evaluation.block)
    let path = output ?? "\(directory)/codes-\(split.rawValue).csv"
    let codes = try Codes(of: examples, model)
    let labels = examples.labels(0..<examples.count)
    if path.hasSuffix(".idx") {
      try codes.writeIDX(to: path, labels: labels, classes: set.classes)
    } else {
      try codes.writeCSV(to: path, labels: labels)
    }
    RankSession.report("wrote \(path): \(examples.count) codes of \(model.code)")
  }

  private func dataset(_ splits: DatasetSplits?) -> Dataset? {
    switch split {
    case .training: splits?.training
    case .validation: splits?.validation
    case .test: splits?.test
    }
  }
}

/// The codes of a set of examples, `[count, code…]`.
private struct Codes {
  var values: [Float] = []
  let shape: Shape

  init(of examples: PreparedExamples, _ model: any EncodingModel) throws {
    shape = model.code
    values.reserveCapacity(examples.count * shape.count)
    try examples.forEachBatch(of: 0..<examples.count) { batch in
      let codes = FlatBuffer(count: shape.count * batch.count)
      try withExtendedLifetime(codes) {
        let tensor = Tensor(shape: shape, batch: batch.count, base: codes.base)
        try model.encode(batch, into: tensor)
        values += tensor.examples(batch.count)
      }
    }
  }

  func writeIDX(to path: String, labels: [Int], classes: Int) throws {
    let set = try Dataset(
      name: "codes", shape: shape, floats: values, labels: labels.isEmpty ? nil : labels.map(Int32.init),
      classes: classes)
    try set.writeIDX(to: path)
    if !labels.isEmpty { try set.writeIDXLabels(to: "\(path.dropLast(4))-labels.idx") }
  }

  func writeCSV(to path: String, labels: [Int]) throws {
    let count = values.count / shape.count
    let columns = (labels.isEmpty ? [] : ["label"]) + (0..<shape.count).map { "code_\($0)" }
    var text = columns.joined(separator: ",") + "\n"
    for row in 0..<count {
      let code = values[row * shape.count..<(row + 1) * shape.count].map { "\($0)" }
      text += ((labels.isEmpty ? [] : ["\(labels[row])"]) + code).joined(separator: ",") + "\n"
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DataError(.unwritable, "\(path): cannot be written (\(error.localizedDescription))")
    }
  }
}
