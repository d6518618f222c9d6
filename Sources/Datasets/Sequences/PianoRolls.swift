import Networks

/// Pieces of music as sequences of 88 bits, one for each key of a piano; what is to be said at a step is the next one.
struct PianoRolls {
  /// The MIDI numbers of the keys.
  static let notes = 21...108

  let windows: WindowPlan

  /// The set of these pieces, and what was left out.
  ///
  /// - Throws: `DataError` where no piece has two steps.
  func dataset(_ pieces: [[[Int]]], name: String, training: Bool) throws -> (Dataset, note: String?) {
    let long = pieces.filter { $0.count >= 2 }
    guard !long.isEmpty else {
      throw DataError(
        .inconsistent,
        "\(name): none of its \(pieces.count) pieces has 2 steps, one and the next; give longer pieces")
    }
    let bytes = (Self.notes.count + 7) / 8
    var steps: [UInt8] = []
    steps.reserveCapacity(long.reduce(0) { $0 + $1.count } * bytes)
    var ranges: [Range<Int>] = []
    for piece in long {
      let first = steps.count / bytes
      for notes in piece {
        var step = [UInt8](repeating: 0, count: bytes)
        for note in notes {
          let key = note - Self.notes.lowerBound
          step[key >> 3] |= 1 << (key & 7)
        }
        steps += step
      }
      ranges.append(first..<steps.count / bytes)
    }
    let step = SequenceFormat.Step.values(Self.notes.count)
    let set = try SequencePieces(
      SequenceFormat(steps: 1, input: step, target: step), steps: steps,
      windows: training
        ? windows.trainingWindows(of: ranges, name: name) : windows.evaluationWindows(of: ranges),
      binary: true
    ).dataset(name: name)
    let dropped = pieces.count - long.count
    return (
      set,
      dropped == 0
        ? nil : "\(name): left out \(dropped) of \(pieces.count) pieces, since they have no two steps"
    )
  }

  /// The sets of a file.
  func splits(of file: PianoRollFile) throws -> DatasetSplits {
    let (training, first) = try dataset(
      file.pieces[.train]!, name: "\(file.path), training pieces", training: true)
    let (test, second) = try dataset(file.pieces[.test]!, name: "\(file.path), test pieces", training: false)
    let valid = try file.pieces[.valid].flatMap { pieces in
      pieces.isEmpty
        ? nil : try dataset(pieces, name: "\(file.path), validation pieces", training: false)
    }
    var splits = try DatasetSplits(training: training, test: test, validation: valid?.0)
    splits.notes = [first, valid?.note, second].compactMap { $0 }
    return splits
  }
}
