import Networks

extension DataConfiguration.Source {
  /// Whether examples are sequences.
  var isSequence: Bool {
    switch self {
    case .digits, .mnist, .idx, .csv, .blobs, .moons, .gaussians, .separable, .leftRight, .squareCircle,
      .curves, .patterns, .encoder, .shifter, .words:
      false
    case .text, .grammar, .pianoRoll, .chords, .series, .temporalXOR, .letters, .wordBoundaries,
      .lexicalClasses, .embeddedReber, .longLag, .twoSequence, .adding, .multiplication, .temporalOrder:
      true
    }
  }

  /// The variants that `data.experiment` names.
  var experiments: [String] {
    switch self {
    case .longLag: LongLag.Experiment.allCases.map(\.rawValue)
    case .twoSequence: TwoSequence.Experiment.allCases.map(\.rawValue)
    case .temporalOrder: ["6a", "6b"]
    default: []
    }
  }
}

extension DataConfiguration {
  /// Sequences that are windows of stored pieces.
  func openPieces(batch: Int) throws -> DatasetSplits {
    switch source {
    case .text: return try openText(batch: batch)
    case .grammar:
      let length = sequences.length ?? 200_000
      return try textData(batch).splits(
        training: generatedText(length, part: 0, name: "generated text to train on"), validation: nil,
        test: generatedText(
          sequences.testLength ?? max(length / 10, 2), part: 1, name: "generated text to test on"))
    case .series: return try openSeries(batch: batch)
    case .pianoRoll:
      let file = try PianoRollFile(path: path(trainingFile, key: "training_file"))
      return try PianoRolls(windows: pieceWindows).splits(of: file)
    case .chords:
      let rolls = PianoRolls(windows: pieceWindows)
      let pieces = { ChordProgressions.pieces(count: $0, part: $1, seed: seed) }
      return try DatasetSplits(
        training: rolls.dataset(
          pieces((trainingCount ?? 200) + validationCount, 0), name: "chords to train on", training: true
        ).0,
        test: rolls.dataset(pieces(testCount ?? 40, 1), name: "chords to test on", training: false).0)
    case .temporalXOR: return try openStream(length: 3000, batch, ElmanStreams.temporalXOR)
    case .letters: return try openStream(length: 1000, batch, ElmanStreams.letters)
    case .wordBoundaries: return try openStream(length: 200, batch, ElmanStreams.wordBoundaries)
    case .lexicalClasses: return try openStream(length: 10_000, batch, ElmanStreams.lexicalClasses)
    default: preconditionFailure("\(source) is no source of pieces")
    }
  }

  private func streamWindows(_ batch: Int) -> WindowPlan {
    WindowPlan(
      training: sequences.window ?? 50, evaluation: sequences.evaluationWindow ?? 1000,
      streams: shuffle ? nil : batch)
  }

  private var pieceWindows: WindowPlan {
    WindowPlan(training: sequences.window, evaluation: sequences.evaluationWindow, streams: nil)
  }

  private func textData(_ batch: Int) -> TextData {
    TextData(windows: streamWindows(batch), alphabet: sequences.alphabet)
  }

  private func generatedText(_ count: Int, part: Int, name: String) -> TextData.Text {
    TextData.Text(
      name: name, scalars: SmallGrammar.text(count: count, part: part, seed: seed)[...],
      place: { "symbol \($0)" })
  }

  private func openText(batch: Int) throws -> DatasetSplits {
    let file = try TextFile(path: path(trainingFile, key: "training_file"))
    func part(_ range: Range<Int>, _ name: String) -> TextData.Text {
      TextData.Text(
        name: "\(file.path), \(name)", scalars: file.scalars[range],
        place: { "byte \(file.byte(of: range.lowerBound + $0))" })
    }
    func other(_ name: String) throws -> TextData.Text {
      let file = try TextFile(path: located(name))
      return TextData.Text(
        name: file.path, scalars: file.scalars[...], place: { "byte \(file.byte(of: $0))" })
    }
    let parts = parts(
      of: file.scalars.count, hasTest: testFile != nil, hasValidation: sequences.validationFile != nil)
    let validation =
      try sequences.validationFile.map(other)
      ?? (parts.validation.isEmpty ? nil : part(parts.validation, "held back for validation"))
    return try textData(batch).splits(
      training: part(parts.training, "training part"), validation: validation,
      test: testFile.map(other) ?? part(parts.test, "test part"))
  }

  private func openSeries(batch: Int) throws -> DatasetSplits {
    let table = try CSVFile(
      path: path(trainingFile, key: "training_file"), labels: .none, hasHeader: header,
      delimiter: delimiter.first ?? ",")
    let values = try table.dataset(name: table.path)
    return try SeriesData(windows: streamWindows(batch)).splits(
      (0..<values.count).flatMap(values.values), features: table.features,
      parts: parts(of: table.count, hasTest: false, hasValidation: false), name: table.path)
  }

  /// Training, validation and test part of `count` steps, in this order of time.
  private func parts(
    of count: Int, hasTest: Bool, hasValidation: Bool
  ) -> (training: Range<Int>, validation: Range<Int>, test: Range<Int>) {
    let test = hasTest ? 0 : Int((Double(count) * sequences.testFraction).rounded())
    let validation = hasValidation ? 0 : Int((Double(count) * sequences.validationFraction).rounded())
    let end = count - test
    return (0..<end - validation, end - validation..<end, end..<count)
  }

  private func openStream(
    length: Int, _ batch: Int, _ make: (_ count: Int, _ part: Int, _ seed: UInt64) -> ElmanStreams.Stream
  ) throws -> DatasetSplits {
    let windows = streamWindows(batch)
    func set(_ count: Int, part: Int, name: String) throws -> Dataset {
      let stream = make(count, part, seed)
      let pieces = [0..<stream.steps.count]
      var format = stream.format
      format.isStream = windows.streams != nil
      return try SequencePieces(
        format, steps: stream.steps, groups: stream.groups,
        windows: part == 0
          ? windows.trainingWindows(of: pieces, name: name) : windows.evaluationWindows(of: pieces),
        binary: stream.isBinary
      ).dataset(name: name)
    }
    let count = sequences.length ?? length
    return try DatasetSplits(
      training: set(count, part: 0, name: "\(source.rawValue), training stream"),
      test: set(sequences.testLength ?? count, part: 1, name: "\(source.rawValue), test stream"))
  }

  /// Sequences that are drawn one by one.
  func openTask() throws -> DatasetSplits {
    if source == .embeddedReber {
      return try ReberGrammar.splits(
        training: (trainingCount ?? 256) + validationCount, test: testCount ?? 256, seed: seed)
    }
    let test = testCount ?? (source == .twoSequence ? 256 : source == .longLag ? 10_000 : 2560)
    func set(_ count: Int, _ part: Int, _ name: String) throws -> Dataset {
      let generator = taskGenerator(part: part)
      return try Dataset(
        name: "\(source.rawValue) \(name)", format: RowFormat(generator.layout), count: count,
        generator: generator)
    }
    return try DatasetSplits(
      training: set((trainingCount ?? 100_000) + validationCount, 0, "to train on"),
      test: set(test, 1, "to test on"))
  }

  private func taskGenerator(part: Int) -> any SequenceGenerator {
    let length = sequences.length ?? 100
    switch source {
    case .adding: return MarkedPairs(.adding, minimum: length, part: part, seed: seed)
    case .multiplication: return MarkedPairs(.multiplication, minimum: length, part: part, seed: seed)
    case .temporalOrder: return TemporalOrder(relevant: experiment == "6b" ? 3 : 2, part: part, seed: seed)
    case .twoSequence:
      return TwoSequence(
        .init(rawValue: experiment) ?? .plain, minimum: length, information: sequences.information,
        part: part, seed: seed)
    case .longLag:
      return LongLag(
        .init(rawValue: experiment) ?? .fixed, lag: length, distractors: sequences.distractors ?? length,
        part: part, seed: seed)
    default: preconditionFailure("\(source) is no task")
    }
  }
}
