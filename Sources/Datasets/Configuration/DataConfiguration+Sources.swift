import Networks

extension DataConfiguration {
  // The sets of the source, before they are cut to their counts.
  func openSource(batch: Int) throws -> DatasetSplits {
    let trainingExamples = (trainingCount ?? 1000) + validationCount
    let testExamples = testCount ?? 1000
    switch source {
    case .digits:
      return try HandwrittenDigits(seed: seed).splits(
        training: trainingCount.map { $0 + validationCount } ?? 60_000, test: testCount ?? 10_000)
    case .mnist: return try openMNIST()
    case .idx: return try openIDX()
    case .csv: return try openCSV()
    case .blobs:
      let (classes, features) = (classes ?? 3, features ?? 2)
      return try generated(trainingExamples, testExamples) { count, part in
        try PointClouds.blobs(
          count: count, classes: classes, features: features, noise: noise, part: part, seed: seed)
      }
    case .moons:
      return try generated(trainingExamples, testExamples) { count, part in
        try PointClouds.moons(count: count, noise: noise, part: part, seed: seed)
      }
    case .gaussians:
      return try generated(trainingExamples, testExamples) { count, part in
        try PointClouds.ring(count: count, classes: classes ?? 8, noise: noise, part: part, seed: seed)
      }
    case .separable:
      let task = SeparableData(features: features ?? 20, margin: margin, seed: seed)
      return try generated(trainingExamples, testExamples) { try task.dataset(count: $0, part: $1) }
    case .leftRight, .squareCircle:
      let task = source == .leftRight ? RetinaTask.leftRight : .squareCircle
      return try generated(trainingExamples, testExamples) {
        try task.dataset(count: $0, part: $1, seed: seed)
      }
    case .patterns: return try openPatterns()
    case .encoder, .shifter, .words: return try openBinaryTask(binaryTask!)
    case .curves:
      let curves = Curves(seed: seed)
      return try generated(
        trainingCount == nil ? 20_000 + validationCount : trainingExamples, testCount ?? 10_000
      ) { try curves.dataset(count: $0, part: $1) }
    case .text, .grammar, .series, .pianoRoll, .chords, .temporalXOR, .letters, .wordBoundaries,
      .lexicalClasses:
      return try openPieces(batch: batch)
    case .embeddedReber, .longLag, .twoSequence, .adding, .multiplication, .temporalOrder:
      return try openTask()
    }
  }

  private func generated(
    _ training: Int, _ test: Int, _ make: (_ count: Int, _ part: Int) throws -> Dataset
  ) throws -> DatasetSplits {
    try DatasetSplits(training: make(training, 0), test: make(test, 1))
  }

  private func openMNIST() throws -> DatasetSplits {
    guard let directory else {
      throw DataError(
        .configuration,
        "data.source is mnist, but data.directory is not set; give the directory of its four files with"
          + " --set data.directory=PATH, or train on generated digits with --set data.source=digits")
    }
    return try MNISTDirectory(path: directory).open(classes: classes ?? 10)
  }

  private func openIDX() throws -> DatasetSplits {
    let trainingPath = try path(trainingFile, key: "training_file")
    let testPath = try path(testFile, key: "test_file")
    let training = try Dataset.idx(
      path: trainingPath, labels: trainingLabels.map(located), classes: classes, name: "training set")
    let test = try Dataset.idx(
      path: testPath, labels: testLabels.map(located),
      classes: testLabels == nil ? nil : classes ?? (trainingLabels == nil ? nil : training.classes),
      name: "test set")
    return try DatasetSplits(training: training, test: test)
  }

  private func openCSV() throws -> DatasetSplits {
    let table = try table(at: path(trainingFile, key: "training_file"))
    let whole = try table.dataset(name: "training set")
    if testFile != nil {
      let test = try self.table(at: path(testFile, key: "test_file"))
      guard test.features == table.features else {
        throw DataError(
          .inconsistent,
          "\(test.path): has \(test.features) features a line, \(table.path) has \(table.features); both must agree"
        )
      }
      return try DatasetSplits(
        training: whole, test: try test.dataset(name: "test set", classNames: table.classNames))
    }
    // Files are often sorted by class: hold out examples from all over the file.
    let held = testCount ?? max(1, whole.count / 5)
    guard held < whole.count else {
      throw DataError(
        .configuration,
        "data.test_count is \(held), but \(table.path) has only \(whole.count) examples and there is no data.test_file;"
          + " at least one must remain to train on")
    }
    let mixed = try whole.reordered(by: Permutation(count: whole.count, seed: seed, epoch: 0))
    return try DatasetSplits(
      training: mixed.slice(held..<mixed.count, name: "training set"),
      test: mixed.slice(0..<held, name: "test set"))
  }

  private func table(at path: String) throws -> CSVFile {
    let column: CSVFile.LabelColumn =
      switch labelColumn {
      case "first": .first
      case "last": .last
      case "none": .none
      default: .named(labelColumn)
      }
    return try CSVFile(path: path, labels: column, hasHeader: header, delimiter: delimiter.first ?? ",")
  }

  func path(_ file: String?, key: String) throws -> String {
    guard let file else {
      throw DataError(
        .configuration,
        "data.source is \(source.rawValue), but data.\(key) is not set; name the file with --set data.\(key)=FILE"
      )
    }
    return located(file)
  }

  func located(_ file: String) -> String {
    guard let directory, !file.hasPrefix("/") else { return file }
    return directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)"
  }
}
