import Kernels
import Networks

/// One parameter group with its optimizer, its optimizer state and its sum over lanes: a phase ends here.
///
/// Each rank moves the chunk of the vector that it owns, divided among its threads. Optimizer state lies where the
/// chunk is; the coordinator collects it for a checkpoint.
package final class GroupOptimizer {
  package let group: ParameterGroup
  package let optimizer: any Optimizer
  package let configuration: OptimizerConfiguration
  /// One vector for each of the optimizer's `stateNames`; valid in `sum.ownRange`, at the coordinator everywhere after
  /// `collectState`.
  package let states: [FlatBuffer]
  /// The steps that this group has taken.
  package var steps = 0

  private let team: ThreadTeam
  private let players: GroupPlayers
  // nil where this rank does not move the group.
  private let laneSum: LaneSum?
  // Where the trained parameters wait while their mean stands in their place; nil where no mean is kept.
  private let trained: FlatBuffer?
  private let runs: [[Run]]
  // Where the optimizer moves the values: running averages have no gradient that could be clipped.
  private let moved: [Range<Int>]
  private let blockSquares: UnsafeMutableBufferPointer<Double>
  private let squaresExchange: any PreparedTransfers
  private let rowNorms: RowNorms?

  /// A part of the vector that moves in one way.
  private struct Run {
    var range: Range<Int>
    var decays: Bool
    var update: Slot.Update
    var states: [UnsafeMutableBufferPointer<Float>]
  }

  /// Prepares the group. Collective.
  package init(
    group: ParameterGroup, configuration: OptimizerConfiguration, metricCount: Int, players: GroupPlayers,
    reduction: Reduction, team: ThreadTeam
  ) throws {
    self.group = group
    self.team = team
    self.players = players
    optimizer = try configuration.makeOptimizer()
    self.configuration = configuration
    laneSum = try players.own.map {
      try LaneSum(
        group: group, metricCount: metricCount, plan: players.plan, reduction: reduction, replicas: $0,
        team: team)
    }
    let keepsState = laneSum != nil || players.all.rank == 0
    let states = optimizer.stateNames.map { _ in FlatBuffer(count: keepsState ? group.buffer.count : 0) }
    self.states = states
    let own = laneSum?.ownRange ?? 0..<0
    trained = optimizer.averageState.map { _ in FlatBuffer(count: own.count) }
    runs = (0..<team.count).map { thread in
      let blocks = LanePlan.block(
        thread, of: team.count, from: 0..<((own.count + LaneSum.blockSize - 1) / LaneSum.blockSize))
      let part =
        min(
          own.lowerBound + blocks.lowerBound * LaneSum.blockSize, own.upperBound)..<min(
          own.lowerBound + blocks.upperBound * LaneSum.blockSize, own.upperBound)
      return GroupOptimizer.decayRuns(of: group).compactMap { run in
        let range = run.range.clamped(to: part)
        guard !range.isEmpty else { return nil }
        let parts = states.map {
          UnsafeMutableBufferPointer(start: $0.base + range.lowerBound, count: range.count)
        }
        return Run(range: range, decays: run.decays, update: run.update, states: parts)
      }
    }
    moved = GroupOptimizer.decayRuns(of: group).filter { $0.update == .optimizer }.map(\.range)
      .reduce(into: []) { merged, range in
        if let last = merged.last, last.upperBound == range.lowerBound {
          merged[merged.count - 1] = last.lowerBound..<range.upperBound
        } else {
          merged.append(range)
        }
      }
    let blocks = (group.buffer.count + LaneSum.blockSize - 1) / LaneSum.blockSize
    blockSquares = .zeros(max(blocks, 1))
    if let replicas = players.own, configuration.clipNorm != nil, reduction == .exact {
      squaresExchange = try replicas.prepareAllGather(
        blockSquares,
        ranges: (0..<replicas.count).map { LanePlan.block($0, of: replicas.count, from: 0..<blocks) },
        operation: "gradient norm")
    } else {
      squaresExchange = NoTransfers()
    }
    if let replicas = players.own, let limit = configuration.maxNorm {
      rowNorms = try RowNorms(of: group, limit: limit, reduction: reduction, replicas: replicas, team: team)
    } else {
      rowNorms = nil
    }
  }

  /// Whether this rank moves the group.
  package var isPlayed: Bool { laneSum != nil }

  /// The sum over lanes, on ranks that move the group.
  package var sum: LaneSum {
    guard let laneSum else { preconditionFailure("a rank that does not move «\(group.name)»") }
    return laneSum
  }

  /// Whether this rank has to draw the first values: others may do it in the same memory.
  package var drawsFirstValues: Bool { players.own?.rank == 0 || laneSum?.sharesParameters != true }

  deinit {
    blockSquares.deallocate()
  }

  /// The group's vector cut where the slots' way to move changes.
  private static func decayRuns(
    of group: ParameterGroup
  ) -> [(range: Range<Int>, decays: Bool, update: Slot.Update)] {
    var runs: [(range: Range<Int>, decays: Bool, update: Slot.Update)] = []
    for (index, slot) in group.slots.enumerated() {
      let end = index + 1 < group.slots.count ? group.offsets[index + 1] : group.buffer.count
      if let last = runs.last, last.decays == slot.decays, last.update == slot.update {
        runs[runs.count - 1].range = last.range.lowerBound..<end
      } else {
        runs.append((group.offsets[index]..<end, slot.decays, slot.update))
      }
    }
    return runs
  }

  /// Moves the parameters along the reduced sum and publishes them. Collective, after `sum.reduce`.
  package func apply(_ kind: Phase.Kind, at progress: Progress) throws {
    let count = sum.totals[0]
    guard count > 0 else { return try sum.publishParameters() }
    var scale = Float(1 / count)
    if kind == .gradient { steps += 1 }
    if kind == .gradient, let clipNorm = configuration.clipNorm {
      let norm = try gradientNorm() / count
      if norm > clipNorm { scale *= Float(clipNorm / norm) }
    }
    let learningRate = configuration.learningRate(at: progress)
    let momentum = configuration.momentum(at: progress)
    let limit = configuration.clipWeights.map { Float($0) }
    let step = steps
    try team.run { thread in
      for run in runs[thread] {
        let range = run.range
        let update = ParameterUpdate(
          parameters: UnsafeMutableBufferPointer(
            start: group.buffer.base + range.lowerBound, count: range.count),
          sum: UnsafeBufferPointer(start: sum.total + range.lowerBound, count: range.count),
          states: run.states, scale: scale, learningRate: learningRate, step: step, decays: run.decays,
          momentum: momentum)
        switch (kind, run.update) {
        case (.gradient, .optimizer):
          optimizer.apply(update)
          if let limit {
            Elementwise.clamp(
              UnsafeBufferPointer(update.parameters), to: -limit...limit, into: update.parameters)
          }
        case (.gradient, .average(let rate)): update.average(rate: rate, scale: Float(1 / count))
        case (.curvature, .optimizer): optimizer.observe(curvature: update)
        case (.gradient, .sum(let limit)): update.addSum(limit: limit)
        case (.curvature, .average), (.curvature, .sum): break
        case (.mean, _): update.average(rate: 1, scale: Float(1 / count))
        }
        // Where a mean of the parameters is kept, running averages are averaged like them: what they average was
        // observed with parameters that have moved since. Sums stand in it as they are.
        if let mean = optimizer.averageState, let averaging = configuration.averaging {
          switch run.update {
          case .optimizer: break
          case .average:
            Elementwise.moveAverage(
              run.states[mean], towards: UnsafeBufferPointer(update.parameters),
              rate: averaging.rate(at: step))
          case .sum:
            run.states[mean].baseAddress!.update(from: update.parameters.baseAddress!, count: range.count)
          }
        }
      }
    }
    if kind == .gradient { try rowNorms?.apply() }
    try sum.publishParameters()
  }

  /// Puts the mean of the parameters in their place on every rank, where the optimizer keeps one. Collective.
  package func enterMean() throws {
    guard let sum = laneSum, let trained, let average = optimizer.averageState, steps > 0 else { return }
    let own = sum.ownRange
    trained.base.update(from: group.buffer.base + own.lowerBound, count: own.count)
    (group.buffer.base + own.lowerBound).update(from: states[average].base + own.lowerBound, count: own.count)
    try sum.publishParameters()
  }

  /// Brings the trained parameters back after `enterMean`. Collective, after all ranks have done what they do with the
  /// mean.
  package func leaveMean() throws {
    guard let sum = laneSum, let trained, steps > 0 else { return }
    let own = sum.ownRange
    (group.buffer.base + own.lowerBound).update(from: trained.base, count: own.count)
    try sum.publishParameters()
  }

  /// The Euclidean norm of what the optimizer moves along, added up in blocks of 1,024 so that it does not depend on
  /// the ranks.
  private func gradientNorm() throws -> Double {
    let own = sum.ownRange
    let first = own.lowerBound / LaneSum.blockSize
    let blocks = (own.count + LaneSum.blockSize - 1) / LaneSum.blockSize
    for block in 0..<blocks {
      let start = own.lowerBound + block * LaneSum.blockSize
      let end = min(start + LaneSum.blockSize, own.upperBound)
      blockSquares[first + block] = 0
      for range in moved {
        let part = range.clamped(to: start..<end)
        guard !part.isEmpty else { continue }
        blockSquares[first + block] += Kernels.Reduction.sumOfSquares(
          UnsafeBufferPointer(start: sum.total + part.lowerBound, count: part.count))
      }
    }
    try squaresExchange.start()
    try squaresExchange.wait()
    var squares = 0.0
    for square in blockSquares { squares += square }
    return squares.squareRoot()
  }

  /// Gives the parameters to the ranks that do not move them. Collective.
  package func spreadParameters() throws {
    let others = (0..<players.all.count).filter { !players.ranks.contains($0) }
    guard !others.isEmpty else { return }
    try players.spread(.init(group.buffer.elements), to: others, operation: "parameters of \(group.name)")
  }

  /// Brings the state vectors of all ranks together at the coordinator, and the parameters to all. Collective.
  package func collectState() throws {
    try collectWithin()
    try spreadParameters()
    guard players.leader != 0 else { return }
    if players.all.rank == 0 || players.all.rank == players.leader {
      for state in states {
        try players.spread(.init(state.elements), to: [0], operation: "optimizer state")
      }
      var counter = [Int64(steps)]
      try counter.withUnsafeMutableBytes {
        try players.spread($0, to: [0], operation: "optimizer state")
      }
      steps = Int(counter[0])
    }
  }

  /// Brings the state vectors together at the first of the ranks that move the group.
  private func collectWithin() throws {
    guard let sum = laneSum, let replicas = players.own else { return }
    guard replicas.count > 1, sum.reduction == .exact else { return }
    for state in states {
      let own = bytes(state, sum.ownRange)
      if replicas.rank > 0 {
        if !own.isEmpty { try replicas.transfer([.send(to: 0, own)], operation: "optimizer state") }
      } else {
        for peer in 1..<replicas.count {
          let range = LaneSum.chunk(peer, of: replicas.count, count: state.count)
          if !range.isEmpty {
            try replicas.transfer([.receive(from: peer, bytes(state, range))], operation: "optimizer state")
          }
        }
      }
    }
  }

  /// Gives all ranks the coordinator's parameters and state. Collective.
  package func distribute() throws {
    if players.leader != 0 { try passOn() }
    guard let sum = laneSum, let replicas = players.own else { return }
    if sum.sharesParameters {
      try replicas.synchronize("parameters")
    } else {
      try replicas.broadcast(in: .init(group.buffer.elements), operation: "parameters")
    }
    for state in states { try replicas.broadcast(in: .init(state.elements), operation: "optimizer state") }
    var counter = [Int64(steps)]
    try counter.withUnsafeMutableBytes { try replicas.broadcast(in: $0, operation: "optimizer state") }
    steps = Int(counter[0])
  }

  /// Gives the coordinator's parameters and state to the first of the ranks that move the group.
  private func passOn() throws {
    let (all, leader) = (players.all, players.leader)
    var counter = [Int64(steps)]
    try counter.withUnsafeMutableBytes { counter in
      let pieces =
        [UnsafeMutableRawBufferPointer(group.buffer.elements), counter] + states.map { .init($0.elements) }
      for piece in pieces where !piece.isEmpty {
        if all.rank == 0 { try all.transfer([.send(to: leader, piece)], operation: "parameters") }
        if all.rank == leader { try all.transfer([.receive(from: 0, piece)], operation: "parameters") }
      }
    }
    if all.rank == leader { steps = Int(counter[0]) }
  }

  private func bytes(_ buffer: FlatBuffer, _ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: buffer.base + range.lowerBound, count: range.count))
  }
}
