/// Which input maps each output map of a convolution reads: the name of a table, or a list of lists.
public enum ConnectionsConfiguration: Codable, Hashable, Sendable {
  /// The table of layer C3 of LeNet-5: 60 links between 6 and 16 maps (LeCun 1998, table I).
  case lenet5C3
  /// The input maps of each output map.
  case table([[Int]])

  private static let lenet5C3Word = "lenet5-c3"

  /// Decodes the word, the number or the mapping.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard word == Self.lenet5C3Word else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "unknown connection table «\(word)»: allowed: \(Self.lenet5C3Word), "
              + "or a list of the input maps of each output map: [[0, 1], [1, 2]]"))
      }
      self = .lenet5C3
      return
    }
    self = .table(try decoder.singleValueContainer().decode([[Int]].self))
  }

  /// Encodes the shortest form that decodes to the same.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .lenet5C3: try container.encode(Self.lenet5C3Word)
    case .table(let table): try container.encode(table)
    }
  }

  /// The input maps of each output map.
  public var inputsOfOutputs: [[Int]] {
    switch self {
    case .table(let table): table
    case .lenet5C3:
      [
        [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],
        [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5],
        [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5],
        [0, 1, 2, 3, 4, 5],
      ]
    }
  }
}
