import Networks

/// Which rank plays which role, and for which lanes: a pure value.
///
/// The ranks of a role are one contiguous block, in the order of the roles, so rank 0 plays role 0. Each role's ranks
/// share all lanes among them.
public struct RolePlan: Sendable, Hashable {
  /// The names of the roles.
  public let names: [String]
  /// The number of ranks of each role.
  public let sizes: [Int]
  private let lanePlans: [LanePlan]

  /// A plan with this many ranks for each role.
  ///
  /// - Throws: `ConfigurationError` where a role would have no rank or more ranks than lanes.
  public init(_ roles: [Role], sizes: [Int], lanes: Int) throws(ConfigurationError) {
    precondition(sizes.count == roles.count && sizes.allSatisfy { $0 > 0 }, "a role without ranks")
    names = roles.map(\.name)
    self.sizes = sizes
    var plans: [LanePlan] = []
    for (role, size) in zip(roles, sizes) {
      do throws(LanePlanError) {
        plans.append(try LanePlan(lanes: lanes, ranks: size))
      } catch {
        throw ConfigurationError("placement: the \(role.name) has \(size) ranks: \(error)")
      }
    }
    lanePlans = plans
  }

  /// The sizes that a placement asks for on `ranks` ranks; nil where every rank plays all roles.
  ///
  /// - Parameter costs: the relative work of each role, for `automatic`.
  /// - Throws: `ConfigurationError` where the placement does not fit the ranks.
  public static func sizes(
    of placement: Placement, roles: [Role], ranks: Int, costs: [Double]
  ) throws(ConfigurationError) -> [Int]? {
    let names = roles.map(\.name).joined(separator: " and ")
    switch placement {
    case .shared: return nil
    case .automatic: return ranks < roles.count ? nil : balanced(costs, ranks: ranks)
    case .split:
      guard ranks >= roles.count else {
        throw ConfigurationError(
          "placement «split» gives \(names) ranks of their own: start at least \(roles.count) ranks with mpirun, not "
            + "\(ranks), or say placement: shared")
      }
      return roles.indices.map { ranks * ($0 + 1) / roles.count - ranks * $0 / roles.count }
    case .sizes(let sizes):
      let total = sizes.reduce(0, +)
      guard total == ranks else {
        throw ConfigurationError(
          "the placement has \(total) ranks (\(zip(sizes, roles).map { "\($1.name) \($0)" }.joined(separator: ", "))), but "
            + "\(ranks) \(ranks == 1 ? "is" : "are") running: start \(total), or say placement: auto")
      }
      return sizes
    }
  }

  /// The sizes with which the busiest rank has the least to do.
  static func balanced(_ costs: [Double], ranks: Int) -> [Int] {
    var sizes = costs.map { _ in 1 }
    for _ in 0..<(ranks - costs.count) {
      let busiest = costs.indices.max { costs[$0] / Double(sizes[$0]) < costs[$1] / Double(sizes[$1]) }!
      sizes[busiest] += 1
    }
    return sizes
  }

  /// The ranks of a role.
  public func ranks(of role: Int) -> Range<Int> {
    let first = sizes[..<role].reduce(0, +)
    return first..<first + sizes[role]
  }

  /// The role of a rank.
  public func role(of rank: Int) -> Int {
    sizes.indices.first { ranks(of: $0).contains(rank) }!
  }

  /// How the ranks of a role, counted from 0, share the lanes.
  public func lanePlan(of role: Int) -> LanePlan { lanePlans[role] }

  /// The lanes that a rank works on in its role.
  public func lanes(of rank: Int) -> Range<Int> {
    let role = role(of: rank)
    return lanePlans[role].lanes(of: rank - ranks(of: role).lowerBound)
  }

  /// The rank that works on a lane in a role.
  public func rank(of lane: Int, role: Int) -> Int {
    ranks(of: role).first { lanes(of: $0).contains(lane) }!
  }
}
