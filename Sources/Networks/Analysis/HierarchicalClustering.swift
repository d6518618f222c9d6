/// A tree of points: again and again, the two groups are joined whose members are nearest on average.
///
/// Distances are Euclidean, the linkage is the mean over all pairs of members (Sokal and Michener 1958). Cost: n³ of n points.
public struct HierarchicalClustering: Sendable {
  /// Two nodes become one. Nodes 0 to n - 1 are the points, node n + i is the result of join i.
  public struct Join: Sendable, Hashable {
    /// The node of the lower number.
    public let left: Int
    /// The other node.
    public let right: Int
    /// The mean distance of their members.
    public let distance: Double
  }

  /// The number of points.
  public let count: Int
  /// The joins in their order, one less than there are points.
  public let joins: [Join]

  /// The tree of points of one dimension.
  public init(_ points: [[Double]]) {
    precondition(
      !points.isEmpty && points.allSatisfy { $0.count == points[0].count }, "points of one dimension")
    count = points.count
    var distances = points.map { a in
      points.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot() }
    }
    var nodes = Array(points.indices)
    var sizes = points.map { _ in 1.0 }
    var joins: [Join] = []
    while nodes.count > 1 {
      var (best, a, b) = (Double.infinity, 0, 1)
      for i in nodes.indices {
        for j in i + 1..<nodes.count where distances[i][j] < best { (best, a, b) = (distances[i][j], i, j) }
      }
      joins.append(Join(left: min(nodes[a], nodes[b]), right: max(nodes[a], nodes[b]), distance: best))
      let total = sizes[a] + sizes[b]
      for other in nodes.indices where other != a && other != b {
        let mean = (sizes[a] * distances[a][other] + sizes[b] * distances[b][other]) / total
        (distances[a][other], distances[other][a]) = (mean, mean)
      }
      sizes[a] = total
      nodes[a] = points.count + joins.count - 1
      nodes.remove(at: b)
      sizes.remove(at: b)
      distances.remove(at: b)
      for row in distances.indices { distances[row].remove(at: b) }
    }
    self.joins = joins
  }

  /// The points below `node`, from left to right.
  public func points(below node: Int) -> [Int] {
    guard node >= count else { return [node] }
    let join = joins[node - count]
    return points(below: join.left) + points(below: join.right)
  }

  /// The cluster of each point where the tree is cut into `number` of them.
  public func clusters(_ number: Int) -> [Int] {
    precondition((1...count).contains(number), "\(number) clusters of \(count) points")
    // The last joins are undone.
    var roots = [count + joins.count - 1]
    for node in (count..<count + joins.count).reversed().prefix(number - 1) {
      roots.removeAll { $0 == node }
      roots += [joins[node - count].left, joins[node - count].right]
    }
    var clusters = Array(repeating: 0, count: count)
    for (number, root) in roots.sorted().enumerated() {
      for point in points(below: root) { clusters[point] = number }
    }
    return clusters
  }
}
