import Foundation

/// What a tensor looks like from afar.
public struct TensorStatistics: Sendable, Hashable {
  /// The name, type and extents.
  public let entry: TensorEntry
  /// The smallest finite value; 0 where there is none.
  public let minimum: Double
  /// The mean of the finite values; 0 where there is none.
  public let mean: Double
  /// The greatest finite value; 0 where there is none.
  public let maximum: Double
  /// The Euclidean norm of the finite values: `√Σ x²`.
  public let norm: Double
  /// How many values are infinite or not a number.
  public let nonFiniteCount: Int
}

extension SafetensorsFile {
  /// The statistics of one tensor, summed in double precision in one pass.
  public func statistics(of entry: TensorEntry) throws(CheckpointError) -> TensorStatistics {
    let pieces = try TensorPieces(entry, in: self)
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    var (sum, squares) = (0.0, 0.0)
    var (count, nonFinite) = (0, 0)
    var offset = 0
    while offset < pieces.byteCount {
      let bytes = try pieces.read(at: offset)
      for index in 0..<bytes.count / entry.type.size {
        let value = entry.type.value(index, of: bytes)
        guard value.isFinite else {
          nonFinite += 1
          continue
        }
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        sum += value
        squares += value * value
        count += 1
      }
      offset += bytes.count
    }
    return TensorStatistics(
      entry: entry, minimum: count > 0 ? minimum : 0, mean: count > 0 ? sum / Double(count) : 0,
      maximum: count > 0 ? maximum : 0, norm: squares.squareRoot(), nonFiniteCount: nonFinite)
  }
}

extension TensorStatistics: CustomStringConvertible {
  /// One line: `network/0.dense.weight F32 [300, 784] min -0.21 mean 0.0004 max 0.2 norm 31.5`.
  public var description: String {
    let figures = [("min", minimum), ("mean", mean), ("max", maximum), ("norm", norm)]
      .map { "\($0.0) \(String(format: "%.5g", $0.1))" }.joined(separator: " ")
    let warning = nonFiniteCount > 0 ? " (\(nonFiniteCount) not finite)" : ""
    return "\(entry.name) \(entry.type.rawValue) \(entry.extents) \(figures)\(warning)"
  }
}
