import Foundation

/// How one tensor of a checkpoint relates to the one of the same name in another.
public struct TensorComparison: Sendable, Hashable, CustomStringConvertible {
  /// The outcome.
  public enum Outcome: Sendable, Hashable {
    /// All bits are equal.
    case equalBits
    /// Only the first checkpoint has it.
    case onlyInFirst
    /// Only the second checkpoint has it.
    case onlyInSecond
    /// Types or extents differ.
    case otherShape(first: String, second: String)
    /// `count` of all elements differ in their bits; the greatest `|a - b|` is `maximum`.
    ///
    /// Elements that are not finite count, but take no part in the maximum.
    case differs(maximum: Double, count: Int, of: Int)
  }

  /// The name of the tensor.
  public let name: String
  /// The outcome.
  public let outcome: Outcome

  /// One line.
  public var description: String {
    switch outcome {
    case .equalBits: "\(name): equal bits"
    case .onlyInFirst: "\(name): only in the first"
    case .onlyInSecond: "\(name): only in the second"
    case .otherShape(let first, let second): "\(name): \(first) → \(second)"
    case .differs(let maximum, let count, let all):
      "\(name): \(count) of \(all) values differ, by at most \(String(format: "%.5g", maximum))"
    }
  }
}

extension SafetensorsFile {
  /// Compares the tensors of two files by name: first those of this file, then those that only `other` has.
  ///
  /// Cost: one pass over both files.
  public func compare(with other: SafetensorsFile) throws(CheckpointError) -> [TensorComparison] {
    let others = Dictionary(uniqueKeysWithValues: other.entries.map { ($0.name, $0) })
    var comparisons: [TensorComparison] = []
    for entry in entries {
      let outcome: TensorComparison.Outcome
      if let match = others[entry.name] {
        outcome = try compare(entry, with: match, in: other)
      } else {
        outcome = .onlyInFirst
      }
      comparisons.append(TensorComparison(name: entry.name, outcome: outcome))
    }
    let names = Set(entries.map { $0.name })
    for entry in other.entries where !names.contains(entry.name) {
      comparisons.append(TensorComparison(name: entry.name, outcome: .onlyInSecond))
    }
    return comparisons
  }

  private func compare(
    _ entry: TensorEntry, with match: TensorEntry, in other: SafetensorsFile
  ) throws(CheckpointError) -> TensorComparison.Outcome {
    guard entry.type == match.type, entry.extents == match.extents else {
      return .otherShape(
        first: "\(entry.type.rawValue) \(entry.extents)", second: "\(match.type.rawValue) \(match.extents)")
    }
    let first = try TensorPieces(entry, in: self)
    let second = try TensorPieces(match, in: other)
    let size = entry.type.size
    var (maximum, count, offset) = (0.0, 0, 0)
    while offset < first.byteCount {
      let (a, b) = (try first.read(at: offset), try second.read(at: offset))
      if memcmp(a.baseAddress!, b.baseAddress!, a.count) != 0 {
        for index in 0..<a.count / size
        where memcmp(a.baseAddress! + index * size, b.baseAddress! + index * size, size) != 0 {
          count += 1
          let difference = abs(entry.type.value(index, of: a) - entry.type.value(index, of: b))
          if difference.isFinite { maximum = max(maximum, difference) }
        }
      }
      offset += a.count
    }
    return count == 0 ? .equalBits : .differs(maximum: maximum, count: count, of: entry.count)
  }
}
