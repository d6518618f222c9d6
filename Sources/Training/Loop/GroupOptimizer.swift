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
  package let sum: LaneSum
  /// One vector for each of the optimizer's `stateNames`; valid in `sum.ownRange`, everywhere after `collectState`.
  package let states: [FlatBuffer]
  /// The steps that this group has taken.
  package var steps = 0

  private let team: ThreadTeam
  private let replicas: any ReplicaGroup
  // Where the trained parameters wait while their mean stands in their place; nil where no mean is kept.
  private let trained: FlatBuffer?
  private let runs: [[Run]]
  private let blockSquares: UnsafeMutableBufferPointer<Double>
  private let squaresExchange: any PreparedTransfers

  /// A part of the vector that moves in one way.
  private struct Run {
    var range: Range<Int>
    var decays: Bool
    var update: Slot.Update
    var states: [UnsafeMutableBufferPointer<Float>]
  }

  /// Prepares the group. Collective.
  package init(
    group: ParameterGroup, configuration: OptimizerConfiguration, metricCount: Int, plan: LanePlan,
    reduction: Reduction, replicas: any ReplicaGroup, team: ThreadTeam
  ) throws {
    self.group = group
    self.team = team
    self.replicas = replicas
    optimizer = try configuration.makeOptimizer()
    self.configuration = configuration
    sum = try LaneSum(
      group: group, metricCount: metricCount, plan: plan, reduction: reduction, replicas: replicas, team: team
    )
    let states = optimizer.stateNames.map { _ in FlatBuffer(count: group.buffer.count) }
    self.states = states
    trained = optimizer.averageState.map { [own = sum.ownRange] _ in FlatBuffer(count: own.count) }
    let own = sum.ownRange
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
    let blocks = (group.buffer.count + LaneSum.blockSize - 1) / LaneSum.blockSize
    blockSquares = .allocate(capacity: max(blocks, 1))
    blockSquares.initialize(repeating: 0)
    let blockRanges = (0..<replicas.count).map { LanePlan.block($0, of: replicas.count, from: 0..<blocks) }
    squaresExchange =
      configuration.clipNorm != nil && reduction == .exact
      ? try replicas.prepareAllGather(blockSquares, ranges: blockRanges, operation: "gradient norm")
      : NoTransfers()
  }

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
    let step = steps
    try team.run { thread in
      for run in runs[thread] {
        let range = run.range
        let update = ParameterUpdate(
          parameters: UnsafeMutableBufferPointer(
            start: group.buffer.base + range.lowerBound, count: range.count),
          sum: UnsafeBufferPointer(start: sum.total + range.lowerBound, count: range.count),
          states: run.states, scale: scale, learningRate: learningRate, step: step, decays: run.decays)
        switch (kind, run.update) {
        case (.gradient, .optimizer): optimizer.apply(update)
        case (.gradient, .average(let rate)): update.average(rate: rate, scale: Float(1 / count))
        case (.curvature, .optimizer): optimizer.observe(curvature: update)
        case (.curvature, .average): break
        case (.mean, _): update.average(rate: 1, scale: Float(1 / count))
        }
      }
    }
    try sum.publishParameters()
  }

  /// Puts the mean of the parameters in their place on every rank, where the optimizer keeps one. Collective.
  package func enterMean() throws {
    guard let trained, let average = optimizer.averageState, steps > 0 else { return }
    let own = sum.ownRange
    trained.base.update(from: group.buffer.base + own.lowerBound, count: own.count)
    (group.buffer.base + own.lowerBound).update(from: states[average].base + own.lowerBound, count: own.count)
    try sum.publishParameters()
  }

  /// Brings the trained parameters back after `enterMean`. Collective, after all ranks have done what they do with the
  /// mean.
  package func leaveMean() throws {
    guard let trained, steps > 0 else { return }
    let own = sum.ownRange
    (group.buffer.base + own.lowerBound).update(from: trained.base, count: own.count)
    try sum.publishParameters()
  }

  /// The Euclidean norm of the summed vector, added up in blocks of 1,024 so that it does not depend on the ranks.
  private func gradientNorm() throws -> Double {
    let own = sum.ownRange
    let first = own.lowerBound / LaneSum.blockSize
    let blocks = (own.count + LaneSum.blockSize - 1) / LaneSum.blockSize
    for block in 0..<blocks {
      let start = own.lowerBound + block * LaneSum.blockSize
      let count = min(LaneSum.blockSize, own.upperBound - start)
      blockSquares[first + block] = Kernels.Reduction.sumOfSquares(
        UnsafeBufferPointer(start: sum.total + start, count: count))
    }
    try squaresExchange.start()
    try squaresExchange.wait()
    var squares = 0.0
    for square in blockSquares { squares += square }
    return squares.squareRoot()
  }

  /// Brings the state vectors of all ranks together at the coordinator. Collective.
  package func collectState() throws {
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

  private func bytes(_ buffer: FlatBuffer, _ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: buffer.base + range.lowerBound, count: range.count))
  }
}

extension Networks.ParameterUpdate {
  /// v ← v + rate (scale · sum - v); a rate of 1 sets the value.
  func average(rate: Float, scale: Float) {
    for i in parameters.indices {
      let mean = scale * sum[i]
      parameters[i] = rate == 1 ? mean : parameters[i] + rate * (mean - parameters[i])
    }
  }
}
