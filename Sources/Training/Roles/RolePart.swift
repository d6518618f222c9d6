import Datasets
import Networks

/// What a rank needs to play its role where each role has ranks of its own.
final class RolePart<M: Model> {
  /// Who plays what.
  let plan: RolePlan
  /// The number of this rank's role.
  let role: Int
  /// The decisions of all ranks, a step late.
  let control: LateControl
  /// The blocks of this rank's lanes.
  let exchange: RoleExchange
  /// The lanes that this rank works on.
  let lanes: Range<Int>
  /// The lowest number of a phase whose sums were not finite on this rank, plus 1; 0 for none.
  var failedPhase = 0
  private let roles: [Role]
  private let own: any ReplicaGroup
  private let all: any ReplicaGroup
  // A model for each lane: what it computed in one stage is there in the next.
  private let models: [any RoleModel]
  private let assemblers: [BatchAssembler]
  private var batches: [Batch?]

  /// The part of this rank; nil where every rank plays all roles. Collective.
  ///
  /// - Throws: `ConfigurationError` where the placement does not fit the ranks or the run.
  init?(
    of model: M, _ configuration: TrainingConfiguration, preparation: Preparation, format: RowFormat,
    replicas: any ReplicaGroup, team: ThreadTeam, makeModel: (Int) throws -> M
  ) throws {
    guard configuration.placesRoles, let game = model as? any RoleModel else { return nil }
    let places = configuration.largestLane
    var costs = game.roles.map { _ in 1.0 }
    if game.placement == .automatic, replicas.count > game.roles.count {
      costs = try Self.measuredCosts(of: makeModel(places), preparation, format, places, replicas)
    }
    guard
      let sizes = try RolePlan.sizes(
        of: game.placement, roles: game.roles, ranks: replicas.count, costs: costs)
    else { return nil }
    try configuration.checkPlacement(of: game, threads: team.count)
    plan = try RolePlan(game.roles, sizes: sizes, lanes: configuration.lanes)
    roles = game.roles
    role = plan.role(of: replicas.rank)
    lanes = plan.lanes(of: replicas.rank)
    all = replicas
    own = try replicas.subgroup(color: role)
    control = try LateControl(try replicas.subgroup(color: 0))
    exchange = try RoleExchange(
      game.exchanges, plan: plan, places: places, group: try replicas.subgroup(color: 0))
    var (models, assemblers): ([any RoleModel], [BatchAssembler]) = ([], [])
    for _ in lanes {
      let copy = try makeModel(places)
      copy.share(parametersOf: model)
      models.append(copy as! any RoleModel)
      assemblers.append(
        try BatchAssembler(format: format, preparation: preparation, maximumBatch: places))
    }
    self.models = models
    self.assemblers = assemblers
    batches = lanes.map { _ in nil }
  }

  /// Who moves a parameter group.
  func players(of group: Int) -> GroupPlayers {
    guard let owner = roles.firstIndex(where: { $0.groups.contains(group) }) else {
      preconditionFailure("nobody moves parameter group \(group)")
    }
    return GroupPlayers(plan, role: owner, own: own, all: all)
  }

  /// This rank's stages of a phase that have something to do.
  func stages(of phase: Phase) -> some Sequence<Stage> {
    models[0].stages(of: phase).lazy.filter { [role] in $0.role == role && !$0.repeats }
  }

  /// Gets ready for the blocks of a step and for its examples.
  func begin(_ phases: [Phase], positions: (_ lane: Int) -> Range<Int>) throws {
    for (index, lane) in lanes.enumerated() {
      exchange.lanes[index].count = positions(lane).count
      batches[index] = nil
    }
    for phase in phases {
      for stage in stages(of: phase) {
        guard let number = stage.receives, !isKept(stage, phase) else { continue }
        for lane in exchange.lanes where lane.count > 0 { try lane.expect(number) }
      }
    }
  }

  /// Whether the block that a stage receives came in an earlier phase of the step.
  private func isKept(_ stage: Stage, _ phase: Phase) -> Bool {
    models[0].stages(of: phase).contains { $0.sends == stage.receives && $0.repeats }
  }

  /// Runs a stage for one lane.
  func perform(
    _ stage: Stage, lane: Int, assemble: (BatchAssembler) -> Batch, random: RandomAddress,
    into contribution: Contribution?
  ) throws {
    let index = lane - lanes.lowerBound
    guard exchange.lanes[index].count > 0 else { return }
    let batch = batches[index] ?? assemble(assemblers[index])
    batches[index] = batch
    try models[index].perform(
      stage, on: batch, random: random, exchange: exchange.lanes[index], into: contribution)
  }

  /// Brings the metric sums of all ranks' phases to the coordinator. Collective.
  ///
  /// The ranks of a role have the same sums: its first one speaks.
  func collect(_ meter: inout RunMeter) throws {
    for other in roles.indices where !plan.ranks(of: other).contains(0) {
      let leader = plan.ranks(of: other).lowerBound
      guard all.rank == 0 || all.rank == leader else { continue }
      var sums = meter.sums
      try sums.withUnsafeMutableBytes {
        try all.transfer(
          [all.rank == 0 ? .receive(from: leader, $0) : .send(to: 0, $0)], operation: "metric sums")
      }
      if all.rank == 0 { meter.add(sums) }
    }
    if all.rank > 0 { _ = meter.take() }
  }

  /// Waits for all messages that are under way: after the last step.
  func finish() throws { try exchange.finish() }
}

extension TrainingConfiguration {
  /// Checks that a model's roles can be placed as it says.
  ///
  /// - Throws: `ConfigurationError` where the placement does not fit the ranks or the run.
  package func checkRoles(
    of model: some Model, ranks: Int, threads: Int, dedicatedCoordinator: Bool
  ) throws(ConfigurationError) {
    guard let game = model as? any RoleModel else { return }
    let costs = game.roles.map { _ in 1.0 }
    guard
      let sizes = try RolePlan.sizes(of: game.placement, roles: game.roles, ranks: ranks, costs: costs)
    else { return }
    if dedicatedCoordinator {
      throw ConfigurationError(
        "with roles on ranks of their own every rank plays one: leave out --dedicated-coordinator, or say "
          + "placement: shared")
    }
    _ = try RolePlan(game.roles, sizes: sizes, lanes: lanes)
    try checkPlacement(of: game, threads: threads)
  }

  /// Checks that the run can be played by roles on ranks of their own.
  func checkPlacement(of model: some RoleModel, threads: Int) throws(ConfigurationError) {
    let remedy = "or say placement: shared"
    guard threads == 1 else {
      throw ConfigurationError(
        "with roles on ranks of their own a rank has one thread, not \(threads): start more ranks instead of "
          + "threads, \(remedy)")
    }
    guard microBatch >= largestLane else {
      throw ConfigurationError(
        "with roles on ranks of their own a lane is worked on in one go, but it has \(largestLane) examples and is "
          + "to be worked on \(microBatch) at a time: use more lanes, set micro_batch: \(largestLane), \(remedy)"
      )
    }
    guard stop == nil else {
      throw ConfigurationError(
        "«stop» needs all metrics at every step, which ranks of different roles do not have: leave it out, \(remedy)"
      )
    }
    guard !model.needsAllLanes else {
      throw ConfigurationError(
        "batch_normalization over all lanes needs every lane at once, which ranks of different roles do not have: say "
          + "over: lane, \(remedy)")
    }
    precondition(model.laneStateCount == 0, "roles on ranks of their own keep no state of lanes")
  }
}
