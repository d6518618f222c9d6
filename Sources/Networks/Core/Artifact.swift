/// Something that a model shows or makes: a picture, a text, a piece of music. Whoever receives it writes the file.
public struct Artifact: Sendable {
  /// The file's name without an extension: `samples`, `reconstructions`.
  public var name: String
  /// What it is.
  public var content: Content

  /// What an artifact is.
  public enum Content: Sendable {
    /// A picture; written as PNG.
    case picture(Picture)
    /// Images `[count, shape…]` of bytes; written as IDX.
    case images(shape: Shape, pixels: [UInt8])
    /// Rows of numbers with the names of their columns; written as CSV.
    case table(columns: [String], rows: [[Double]])
    /// A text, written as it is.
    case text(String)
    /// Pieces of music, each a list of steps of MIDI notes; written as JSON and as a standard MIDI file.
    case music([[[Int]]])
  }

  /// An artifact.
  public init(_ name: String, _ content: Content) {
    self.name = name
    self.content = content
  }
}

/// A model that shows how far it is: pictures that appear in the run directory with every evaluation.
public protocol IllustratedModel: Model {
  /// The pictures after `progress`.
  ///
  /// - Parameter examples: some test examples, at most the model's maximum batch.
  func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact]

  /// Figures that are no sums over examples, under their standard names; they stand beside those of the test set.
  ///
  /// - Parameter examples: the same test examples.
  func figures(of examples: Batch) throws -> [String: Double]
}

extension IllustratedModel {
  /// None, unless a model says otherwise.
  public func figures(of examples: Batch) throws -> [String: Double] { [:] }
}

/// What `tenfold sample` asks of a model.
public struct SampleRequest: Sendable {
  /// How many samples.
  public var count: Int
  /// The seed of all draws.
  public var seed: UInt64
  /// The length of each sequence in steps.
  public var steps: Int
  /// What logits are divided by before a symbol is drawn: 1 draws from the model's own distribution, 0 takes the most
  /// likely.
  public var temperature: Double
  /// The text that a sequence begins with.
  public var prompt: String
  /// The class to draw, or nil for any.
  public var label: Int?
  /// The groups of units that are clamped, each with its states: `v1=0100`.
  public var clamp: [String]

  /// A request.
  public init(
    count: Int, seed: UInt64, steps: Int = 200, temperature: Double = 1, prompt: String = "",
    label: Int? = nil, clamp: [String] = []
  ) {
    self.count = count
    self.seed = seed
    self.steps = steps
    self.temperature = temperature
    self.prompt = prompt
    self.label = label
    self.clamp = clamp
  }
}

/// A model that can be drawn from: `tenfold sample`.
public protocol SamplingModel: Model {
  /// Draws samples: a function of the parameters and of the request.
  func samples(_ request: SampleRequest) throws -> [Artifact]
}

/// A model that can be drawn from with some of its units clamped: `tenfold sample --clamp`.
public protocol ClampedModel: SamplingModel {}

/// A model with an inner code for each example: `tenfold encode`.
public protocol EncodingModel: Model {
  /// The shape of one code.
  var code: Shape { get }
  /// Writes the codes of a batch `[code…, batch]`.
  func encode(_ batch: Batch, into codes: Tensor) throws
}

/// A set of prepared examples, for figures that need all of them at once.
public protocol ExampleMatrix {
  /// The number of examples.
  var count: Int { get }
  /// The values of one example, after preparation.
  var features: Int { get }
  /// The prepared examples of `range`, row-major `[range.count, features]`.
  func rows(_ range: Range<Int>) throws -> [Float]
  /// The labels of `range`; empty where there are none.
  func labels(_ range: Range<Int>) -> [Int]
}

extension ExampleMatrix {
  /// Writes the prepared examples of `range` as columns, `[features, range.count]`.
  package func write(_ range: Range<Int>, toColumnsOf block: FlatBuffer) throws {
    for (place, value) in try rows(range).enumerated() {
      block.base[place % features * range.count + place / features] = value
    }
  }
}

/// A model with figures that are no sums over examples: likelihoods by Parzen windows, distances to an optimum.
///
/// `tenfold evaluate` computes them, at the coordinator.
public protocol AssessedModel: Model {
  /// The figures, under their standard names.
  func assess(training: any ExampleMatrix, test: any ExampleMatrix, seed: UInt64) throws -> [String: Double]
  /// The same, with the examples that are held back for choices; nil where there are none.
  func assess(
    training: any ExampleMatrix, validation: (any ExampleMatrix)?, test: any ExampleMatrix, seed: UInt64
  ) throws -> [String: Double]
}

extension AssessedModel {
  /// Chooses nothing, unless a model says otherwise.
  public func assess(
    training: any ExampleMatrix, validation: (any ExampleMatrix)?, test: any ExampleMatrix, seed: UInt64
  ) throws -> [String: Double] {
    try assess(training: training, test: test, seed: seed)
  }
}
