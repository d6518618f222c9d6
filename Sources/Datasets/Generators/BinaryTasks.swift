import Networks

/// The tasks that Boltzmann machines were first tried on: rows of 0 and 1, computed when they are asked for.
///
/// Ackley, Hinton & Sejnowski 1985; Hinton & Sejnowski 1986.
enum BinaryTask: Hashable, Sendable {
  /// One unit of two equal groups is on, the same in both: as many patterns as a group has units, again and again.
  case encoder(units: Int)
  /// A pattern of bits, the same shifted by one to the left, not at all or to the right, bits that leave on one side coming
  /// back on the other, and three units that say which.
  case shifter(bits: Int)
  /// Twenty words, again and again: a letter in each of three groups of ten, and what it means in 30 features, each on with
  /// a chance of 0.2.
  case words

  /// The number of words.
  static let wordCount = 20
  /// The chance that a bit of a pattern to shift is on.
  static let shifterDensity: Float = 0.3
  /// The chance that a feature belongs to a word's meaning.
  static let sememeDensity: Float = 0.2

  /// The values of a row.
  var width: Int {
    switch self {
    case .encoder(let units): 2 * units
    case .shifter(let bits): 2 * bits + 3
    case .words: 60
    }
  }

  /// The different patterns; nil where they are drawn.
  var patterns: Int? {
    switch self {
    case .encoder(let units): units
    case .shifter: nil
    case .words: Self.wordCount
    }
  }

  /// The sets for a number of training and of test examples; drawn patterns of the two have nothing to do with each other.
  func splits(training: Int, test: Int, seed: UInt64) throws -> DatasetSplits {
    func set(_ name: String, _ count: Int, part: Int) throws -> Dataset {
      try Dataset(
        name: name, format: RowFormat(element: .float, shape: [width], classes: 0), count: count,
        generator: BinaryPatterns(self, part: patterns == nil ? part : 0, seed: seed))
    }
    return try DatasetSplits(
      training: set("binary patterns", training, part: 0), test: set("binary test patterns", test, part: 1))
  }
}

/// The rows of a binary task.
struct BinaryPatterns: RowGenerator {
  private let task: BinaryTask
  private let part: Int
  private let seed: UInt64
  private let words: [[Bool]]

  /// The rows of part `part` under `seed`.
  init(_ task: BinaryTask, part: Int, seed: UInt64) {
    self.task = task
    self.part = part
    self.seed = seed
    words = task == .words ? Self.words(seed: seed) : []
  }

  var contentHash: UInt64 {
    let kind: Int =
      switch task {
      case .encoder: 1
      case .shifter: 2
      case .words: 3
      }
    // Encoder patterns are the same under every seed.
    return [kind, task.width, part].reduce(kind == 1 ? 0 : seed) {
      ($0 &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(bitPattern: Int64($1))
    }
  }

  func write(_ example: Int, into row: UnsafeMutableRawBufferPointer) {
    let values = row.bindMemory(to: Float.self)
    switch task {
    case .encoder(let units):
      values[example % units] = 1
      values[units + example % units] = 1
    case .shifter(let bits): writeShift(example, bits, values)
    case .words:
      for (place, isOn) in words[example % words.count].enumerated() { values[place] = isOn ? 1 : 0 }
    }
  }

  private func writeShift(_ example: Int, _ bits: Int, _ values: UnsafeMutableBufferPointer<Float>) {
    var draws = RandomSequence(
      RandomAddress(seed: seed, step: 0, stream: .generator(176 + part)), example: UInt32(example))
    let shift = draws.integer(below: 3)
    for bit in 0..<bits where draws.uniform() < BinaryTask.shifterDensity {
      values[bit] = 1
      values[bits + (bit + shift - 1 + bits) % bits] = 1
    }
    values[2 * bits + shift] = 1
  }

  /// Words with different letters and different meanings, none of which is empty.
  private static func words(seed: UInt64) -> [[Bool]] {
    var draws = RandomSequence(RandomAddress(seed: seed, step: 0, stream: .generator(178)), example: 0)
    var letters = Set<[Bool]>()
    var meanings: Set<[Bool]> = [[Bool](repeating: false, count: 30)]
    return (0..<BinaryTask.wordCount).map { _ in
      var word: [Bool]
      repeat {
        word = [Bool](repeating: false, count: 30)
        for position in 0..<3 { word[10 * position + draws.integer(below: 10)] = true }
      } while !letters.insert(word).inserted
      var meaning: [Bool]
      repeat {
        meaning = (0..<30).map { _ in draws.uniform() < BinaryTask.sememeDensity }
      } while !meanings.insert(meaning).inserted
      return word + meaning
    }
  }
}

extension DataConfiguration {
  /// The binary task of the source; nil for other sources.
  var binaryTask: BinaryTask? {
    switch source {
    case .encoder: .encoder(units: features ?? 4)
    case .shifter: .shifter(bits: features ?? 8)
    case .words: .words
    default: nil
    }
  }

  func openBinaryTask(_ task: BinaryTask) throws -> DatasetSplits {
    if let features {
      let most = 10_000
      guard task != .words, (2...most).contains(features) else {
        throw DataError(
          .configuration,
          task == .words
            ? "data.features is \(features); words always have 30 letters and 30 features of meaning, leave it out"
            : "data.features is \(features); 2 to \(most) is allowed")
      }
    }
    return try task.splits(
      training: trainingCount.map { $0 + validationCount } ?? task.patterns ?? 1000 + validationCount,
      test: testCount ?? task.patterns ?? 1000, seed: seed)
  }
}
