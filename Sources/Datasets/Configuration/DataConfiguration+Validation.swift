extension DataConfiguration {
  /// Checks what can be checked without data.
  ///
  /// - Throws: `DataError` that names the key, its value and what is allowed.
  public func validate() throws {
    for (key, value) in [("training_count", trainingCount), ("test_count", testCount), ("classes", classes)] {
      guard let value else { continue }
      try check(key, value, in: 1...Int(UInt32.max))
    }
    try check("validation_count", validationCount, in: 0...Int(UInt32.max))
    try check("padding", padding, in: 0...1024)
    if let features { try check("features", features, in: (source == .separable ? 2 : 1)...1_000_000) }
    try check("margin", margin, in: 0.0001...0.89)
    try check("noise", noise, in: 0...1_000_000)
    guard delimiter.count == 1, delimiter != "\"" else {
      throw DataError(
        .configuration,
        "data.delimiter is '\(delimiter)'; one character is allowed, such as ',', ';' or a tab")
    }
    try augmentation.validate()
    if source.isSequence { try validateSequences() }
  }

  private func validateSequences() throws {
    let steps = 1...1_000_000_000
    if let window = sequences.window { try check("window", window, in: 1...10_000_000) }
    if let window = sequences.evaluationWindow { try check("evaluation_window", window, in: 1...10_000_000) }
    try check("validation_fraction", sequences.validationFraction, in: 0...0.9)
    try check("test_fraction", sequences.testFraction, in: 0...0.9)
    guard sequences.validationFraction + sequences.testFraction < 1 else {
      throw DataError(
        .configuration,
        "data.validation_fraction and data.test_fraction leave nothing to train on; lower them")
    }
    if let length = sequences.length {
      let least =
        switch source {
        case .adding, .multiplication: 20
        case .twoSequence: sequences.information + 1
        case .embeddedReber, .temporalOrder: 1
        default: 2
        }
      // Beyond a million steps, not even one sequence can be worked on.
      let most =
        [.adding, .multiplication, .twoSequence, .longLag].contains(source) ? 1_000_000 : steps.upperBound
      try check("length", length, in: least...most)
    }
    if let length = sequences.testLength { try check("test_length", length, in: 2...steps.upperBound) }
    let most = source == .twoSequence ? (sequences.length ?? 100) - 1 : 1_000_000
    try check("information", sequences.information, in: 1...most)
    if let distractors = sequences.distractors { try check("distractors", distractors, in: 1...60_000) }
    if source == .longLag, experiment != LongLag.Experiment.triggered.rawValue, let length = sequences.length
    {
      try check("length", length, in: 2...60_000)
    }
    let known = source.experiments
    guard known.isEmpty ? sequences.experiment == nil : known.contains(experiment) else {
      throw DataError(
        .configuration,
        "data.experiment is \(experiment); "
          + (known.isEmpty
            ? "\(source.rawValue) has no variants, leave the key out"
            : "\(known.joined(separator: ", ")) are the variants of \(source.rawValue)"))
    }
  }

  /// The paper's variant, the first unless the config says otherwise.
  var experiment: String { sequences.experiment ?? source.experiments.first ?? "" }

  private func check<Value: Comparable>(_ key: String, _ value: Value, in range: ClosedRange<Value>) throws {
    guard range.contains(value) else {
      throw DataError(
        .configuration, "data.\(key) is \(value); \(range.lowerBound) to \(range.upperBound) is allowed")
    }
  }
}
