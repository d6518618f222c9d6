import Networks

extension DataConfiguration {
  /// Opens or generates the sets that the configuration describes.
  ///
  /// - Parameter batch: the examples of a step of the run, which streams run side by side.
  /// - Throws: `DataError` that names the file or the key, what was expected and what to do.
  public func open(batch: Int = 1) throws -> DatasetSplits {
    try validate()
    var splits = try openSource(batch: batch)
    if splits.training.format.sequence?.isStream == true, trainingCount != nil || validationCount > 0 {
      throw DataError(
        .configuration,
        "data.training_count and data.validation_count do not apply to streams (data.shuffle is false); set data.length"
          + " or the fractions")
    }
    splits.training = try limited(
      splits.training, to: trainingCount, key: "data.training_count", reserve: validationCount)
    splits.test =
      testOnTraining
      ? try tested(on: splits.training)
      : try limited(splits.test, to: testCount, key: "data.test_count", reserve: 0)
    guard validationCount > 0 else { return splits }
    let whole = splits.training
    let kept = whole.count - validationCount
    guard kept > 0 else {
      throw DataError(
        .configuration,
        "data.validation_count is \(validationCount), but \(whole.name) has only \(whole.count) examples; at least one"
          + " must remain to train on")
    }
    splits.training = whole.slice(0..<kept, name: whole.name)
    splits.validation = whole.slice(kept..<whole.count, name: "\(whole.name), held back for validation")
    return splits
  }

  /// How rows become inputs: the normalisation resolved on the training set, padding and augmentation.
  ///
  /// - Throws: `DataError` where the rows cannot be prepared in this way.
  public func preparation(for splits: DatasetSplits) throws -> Preparation {
    let preparation = Preparation(
      normalization: normalization.resolved(for: splits.training), padding: padding,
      augmentation: augmentation)
    try preparation.validate(for: splits.training.format)
    return preparation
  }

  /// The examples that are trained on, or the first `test_count` of them.
  private func tested(on training: Dataset) throws -> Dataset {
    guard validationCount == 0 else {
      throw DataError(
        .configuration,
        "data.test_on_training tests on all that is trained on, and data.validation_count \(validationCount) holds some back;"
          + " leave one of them out")
    }
    let whole = training.slice(0..<training.count, name: "\(training.name) again")
    return try limited(whole, to: testCount, key: "data.test_count", reserve: 0)
  }

  private func limited(_ set: Dataset, to count: Int?, key: String, reserve: Int) throws -> Dataset {
    guard let count else { return set }
    let wanted = count + reserve
    guard wanted <= set.count else {
      throw DataError(
        .configuration,
        "\(key) is \(count)\(reserve > 0 ? " and data.validation_count \(reserve)" : ""), but \(set.name) has only"
          + " \(set.count) examples; ask for fewer, or for all with null")
    }
    return set.slice(0..<wanted, name: set.name)
  }
}
