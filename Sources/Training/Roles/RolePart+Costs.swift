import Datasets
import Networks

extension RolePart {
  /// The seconds that each role works in a step, measured by the coordinator on made-up examples. Collective.
  ///
  /// All ranks get the coordinator's figures: they decide who works where, not what is computed.
  static func measuredCosts(
    of model: M, _ preparation: Preparation, _ format: RowFormat, _ places: Int, _ replicas: any ReplicaGroup
  ) throws -> [Double] {
    guard let game = model as? any RoleModel else { preconditionFailure("a model without roles") }
    var costs = game.roles.map { _ in 0.0 }
    if replicas.rank == 0 {
      costs = try measure(game, shape: preparation.inputShape(for: format.shape), places: places)
    }
    try costs.withUnsafeMutableBytes { try replicas.broadcast(in: $0, operation: "costs of the roles") }
    return costs
  }

  private static func measure(
    _ game: some RoleModel, shape: Shape, places: Int
  ) throws -> [Double] {
    for (index, group) in game.parameters.enumerated() { group.initialize(seed: 1, group: index) }
    let random = RandomAddress(seed: 1, step: 0, stream: .model(0))
    let inputs = FlatBuffer(count: shape.count * places)
    Initializer.uniform(low: 0, high: 1).fill(inputs.elements, shape: shape, random: random)
    let examples = (0..<places).map { UInt32($0) }
    let contributions = game.parameters.map { Contribution(to: $0, metricCount: game.metrics.count) }
    let exchange = LocalExchange(count: game.exchanges.count)
    let phases = game.phases(at: Progress(step: 0, stepsPerEpoch: 1, totalSteps: 1))
    var best = game.roles.map { _ in Double.infinity }
    try examples.withUnsafeBufferPointer { examples in
      try withExtendedLifetime((inputs, contributions)) {
        let batch = Batch(
          inputs: Tensor(shape: shape, batch: places, base: inputs.base),
          labels: UnsafeBufferPointer(start: nil, count: 0), examples: examples)
        for _ in 0..<5 {
          var seconds = game.roles.map { _ in 0.0 }
          for phase in phases {
            contributions[phase.group].begin()
            for stage in game.stages(of: phase) {
              let start = ContinuousClock.now
              try game.perform(
                stage, on: batch, random: random, exchange: exchange, into: contributions[phase.group])
              seconds[stage.role] += (ContinuousClock.now - start) / .seconds(1)
            }
          }
          for role in best.indices { best[role] = min(best[role], seconds[role]) }
        }
      }
    }
    return best
  }
}
