/// What a config says of sequences, among the other keys of `data:`.
public struct SequenceOptions: Sendable, Hashable {
  /// The steps of a training window; null: 50 of a text or a stream, whole pieces of music.
  public var window: Int?
  /// The steps of a window in evaluation, at the beginning of which states begin anew; null: 1,000, whole pieces of music.
  public var evaluationWindow: Int?
  /// The file of the validation text (`text`).
  public var validationFile: String?
  /// The part of the training file, at its end, that is held back for validation (`text`, `series`). Default 0.
  public var validationFraction = 0.0
  /// The part of the file, at its end, that is tested on where there is no `test_file` (`text`, `series`). Default 0.1.
  public var testFraction = 0.1
  /// Which symbols a text model knows: those of the `training` text, or of `all`. Default `training`.
  var alphabet: TextData.Alphabet = .training
  /// The length of generated sequences: T of `adding`, `multiplication` and `two_sequence`, the lag of `long_lag`, the bits,
  /// consonants, sentences or symbols of a stream; null: as in the paper.
  public var length: Int?
  /// The length of a generated test stream; null: as `length`.
  public var testLength: Int?
  /// Which of the paper's variants: 2a, 2b or 2c of `long_lag`, 3a, 3b or 3c of `two_sequence`, 6a or 6b of
  /// `temporal_order`; null: the first.
  public var experiment: String?
  /// The number of elements that carry the class in `two_sequence`. Default 3.
  public var information = 3
  /// The number of distractor symbols in experiment 2c; null: as many as the lag.
  public var distractors: Int?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case window
    case evaluationWindow = "evaluation_window"
    case validationFile = "validation_file"
    case validationFraction = "validation_fraction"
    case testFraction = "test_fraction"
    case alphabet, length
    case testLength = "test_length"
    case experiment, information, distractors
  }

  /// Nothing set.
  public init() {}

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    window = try keys.decodeIfPresent(Int.self, forKey: .window)
    evaluationWindow = try keys.decodeIfPresent(Int.self, forKey: .evaluationWindow)
    validationFile = try keys.decodeIfPresent(String.self, forKey: .validationFile)
    validationFraction =
      try keys.decodeIfPresent(Double.self, forKey: .validationFraction) ?? validationFraction
    testFraction = try keys.decodeIfPresent(Double.self, forKey: .testFraction) ?? testFraction
    alphabet = try keys.decodeIfPresent(TextData.Alphabet.self, forKey: .alphabet) ?? alphabet
    length = try keys.decodeIfPresent(Int.self, forKey: .length)
    testLength = try keys.decodeIfPresent(Int.self, forKey: .testLength)
    experiment = try keys.decodeIfPresent(String.self, forKey: .experiment)
    information = try keys.decodeIfPresent(Int.self, forKey: .information) ?? information
    distractors = try keys.decodeIfPresent(Int.self, forKey: .distractors)
  }

  func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: CodingKeys.self)
    try keys.encode(window, forKey: .window)
    try keys.encode(evaluationWindow, forKey: .evaluationWindow)
    try keys.encode(validationFile, forKey: .validationFile)
    try keys.encode(validationFraction, forKey: .validationFraction)
    try keys.encode(testFraction, forKey: .testFraction)
    try keys.encode(alphabet, forKey: .alphabet)
    try keys.encode(length, forKey: .length)
    try keys.encode(testLength, forKey: .testLength)
    try keys.encode(experiment, forKey: .experiment)
    try keys.encode(information, forKey: .information)
    try keys.encode(distractors, forKey: .distractors)
  }
}
