import Networks
import TenfoldCLI
import Testing

private enum Activation: String, Codable, CaseIterable { case tanh, relu, logistic }

private enum Padding: String, Codable { case same, valid }

private struct Dense: Codable, Equatable {
  var units: Int
  var activation: Activation?
}

private struct Flatten: Codable, Equatable {}

private enum LayerChoice: Codable, Equatable {
  case dense(Dense)
  case flatten(Flatten)

  private enum CodingKeys: String, CodingKey { case dense, flatten }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard container.allKeys.count == 1, let key = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a layer is one key"))
    }
    switch key {
    case .dense: self = .dense(try container.decode(Dense.self, forKey: key))
    case .flatten: self = .flatten(try container.decode(Flatten.self, forKey: key))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .dense(let dense): try container.encode(dense, forKey: .dense)
    case .flatten(let flatten): try container.encode(flatten, forKey: .flatten)
    }
  }
}

private struct Rate: Codable, Equatable {
  var value: Double
  init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(Double.self)
    guard value > 0 else { throw ConfigurationError("a learning rate is above 0, not \(value)") }
  }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

private struct Run: Codable, Equatable {
  struct Network: Codable, Equatable {
    var layers: [LayerChoice]
    var lossName: String?
    enum CodingKeys: String, CodingKey, CaseIterable {
      case layers
      case lossName = "loss_name"
    }
  }
  var model: Network
  var seed: UInt64
  var rate: Rate
  var small: UInt8?
  var single: Float?
  var padding: Padding?
  var shuffle: Bool?
  var shape: [Int]?
  var schedule: [String: Double]?
}

@Suite("Decoding a configuration strictly")
struct ConfigurationDecoderTests {
  private let good = """
    model:
      layers:
        - dense: {units: 120, activation: tanh}
        - flatten: {}
      loss_name: text
    seed: 18446744073709551615
    rate: 1
    """

  private func run(_ yaml: String) throws -> Run {
    try ConfigurationDecoder().decode(Run.self, from: ConfigurationValue(yaml: yaml, source: "run.yaml"))
  }

  private func error(_ yaml: String) -> String {
    do {
      return "no error, but \(try run(yaml))"
    } catch { return "\(error)" }
  }

  @Test("A good configuration decodes")
  func decoding() throws {
    let run = try run(good + "\nsmall: 2.55e2\nsingle: 0.1\nshape: [1, 2]\nschedule: {warm_up: 1, 10: 0.5}")
    #expect(run.model.layers == [.dense(Dense(units: 120, activation: .tanh)), .flatten(Flatten())])
    #expect(run.seed == .max)
    #expect(run.rate.value == 1)
    #expect(run.small == 255)
    #expect(run.single == 0.1)
    #expect(run.schedule == ["warm_up": 1, "10": 0.5])
    #expect(run.padding == nil)
  }

  @Test("An unknown key is refused with path, line, the nearest key and all allowed ones")
  func unknownKeys() {
    #expect(
      error(good.replacing("loss_name", with: "los_name"))
        == "run.yaml, line 5: unknown key «model.los_name»: did you mean «loss_name»? allowed: layers, loss_name"
    )
    #expect(
      error(good + "\nxyzzy: 1").hasPrefix(
        "run.yaml, line 8: unknown key «xyzzy»; allowed: model, seed, rate"))
    #expect(
      error(good.replacing("units: 120", with: "units: 120, unit: 3"))
        == "run.yaml, line 3: unknown key «model.layers.0.dense.unit»: did you mean «units»? allowed: units, activation"
    )
    #expect(
      error(good.replacing("flatten: {}", with: "flatten: {a: 1}")).contains(
        "«model.layers.1.flatten.a»; nothing can be set here"))
    #expect(
      error(good.replacing("flatten: {}", with: "flatten: 5")).contains(
        "found the integer 5, but there is nothing to set here"))
    #expect(
      error(good.replacing("flatten:", with: "flaten:")).contains("unknown key «model.layers.1.flaten»"))
  }

  @Test("A missing key is refused, and a misspelt one named")
  func missingKeys() {
    #expect(
      error(good.replacing("rate", with: "rtae"))
        == "run.yaml, line 1: the key «rate» is missing: is «rtae» (line 7) meant?")
    #expect(
      error(good.replacing("layers:", with: "leyars:"))
        == "run.yaml, line 2: model: the key «layers» is missing: is «leyars» (line 2) meant?")
    #expect(error("seed: 1").contains("the key «model» is missing"))
  }

  @Test("A wrong type is refused with what was found and what is expected")
  func wrongTypes() {
    #expect(
      error(good.replacing("120", with: "ten"))
        == "run.yaml, line 3: model.layers.0.dense.units: found the text «ten», expected an integer without quotes"
    )
    #expect(error(good.replacing("120", with: "1.5")).contains("found the number 1.5, expected an integer"))
    #expect(error(good.replacing("120", with: "")).contains("found nothing (null), expected an integer"))
    #expect(
      error(good.replacing("120", with: "1e30")).contains("expected an integer from -9223372036854775808 to"))
    #expect(
      error(good + "\nsmall: 256").contains("small: found the integer 256, expected an integer from 0 to 255")
    )
    #expect(error(good + "\nsingle: 1e60").contains("single precision"))
    #expect(error(good + "\nsingle: .nan").contains("found the number .nan"))
    #expect(error(good + "\nshuffle: yes").contains("expected true or false (write true)"))
    #expect(
      error(good + "\nshape: 3").contains("run.yaml, line 8: shape: found the integer 3, expected a list"))
    #expect(error(good + "\nshape: [1, a]").contains("shape.1: found the text «a»"))
    #expect(error(good.replacing("text", with: "5")).contains("expected text (put it in quotes)"))
    #expect(error("[1, 2]").contains("found a list of 2, expected a map"))
    #expect(error("3").contains("found the integer 3, expected a map"))
  }

  @Test("A word that an enumeration does not know is refused with the words that it knows")
  func words() {
    #expect(
      error(good.replacing("activation: tanh", with: "activation: tahn"))
        == "run.yaml, line 3: model.layers.0.dense.activation: «tahn» is not allowed here: did you mean «tanh»? "
        + "Allowed: tanh, relu, logistic")
    #expect(error(good + "\npadding: full").contains("padding: «full» is not allowed here"))
  }

  @Test("An error of the type itself carries path and line")
  func ownErrors() {
    #expect(
      error(good.replacing("rate: 1", with: "rate: -1"))
        == "run.yaml, line 7: rate: a learning rate is above 0, not -1.0")
    #expect(
      error(good.replacing("- flatten: {}", with: "- {}")).contains(
        "run.yaml, line 4: model.layers.1: a layer is one key"))
  }

  @Test("An override is named in the place of a line")
  func overrides() throws {
    let tree = try ConfigurationValue(yaml: good, source: "run.yaml").applying(overrides: ["modle.layers.0=3"]
    )
    let text = #expect(throws: ConfigurationError.self) {
      try ConfigurationDecoder().decode(Run.self, from: tree)
    }
    #expect(text?.description.hasPrefix("--set modle.layers.0=3: unknown key «modle»") == true)
    #expect(text?.description.contains("did you mean «model»") == true)
  }

  @Test("Every list entry must be used")
  func lists() throws {
    struct Pair: Decodable {
      init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = try container.decode(Int.self)
        _ = try container.decode(Int.self)
      }
    }
    func decode(_ yaml: String) throws {
      _ = try ConfigurationDecoder().decode(Pair.self, from: ConfigurationValue(yaml: yaml, source: "x"))
    }
    try decode("[1, 2]")
    let long = #expect(throws: ConfigurationError.self) { try decode("[1, 2, 3]") }
    #expect(long?.description == "x, line 1: the list has 3 entries, expected 2")
    let short = #expect(throws: ConfigurationError.self) { try decode("[1]") }
    #expect(short?.description.contains("only 1 entries") == true)
  }

  @Test("A type may try one form after another, and nested containers are strict too")
  func forms() throws {
    struct Either: Decodable, Equatable {
      var units: Int
      private enum Keys: String, CodingKey { case dense, units, other }
      init(from decoder: any Decoder) throws {
        if let units = try? decoder.singleValueContainer().decode(Int.self) {
          self.units = units
        } else {
          let nested = try decoder.container(keyedBy: Keys.self).nestedContainer(
            keyedBy: Keys.self, forKey: .dense)
          units = try nested.decode(Int.self, forKey: .units)
        }
      }
    }
    func decode(_ yaml: String) throws -> Int {
      try ConfigurationDecoder().decode(Either.self, from: ConfigurationValue(yaml: yaml, source: "x")).units
    }
    #expect(try decode("3") == 3)
    #expect(try decode("{dense: {units: 4}}") == 4)
    #expect(throws: ConfigurationError.self) { try decode("{dense: {units: 4, other: 1}}") }
    #expect(throws: ConfigurationError.self) { try decode("{dense: {units: 4}, other: 1}") }
  }
}
