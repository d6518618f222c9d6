import Networks

/// What a config says of the data: where they come from, how many, how they are prepared and how they reach workers.
public struct DataConfiguration: Codable, Sendable, Hashable {
  /// Where the examples come from.
  public enum Source: String, Codable, Sendable, Hashable, CaseIterable {
    /// Generated handwritten-like digits.
    case digits
    /// The four files of MNIST, or of a set with the same names, in `directory`.
    case mnist
    /// IDX files by name.
    case idx
    /// Tables of numbers as text, by name.
    case csv
    /// Bell-shaped clouds of points, one a class.
    case blobs
    /// Two interleaved half circles of points.
    case moons
    /// Bell-shaped clouds of points on a circle, one a class.
    case gaussians
    /// Two classes that a plane separates with a known margin.
    case separable
    /// Rosenblatt's retina: a mark in the left or the right half.
    case leftRight = "left_right"
    /// Rosenblatt's retina: the outline of a square or a circle.
    case squareCircle = "square_circle"
    /// Random patterns of 0 and 1 for associative memories. The test set is the training set again: repeated, or only the
    /// newest, as `test_count` says.
    case patterns
    /// Ackley, Hinton and Sejnowski 1985: one of `features` units is on in both halves of a pattern.
    case encoder
    /// Hinton and Sejnowski 1986: random bits, the same shifted, and which way.
    case shifter
    /// Hinton and Sejnowski 1986: 20 words and their meanings.
    case words
    /// Hinton and Salakhutdinov 2006: images of curves through three random points.
    case curves
    /// Text files, symbol by symbol.
    case text
    /// Generated text of simple sentences.
    case grammar
    /// A file of music.
    case pianoRoll = "piano_roll"
    /// Generated chord progressions.
    case chords
    /// A series of measurements: the lines of a table.
    case series
    /// Elman 1990: bits, of which every third is the exclusive or of the two before it.
    case temporalXOR = "temporal_xor"
    /// Elman 1990: ba, dii and guuu in random order, as phonetic features.
    case letters
    /// Elman 1990: sentences without spaces, as codes of letters.
    case wordBoundaries = "word_boundaries"
    /// Elman 1990: sentences of nouns and verbs.
    case lexicalClasses = "lexical_classes"
    /// Hochreiter and Schmidhuber 1997, experiment 1.
    case embeddedReber = "embedded_reber"
    /// Experiments 2a, 2b and 2c.
    case longLag = "long_lag"
    /// Experiments 3a, 3b and 3c.
    case twoSequence = "two_sequence"
    /// Experiment 4.
    case adding
    /// Experiment 5.
    case multiplication
    /// Experiments 6a and 6b.
    case temporalOrder = "temporal_order"
  }

  /// How the examples reach workers.
  public enum Access: String, Codable, Sendable, Hashable, CaseIterable {
    /// Every rank opens the files itself.
    case shared
    /// Only the coordinator opens them and sends rows ahead of use.
    case streamed
  }

  /// Where the examples come from. Default: `digits`, which needs no file.
  public var source: Source = .digits
  /// The directory of the files; relative names below are looked up in it.
  public var directory: String?
  /// The file of the training examples (`idx`, `csv`, `text`), or of all (`piano_roll`, `series`).
  public var trainingFile: String?
  /// The file of the training labels (`idx`).
  public var trainingLabels: String?
  /// The file of the test examples (`idx`, `csv`, `text`).
  public var testFile: String?
  /// The file of the test labels (`idx`).
  public var testLabels: String?
  /// Which column of a `csv` file holds the label: `first`, `last`, `none`, or the name that the header gives it.
  /// Default `last`, as in most UCI files.
  public var labelColumn = "last"
  /// Whether the first line of a `csv` file names the columns; null: it does where a feature in it is no number.
  public var header: Bool?
  /// What stands between the fields of a `csv` file. Default: a comma.
  public var delimiter = ","
  /// The number of features of `blobs` (default 2), `separable` (default 20) and `patterns` (default 100); of the units of
  /// one half of an `encoder` (4) and of the bits of a `shifter` (8).
  public var features: Int?
  /// The margin of `separable` data within a unit sphere, over 0 and under 0.9. Default 0.1.
  public var margin: Float = 0.1
  /// The standard deviation of the noise of `blobs`, `moons` and `gaussians`. Default 0.2.
  public var noise: Float = 0.2
  /// The number of classes; null: as many as the labels need, 10 for `mnist`, 3 for `blobs`, 8 for
  /// `gaussians`.
  public var classes: Int?
  /// The number of training examples; null: all there are, 60,000 generated digits, 10 patterns for each network, each
  /// pattern of `encoder` and `words` once, 1,000 of other generated data.
  public var trainingCount: Int?
  /// The number of test examples; null: all there are, 10,000 generated digits, 1,000 of other
  /// generated data, a fifth of a `csv` file that has no `test_file` beside it.
  public var testCount: Int?
  /// Whether the test set is the training set: for memories, which are tested on what they have stored. Default: no.
  public var testOnTraining = false
  /// The number of examples held back from the end of the training set. Default 0: none.
  public var validationCount = 0
  /// The seed of generated data. Not the run's: the data stay the same when a run is repeated with another seed.
  public var seed: UInt64 = 1
  /// How the examples reach workers. Default: `shared`.
  public var access: Access = .shared
  /// How stored values become inputs. Default: bytes to 0...1, floats as they are.
  public var normalization: NormalizationChoice = .automatic
  /// Pixels of background added on every side of an image. Default 0.
  public var padding = 0
  /// Distortions of training images. Default: none.
  public var augmentation = Augmentation()
  /// Whether each epoch has an order of its own. Default: yes. Where not, a text, a series or a stream is cut into as many
  /// parallel streams as the batch has examples, so that hidden states can be carried from step to step.
  public var shuffle = true
  /// What there is to say of sequences.
  public var sequences = SequenceOptions()
  /// What there is to say of random patterns.
  public var patterns = PatternOptions()

  /// Generated digits, nothing else set.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case source, directory
    case trainingFile = "training_file"
    case trainingLabels = "training_labels"
    case testFile = "test_file"
    case testLabels = "test_labels"
    case labelColumn = "label_column"
    case header, delimiter, features, margin, noise, classes
    case trainingCount = "training_count"
    case testCount = "test_count"
    case testOnTraining = "test_on_training"
    case validationCount = "validation_count"
    case seed, access, normalization, padding, augmentation, shuffle
  }

  /// Reads a configuration; keys that are absent have their defaults.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    source = try keys.decodeIfPresent(Source.self, forKey: .source) ?? source
    directory = try keys.decodeIfPresent(String.self, forKey: .directory)
    trainingFile = try keys.decodeIfPresent(String.self, forKey: .trainingFile)
    trainingLabels = try keys.decodeIfPresent(String.self, forKey: .trainingLabels)
    testFile = try keys.decodeIfPresent(String.self, forKey: .testFile)
    testLabels = try keys.decodeIfPresent(String.self, forKey: .testLabels)
    labelColumn = try keys.decodeIfPresent(String.self, forKey: .labelColumn) ?? labelColumn
    header = try keys.decodeIfPresent(Bool.self, forKey: .header)
    delimiter = try keys.decodeIfPresent(String.self, forKey: .delimiter) ?? delimiter
    features = try keys.decodeIfPresent(Int.self, forKey: .features)
    margin = try keys.decodeIfPresent(Float.self, forKey: .margin) ?? margin
    noise = try keys.decodeIfPresent(Float.self, forKey: .noise) ?? noise
    classes = try keys.decodeIfPresent(Int.self, forKey: .classes)
    trainingCount = try keys.decodeIfPresent(Int.self, forKey: .trainingCount)
    testCount = try keys.decodeIfPresent(Int.self, forKey: .testCount)
    testOnTraining = try keys.decodeIfPresent(Bool.self, forKey: .testOnTraining) ?? testOnTraining
    validationCount = try keys.decodeIfPresent(Int.self, forKey: .validationCount) ?? validationCount
    seed = try keys.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    access = try keys.decodeIfPresent(Access.self, forKey: .access) ?? access
    normalization =
      try keys.decodeIfPresent(NormalizationChoice.self, forKey: .normalization) ?? normalization
    padding = try keys.decodeIfPresent(Int.self, forKey: .padding) ?? padding
    augmentation = try keys.decodeIfPresent(Augmentation.self, forKey: .augmentation) ?? augmentation
    shuffle = try keys.decodeIfPresent(Bool.self, forKey: .shuffle) ?? shuffle
    if source.isSequence { sequences = try SequenceOptions(from: decoder) }
    if source == .patterns { patterns = try PatternOptions(from: decoder) }
  }

  /// Writes every key, those without a value as null, so that a resolved config shows what there is to set.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    try keys.encode(source, forKey: .source)
    try keys.encode(directory, forKey: .directory)
    try keys.encode(trainingFile, forKey: .trainingFile)
    try keys.encode(trainingLabels, forKey: .trainingLabels)
    try keys.encode(testFile, forKey: .testFile)
    try keys.encode(testLabels, forKey: .testLabels)
    try keys.encode(labelColumn, forKey: .labelColumn)
    try keys.encode(header, forKey: .header)
    try keys.encode(delimiter, forKey: .delimiter)
    try keys.encode(features, forKey: .features)
    try keys.encode(margin, forKey: .margin)
    try keys.encode(noise, forKey: .noise)
    try keys.encode(classes, forKey: .classes)
    try keys.encode(trainingCount, forKey: .trainingCount)
    try keys.encode(testCount, forKey: .testCount)
    try keys.encode(testOnTraining, forKey: .testOnTraining)
    try keys.encode(validationCount, forKey: .validationCount)
    try keys.encode(seed, forKey: .seed)
    try keys.encode(access, forKey: .access)
    try keys.encode(normalization, forKey: .normalization)
    try keys.encode(padding, forKey: .padding)
    try keys.encode(augmentation, forKey: .augmentation)
    try keys.encode(shuffle, forKey: .shuffle)
    if source.isSequence { try sequences.encode(to: encoder) }
    if source == .patterns { try patterns.encode(to: encoder) }
  }
}
