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
  }

  private func check<Value: Comparable>(_ key: String, _ value: Value, in range: ClosedRange<Value>) throws {
    guard range.contains(value) else {
      throw DataError(
        .configuration, "data.\(key) is \(value); \(range.lowerBound) to \(range.upperBound) is allowed")
    }
  }
}
