/// The sets of one task: what is trained on, what is tested on, and what choices are made on.
public struct DatasetSplits: Sendable {
  /// The examples that are trained on.
  public var training: Dataset
  /// The examples that the final figures are taken from.
  public var test: Dataset
  /// Examples held back from training, for early stopping and for choosing among settings.
  public var validation: Dataset?
  /// What was left out of the files, for people.
  public var notes: [String] = []

  /// The sets of one task.
  ///
  /// - Throws: `DataError` where their shapes, element types or class counts differ; sequences may differ in length.
  public init(training: Dataset, test: Dataset, validation: Dataset? = nil) throws {
    for other in [test, validation].compactMap({ $0 }) where !other.format.matches(training.format) {
      throw DataError(
        .inconsistent,
        "\(other.name) has \(other.format.summary), but \(training.name) has \(training.format.summary);"
          + " both must come from the same task")
    }
    self.training = training
    self.test = test
    self.validation = validation
  }
}
