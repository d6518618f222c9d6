/// One way in which the tensors of a file are not the ones that were asked for.
public enum TensorDifference: Sendable, Hashable, CustomStringConvertible {
  /// The file does not hold it.
  case missing(name: String, extents: [Int])
  /// Nobody asked for it.
  case unexpected(name: String, extents: [Int])
  /// The extents are others.
  case shape(name: String, wanted: [Int], found: [Int])
  /// The elements are of another type.
  case type(name: String, wanted: ElementType, found: ElementType)

  /// One line.
  public var description: String {
    switch self {
    case .missing(let name, let extents): "\(name) \(extents) is missing"
    case .unexpected(let name, let extents): "\(name) \(extents) is not wanted"
    case .shape(let name, let wanted, let found): "\(name) has shape \(found), wanted is \(wanted)"
    case .type(let name, let wanted, let found):
      "\(name) has elements of type \(found.rawValue), wanted are \(wanted.rawValue)"
    }
  }

  /// What separates `entries` from `destinations`, in the order of the destinations; empty if nothing does.
  static func between(_ entries: [TensorEntry], _ destinations: [TensorDestination]) -> [TensorDifference] {
    let found = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var differences: [TensorDifference] = []
    for wanted in destinations {
      guard let entry = found[wanted.name] else {
        differences.append(.missing(name: wanted.name, extents: wanted.extents))
        continue
      }
      if entry.extents != wanted.extents {
        differences.append(.shape(name: wanted.name, wanted: wanted.extents, found: entry.extents))
      }
      if entry.type != wanted.type {
        differences.append(.type(name: wanted.name, wanted: wanted.type, found: entry.type))
      }
    }
    let names = Set(destinations.map { $0.name })
    for entry in entries where !names.contains(entry.name) {
      differences.append(.unexpected(name: entry.name, extents: entry.extents))
    }
    return differences
  }
}
