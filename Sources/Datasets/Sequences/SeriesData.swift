import Networks

/// A series of measurements as sequences of vectors, one a line of a table; what is to be said at a step is the next one.
///
/// The first lines are trained on, the later ones are tested on: nothing is learned from the future.
struct SeriesData {
  let windows: WindowPlan

  /// The sets of consecutive `parts` of one series `[steps, features]`: training, validation (possibly empty), test.
  ///
  /// - Throws: `DataError` where a part has no two steps.
  func splits(
    _ values: [Float], features: Int, parts: (training: Range<Int>, validation: Range<Int>, test: Range<Int>),
    name: String
  ) throws -> DatasetSplits {
    try DatasetSplits(
      training: dataset(values, features, parts.training, "\(name), training part", training: true),
      test: dataset(values, features, parts.test, "\(name), test part", training: false),
      validation: parts.validation.isEmpty
        ? nil : dataset(values, features, parts.validation, "\(name), validation part", training: false))
  }

  private func dataset(
    _ values: [Float], _ features: Int, _ part: Range<Int>, _ name: String, training: Bool
  ) throws -> Dataset {
    guard part.count >= 2 else {
      throw DataError(
        .inconsistent,
        "\(name): has \(part.count) step\(part.count == 1 ? "" : "s"); at least 2 are needed, one and the next"
      )
    }
    let slice = Array(values[part.lowerBound * features..<part.upperBound * features])
    let step = SequenceFormat.Step.values(features)
    let pieces = [0..<part.count]
    return try SequencePieces(
      SequenceFormat(steps: 1, input: step, target: step, isStream: windows.streams != nil),
      steps: slice.withUnsafeBytes(Array.init),
      windows: training
        ? windows.trainingWindows(of: pieces, name: name) : windows.evaluationWindows(of: pieces)
    ).dataset(name: name)
  }
}
