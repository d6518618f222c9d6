import Networks

/// Texts as sequences of symbols: what is to be said at a symbol is the next one.
struct TextData {
  /// Which symbols there are.
  enum Alphabet: String, Codable, Sendable, Hashable, CaseIterable {
    /// Those of the training text; others are errors.
    case training
    /// Those of all texts.
    case all
  }

  /// A text with what it is called.
  struct Text {
    let name: String
    let scalars: ArraySlice<Unicode.Scalar>
    /// Says where code point `index` of `scalars` stands.
    let place: @Sendable (_ index: Int) -> String
  }

  let windows: WindowPlan
  let alphabet: Alphabet

  /// The sets of these texts.
  ///
  /// - Throws: `DataError` where a text is too short, or has symbols that are not in the alphabet.
  func splits(training: Text, validation: Text?, test: Text) throws -> DatasetSplits {
    let texts = [training, test] + [validation].compactMap { $0 }
    for text in texts where text.scalars.count < 2 {
      throw DataError(
        .inconsistent,
        "\(text.name): has \(text.scalars.count) symbol\(text.scalars.count == 1 ? "" : "s"); at least 2 are needed, one and"
          + " the next")
    }
    let vocabulary = Vocabulary(alphabet == .all ? texts.flatMap(\.scalars) : Array(training.scalars))
    guard vocabulary.count <= SequenceLayout.largestAlphabet else {
      throw DataError(
        .inconsistent,
        "\(training.name): has \(vocabulary.count) distinct symbols; at most \(SequenceLayout.largestAlphabet) can be told"
          + " apart")
    }
    return try DatasetSplits(
      training: set(training, vocabulary, training: true), test: set(test, vocabulary, training: false),
      validation: validation.map { try set($0, vocabulary, training: false) })
  }

  private func set(_ text: Text, _ vocabulary: Vocabulary, training: Bool) throws -> Dataset {
    let step = SequenceFormat.Step.symbols(vocabulary.count)
    let format = SequenceFormat(
      steps: 1, input: step, target: step, isStream: windows.streams != nil, symbols: vocabulary.names)
    let pieces = [0..<text.scalars.count]
    return try SequencePieces(
      format, steps: encoded(text, vocabulary),
      windows: training
        ? windows.trainingWindows(of: pieces, name: text.name) : windows.evaluationWindows(of: pieces)
    ).dataset(name: text.name)
  }

  private func encoded(_ text: Text, _ vocabulary: Vocabulary) throws -> [UInt8] {
    var bytes: [UInt8] = []
    let isWide = vocabulary.count > 256
    bytes.reserveCapacity(text.scalars.count * (isWide ? 2 : 1))
    for (index, scalar) in text.scalars.enumerated() {
      guard let number = vocabulary.number(of: scalar) else {
        throw DataError(
          .inconsistent,
          "\(text.name): the symbol '\(scalar.escaped(asASCII: false))' (U+\(String(scalar.value, radix: 16, uppercase: true)))"
            + " at \(text.place(index)) does not occur in the training text; remove it, or set data.alphabet to all"
        )
      }
      if isWide {
        withUnsafeBytes(of: UInt16(number)) { bytes.append(contentsOf: $0) }
      } else {
        bytes.append(UInt8(number))
      }
    }
    return bytes
  }
}
