import Kernels
import Networks

/// Holds the weights into each unit to a largest Euclidean norm: rows w of weight slots that have grown beyond c become
/// w c / |w|.
///
/// Srebro & Shraibman 2005; beside dropout: Hinton et al. 2012. A row is what belongs to one index of the outermost extent
/// of a slot of two or more extents. Squares are added up in pieces that end where blocks of 1,024 parameters end, so that
/// a row that lies on two ranks has the same norm as on one. Cost of a step: one pass over the weights, and one message of
/// 8 bytes a piece.
package final class RowNorms {
  private struct Piece {
    var range: Range<Int>
    var row: Int
  }

  private let limit: Double
  private let group: ParameterGroup
  private let team: ThreadTeam
  private let pieces: [Piece]
  // The pieces of each row, and of this rank.
  private let rows: [Range<Int>]
  private let own: Range<Int>
  private let squares: UnsafeMutableBufferPointer<Double>
  private let exchange: any PreparedTransfers

  /// Prepares the rows of `group`. Collective.
  package init(
    of group: ParameterGroup, limit: Double, reduction: Reduction, replicas: any ReplicaGroup,
    team: ThreadTeam
  ) throws {
    self.group = group
    self.limit = limit
    self.team = team
    var pieces: [Piece] = []
    var rows: [Range<Int>] = []
    for (slot, offset) in zip(group.slots, group.offsets)
    where slot.shape.extents.count > 1 && slot.update == .optimizer {
      let width = slot.count / slot.shape.extents[0]
      for start in stride(from: offset, to: offset + slot.count, by: width) {
        let first = pieces.count
        var place = start
        while place < start + width {
          let end = min((place / LaneSum.blockSize + 1) * LaneSum.blockSize, start + width)
          pieces.append(Piece(range: place..<end, row: rows.count))
          place = end
        }
        rows.append(first..<pieces.count)
      }
    }
    self.pieces = pieces
    self.rows = rows
    squares = .zeros(max(pieces.count, 1))
    guard reduction == .exact, replicas.count > 1 else {
      own = pieces.indices
      exchange = NoTransfers()
      return
    }
    let shares = (0..<replicas.count).map { rank in
      let chunk = LaneSum.chunk(rank, of: replicas.count, count: group.buffer.count)
      func first(from place: Int) -> Int {
        pieces.firstIndex { $0.range.lowerBound >= place } ?? pieces.count
      }
      return first(from: chunk.lowerBound)..<first(from: chunk.upperBound)
    }
    own = shares[replicas.rank]
    exchange = try replicas.prepareAllGather(squares, ranges: shares, operation: "norms of weights")
  }

  deinit { squares.deallocate() }

  /// Shortens the rows that are too long, each rank its own part of them. Collective.
  package func apply() throws {
    let (pieces, rows, squares, base) = (pieces, rows, squares, group.buffer.base)
    try team.run { thread in
      for index in LanePlan.block(thread, of: team.count, from: own) {
        let range = pieces[index].range
        squares[index] = Kernels.Reduction.sumOfSquares(
          UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
      }
    }
    try exchange.start()
    try exchange.wait()
    try team.run { thread in
      for index in LanePlan.block(thread, of: team.count, from: own) {
        let square = rows[pieces[index].row].reduce(0) { $0 + squares[$1] }
        guard square > limit * limit else { continue }
        let range = pieces[index].range
        Elementwise.scale(
          UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count),
          by: Float(limit / square.squareRoot()))
      }
    }
  }
}
