/// How long sequences are cut into rows.
struct WindowPlan {
  /// The steps of a training window; nil for whole pieces.
  var training: Int?
  /// The steps of an evaluation window; nil for whole pieces. States begin anew with each.
  var evaluation: Int?
  /// The number of parallel streams, which is the batch of the run; nil for windows that stand alone.
  var streams: Int?

  /// The windows of pieces that are trained on, each a range of stored steps.
  ///
  /// - Throws: `DataError` where there is less than one step for each stream.
  func trainingWindows(of pieces: [Range<Int>], name: String) throws -> [SequencePieces.Window] {
    guard let streams else {
      return pieces.flatMap { SequencePieces.windows(of: $0, length: training ?? max($0.count, 1)) }
    }
    precondition(pieces.count == 1, "streams run through one piece")
    let steps = pieces[0].count - 1
    guard steps >= streams else {
      throw DataError(
        .inconsistent,
        "\(name): \(steps) steps with a next one are too few for \(streams) streams side by side; lower batch, set"
          + " data.shuffle to true for windows that stand alone, or give more data")
    }
    return SequencePieces.streams(of: pieces[0], count: streams, length: training ?? steps / streams)
  }

  /// The windows of pieces that are evaluated on.
  func evaluationWindows(of pieces: [Range<Int>]) -> [SequencePieces.Window] {
    pieces.flatMap { SequencePieces.windows(of: $0, length: evaluation ?? max($0.count, 1)) }
  }
}
