/// The one binary tree in which lanes are added, whoever executes them.
///
/// Node (level k, index i) is the sum of lanes i·2^k ..< (i+1)·2^k, as far as there are such lanes:
///
///     sum(k, i) = sum(k-1, 2i) + sum(k-1, 2i+1)
///
/// where a node without lanes is left out. Floating-point addition is commutative but not associative, so a fixed
/// tree is what makes the sum the same bits on any number of ranks. A contiguous block of lanes is a few whole nodes
/// (at most 2·log2 of the block), computed without knowing the rest.
public struct LaneTree: Sendable, Hashable {
  /// The number of lanes.
  public let lanes: Int

  /// The tree over this many lanes.
  public init(lanes: Int) {
    self.lanes = lanes
  }

  /// A node of the tree.
  public struct Node: Sendable, Hashable {
    /// The height above the lanes.
    public var level: Int
    /// The number among the nodes of this level.
    public var index: Int

    /// A node.
    public init(level: Int, index: Int) {
      self.level = level
      self.index = index
    }
  }

  /// One addition: the sum in place `source` is added to the one in place `target`.
  public struct Addition: Sendable, Hashable {
    /// The place of the left child, which becomes its parent.
    public var target: Int
    /// The place of the right child, free afterwards.
    public var source: Int
  }

  /// The root: the sum of all lanes.
  public var root: Node {
    var level = 0
    while 1 << level < lanes { level += 1 }
    return Node(level: level, index: 0)
  }

  private func isEmpty(_ node: Node) -> Bool {
    node.index << node.level >= lanes
  }

  /// Which additions turn sums of `nodes` (each in the place of its position) into as few nodes as possible, and which
  /// nodes then stand where.
  public func merge(_ nodes: [Node]) -> (additions: [Addition], nodes: [(node: Node, place: Int)]) {
    var additions: [Addition] = []
    var present = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    for level in 0..<max(root.level, 0) {
      for (node, place) in present.filter({ $0.key.level == level }).sorted(by: {
        $0.key.index < $1.key.index
      })
      where node.index % 2 == 0 {
        let sibling = Node(level: level, index: node.index + 1)
        let parent = Node(level: level + 1, index: node.index / 2)
        if let other = present[sibling] {
          additions.append(Addition(target: place, source: other))
          present[sibling] = nil
        } else if !isEmpty(sibling) {
          continue
        }
        present[node] = nil
        present[parent] = place
      }
    }
    let left = present.map { (node: $0.key, place: $0.value) }
    return (additions, left.sorted { $0.node.index << $0.node.level < $1.node.index << $1.node.level })
  }

  /// How one thread adds up a block of lanes with few buffers: after each lane, the additions that it completes.
  public func program(for block: Range<Int>) -> LaneProgram {
    var steps: [LaneProgram.Step] = []
    var stack: [(node: Node, place: Int)] = []
    var free: [Int] = []
    var places = 0
    for lane in block {
      let place = free.popLast() ?? places
      places = max(places, place + 1)
      stack.append((Node(level: 0, index: lane), place))
      var additions: [Addition] = []
      while let last = stack.last, last.node.level < root.level {
        let parent = Node(level: last.node.level + 1, index: last.node.index / 2)
        if last.node.index % 2 == 1 {
          guard stack.count >= 2,
            stack[stack.count - 2].node == Node(level: last.node.level, index: last.node.index - 1)
          else { break }
          let left = stack[stack.count - 2]
          additions.append(Addition(target: left.place, source: last.place))
          free.append(last.place)
          stack.removeLast(2)
          stack.append((parent, left.place))
        } else {
          guard isEmpty(Node(level: last.node.level, index: last.node.index + 1)) else { break }
          stack[stack.count - 1].node = parent
        }
      }
      steps.append(LaneProgram.Step(lane: lane, place: place, additions: additions))
    }
    return LaneProgram(steps: steps, places: places, nodes: stack.map(\.node), nodePlaces: stack.map(\.place))
  }
}

/// What one thread does with its lanes: contribute into a place, then add places.
public struct LaneProgram: Sendable, Hashable {
  /// One lane and the additions that it completes.
  public struct Step: Sendable, Hashable {
    /// The lane.
    public var lane: Int
    /// The buffer that its contribution goes to.
    public var place: Int
    /// The additions to make then, in this order.
    public var additions: [LaneTree.Addition]
  }

  /// The lanes in order.
  public var steps: [Step]
  /// The number of buffers.
  public var places: Int
  /// The nodes that are left in the end, by lanes.
  public var nodes: [LaneTree.Node]
  /// The buffer of each of them.
  public var nodePlaces: [Int]
}
