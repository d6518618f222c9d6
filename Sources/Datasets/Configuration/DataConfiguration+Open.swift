import Networks

extension DataConfiguration {
  /// Opens or generates the sets that the configuration describes.
  ///
  /// - Throws: `DataError` that names the file or the key, what was expected and what to do.
  public func open() throws -> DatasetSplits {
    try validate()
    var splits = try openWhole()
    splits.training = try limited(splits.training, to: trainingCount, key: "data.training_count", reserve: validationCount)
    splits.test = try limited(splits.test, to: testCount, key: "data.test_count", reserve: 0)
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
      normalization: normalization.resolved(for: splits.training), padding: padding, augmentation: augmentation)
    try preparation.validate(for: splits.training.format)
    return preparation
  }

  /// Checks what can be checked without data.
  ///
  /// - Throws: `DataError` that names the key, its value and what is allowed.
  public func validate() throws {
    for (key, value) in [("training_count", trainingCount), ("test_count", testCount), ("classes", classes)] {
      guard let value else { continue }
      guard value > 0, value <= Int(UInt32.max) else {
        throw DataError(.configuration, "data.\(key) is \(value); 1 to \(UInt32.max) is allowed, or null for all")
      }
    }
    guard validationCount >= 0, validationCount <= Int(UInt32.max) else {
      throw DataError(.configuration, "data.validation_count is \(validationCount); 0 to \(UInt32.max) is allowed")
    }
    guard padding >= 0, padding <= 1024 else {
      throw DataError(.configuration, "data.padding is \(padding); 0 to 1024 pixels are allowed")
    }
    try augmentation.validate()
  }

  private func openWhole() throws -> DatasetSplits {
    switch source {
    case .digits:
      // The counts are of whole sets: validation examples are drawn in addition.
      return try HandwrittenDigits(seed: seed).splits(
        training: (trainingCount ?? 60_000 - validationCount) + validationCount, test: testCount ?? 10_000)
    case .mnist:
      guard let directory else {
        throw DataError(
          .configuration,
          "data.source is mnist, but data.directory is not set; give the directory of its four files with"
            + " --set data.directory=PATH, or train on generated digits with --set data.source=digits")
      }
      return try MNISTDirectory(path: directory).open(classes: classes ?? 10)
    case .idx:
      return try openIDX()
    }
  }

  private func openIDX() throws -> DatasetSplits {
    let training = try Dataset.idx(
      path: try path(trainingFile, key: "training_file"), labels: trainingLabels.map(located), classes: classes,
      name: "training set")
    let test = try Dataset.idx(
      path: try path(testFile, key: "test_file"), labels: testLabels.map(located),
      classes: classes ?? (testLabels == nil ? nil : training.classes), name: "test set")
    return try DatasetSplits(training: training, test: test)
  }

  func path(_ file: String?, key: String) throws -> String {
    guard let file else {
      throw DataError(
        .configuration,
        "data.source is \(source.rawValue), but data.\(key) is not set; name the file with --set data.\(key)=FILE")
    }
    return located(file)
  }

  private func located(_ file: String) -> String {
    guard let directory, !file.hasPrefix("/") else { return file }
    return directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)"
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
