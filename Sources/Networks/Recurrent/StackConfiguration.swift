/// The layers of a recurrent network: a number of equal ones, or a list.
///
/// ```yaml
/// units: 256
/// layers: 2            # or: layers: [{units: 36}, {units: 20}]
/// ```
public enum StackConfiguration: Codable, Hashable, Sendable {
  /// So many layers of `units` each.
  case count(Int)
  /// Each layer by itself.
  case list([Layer])

  /// One layer.
  public struct Layer: Codable, Hashable, Sendable {
    /// The outputs of a step.
    public var units: Int

    /// A layer of `units` outputs.
    public init(units: Int) {
      self.units = units
    }
  }

  /// Decodes the number or the list.
  public init(from decoder: any Decoder) throws {
    if let count = try? decoder.singleValueContainer().decode(Int.self) {
      self = .count(count)
    } else {
      self = .list(try [Layer](from: decoder))
    }
  }

  /// Encodes the number or the list.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .count(let count):
      var container = encoder.singleValueContainer()
      try container.encode(count)
    case .list(let layers): try layers.encode(to: encoder)
    }
  }

  /// The units of each layer.
  ///
  /// - Throws: `ConfigurationError` that says what is allowed.
  public static func units(
    _ units: Int?, _ layers: StackConfiguration?
  ) throws(ConfigurationError) -> [Int] {
    let result: [Int]
    switch (units, layers) {
    case (let units?, nil): result = [units]
    case (let units?, .count(let count)):
      guard (1...64).contains(count) else {
        throw ConfigurationError("model.layers is \(count): it must be between 1 and 64")
      }
      result = Array(repeating: units, count: count)
    case (nil, .list(let layers)):
      guard (1...64).contains(layers.count) else {
        throw ConfigurationError("model.layers has \(layers.count) entries: it must have between 1 and 64")
      }
      result = layers.map { $0.units }
    default:
      throw ConfigurationError(
        "model: say how large the layers are, either «units: 256» (with «layers: 2» for two of them) or "
          + "«layers: [{units: 36}, {units: 20}]»")
    }
    for units in result where !(1...1 << 16).contains(units) {
      throw ConfigurationError("model.units is \(units): it must be between 1 and \(1 << 16)")
    }
    return result
  }
}
