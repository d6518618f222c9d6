/// Which units a Boltzmann machine has, and which of them are linked.
///
/// Units stand in groups, the visible groups first: unit i < `visible` is value i of an example. A link joins two units and
/// is one number, whichever way it is seen. Links are numbered; the list of each unit's neighbours is kept beside them.
public struct UnitWiring: Hashable, Sendable {
  /// Units with a name.
  public struct Group: Hashable, Sendable {
    /// What it is called in the config.
    public let name: String
    /// The numbers of its units.
    public let units: Range<Int>
    /// Whether examples say what its units are.
    public let isVisible: Bool
    /// Whether its units are linked with each other.
    public let isLinkedInside: Bool
  }

  /// The groups, the visible ones first.
  public let groups: [Group]
  /// The number of all units.
  public let units: Int
  /// The number of visible units.
  public let visible: Int
  /// The lower end of each link.
  public let one: [Int32]
  /// The upper end of each link.
  public let other: [Int32]
  /// Where each unit's neighbours begin in `neighbours`, and where the last unit's end.
  public let starts: [Int32]
  /// The neighbours of each unit.
  public let neighbours: [Int32]
  /// The link to each of them.
  public let links: [Int32]

  /// A wiring.
  ///
  /// - Parameters:
  ///   - groups: the groups in the order of the config.
  ///   - pairs: the numbers of the groups of which every unit of one is linked with every unit of the other.
  public init(
    groups: [(name: String, units: Int, isVisible: Bool, isLinkedInside: Bool)], pairs: [(Int, Int)]
  ) {
    var sorted: [Group] = []
    var places = [Int](repeating: 0, count: groups.count)
    var end = 0
    for isVisible in [true, false] {
      for (index, group) in groups.enumerated() where group.isVisible == isVisible {
        places[index] = sorted.count
        sorted.append(
          Group(
            name: group.name, units: end..<end + group.units, isVisible: isVisible,
            isLinkedInside: group.isLinkedInside))
        end += group.units
      }
    }
    self.groups = sorted
    units = end
    visible = sorted.reduce(0) { $0 + ($1.isVisible ? $1.units.count : 0) }
    var isLinked = [Bool](repeating: false, count: end * end)
    func join(_ a: Range<Int>, _ b: Range<Int>) {
      for i in a { for j in b where i != j { isLinked[min(i, j) * end + max(i, j)] = true } }
    }
    for group in sorted where group.isLinkedInside { join(group.units, group.units) }
    for (a, b) in pairs { join(sorted[places[a]].units, sorted[places[b]].units) }
    var one: [Int32] = []
    var other: [Int32] = []
    var ends = [[(neighbour: Int32, link: Int32)]](repeating: [], count: end)
    for i in 0..<end {
      for j in i + 1..<max(end, i + 1) where isLinked[i * end + j] {
        ends[i].append((Int32(j), Int32(one.count)))
        ends[j].append((Int32(i), Int32(one.count)))
        one.append(Int32(i))
        other.append(Int32(j))
      }
    }
    self.one = one
    self.other = other
    starts = ends.reduce(into: [0]) { $0.append($0.last! + Int32($1.count)) }
    neighbours = ends.flatMap { $0.map(\.neighbour) }
    links = ends.flatMap { $0.map(\.link) }
  }

  /// The number of links.
  public var linkCount: Int { one.count }

  /// The group of this name.
  public func group(named name: String) -> Group? { groups.first { $0.name == name } }

  /// The neighbours of a unit.
  public func neighbours(of unit: Int) -> ArraySlice<Int32> {
    neighbours[Int(starts[unit])..<Int(starts[unit + 1])]
  }

  /// Of `units` those that no link joins with one of them that was taken before: given all others they are independent.
  ///
  /// - Parameter excluded: units that are not taken.
  public func independent(of units: [Int], without excluded: [Int] = []) -> [Int] {
    var taken: [Int] = []
    var isTaken = [Bool](repeating: false, count: self.units)
    // Those with few links first; hidden ones before visible ones, since they come in layers.
    let candidates = units.filter { !excluded.contains($0) }.sorted {
      let (a, b) = (neighbours(of: $0).count, neighbours(of: $1).count)
      return ($0 < visible ? 1 : 0, a, $0) < ($1 < visible ? 1 : 0, b, $1)
    }
    for unit in candidates where neighbours(of: unit).allSatisfy({ !isTaken[Int($0)] }) {
      isTaken[unit] = true
      taken.append(unit)
    }
    return taken.sorted()
  }
}
