/// The sets of one task: what is trained on, what is tested on, and what choices are made on.
public struct DatasetSplits: Sendable {
  /// The examples that are trained on.
  public var training: Dataset
  /// The examples that the final figures are taken from.
  public var test: Dataset
  /// Examples held back from training, for early stopping and for choosing among settings.
  public var validation: Dataset?

  /// The sets of one task.
  ///
  /// - Throws: `DataError` where their shapes, element types or class counts differ.
  public init(training: Dataset, test: Dataset, validation: Dataset? = nil) throws {
    for other in [test, validation].compactMap({ $0 }) where other.format != training.format {
      throw DataError(
        .inconsistent,
        "\(other.name) has \(other.format.element) rows of shape \(other.shape) in \(other.classes) classes, but"
          + " \(training.name) has \(training.format.element) rows of shape \(training.shape) in"
          + " \(training.classes) classes; both must come from the same task")
    }
    self.training = training
    self.test = test
    self.validation = validation
  }
}
