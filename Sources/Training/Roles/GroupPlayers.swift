/// The ranks that move a parameter group: all of them, or those of one role.
package struct GroupPlayers {
  /// All ranks.
  package let all: any ReplicaGroup
  /// Those that move the group, this rank among them; nil where this rank only looks on.
  package let own: (any ReplicaGroup)?
  /// The ranks that move the group, by their numbers among all.
  package let ranks: Range<Int>
  /// How they share the lanes.
  package let plan: LanePlan

  /// All ranks move the group.
  package init(all: any ReplicaGroup, plan: LanePlan) {
    self.all = all
    self.plan = plan
    own = all
    ranks = 0..<all.count
  }

  /// The ranks of a role move the group.
  ///
  /// - Parameter own: this rank's role's group.
  init(_ roles: RolePlan, role: Int, own: any ReplicaGroup, all: any ReplicaGroup) {
    self.all = all
    ranks = roles.ranks(of: role)
    self.own = ranks.contains(all.rank) ? own : nil
    plan = roles.lanePlan(of: role)
  }

  /// The rank that speaks for them.
  var leader: Int { ranks.lowerBound }

  /// Gives `bytes` of the leader to each of `others`. Called by all of these ranks, with equal sizes.
  func spread(_ bytes: UnsafeMutableRawBufferPointer, to others: [Int], operation: String) throws {
    guard !bytes.isEmpty else { return }
    if all.rank == leader {
      try all.transfer(others.map { .send(to: $0, bytes) }, operation: operation)
    } else if others.contains(all.rank) {
      try all.transfer([.receive(from: leader, bytes)], operation: operation)
    }
  }
}
