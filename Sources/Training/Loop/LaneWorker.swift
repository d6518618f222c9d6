import Datasets
import Networks

/// What one thread needs to work on a lane: a model with its workspace, and a batch to fill.
///
/// `@unchecked Sendable`: worker i is used by thread i of the team alone, and by the caller between two runs.
final class LaneWorker<M: Model>: @unchecked Sendable {
  let model: M
  let assembler: BatchAssembler

  init(model: M, assembler: BatchAssembler) {
    self.model = model
    self.assembler = assembler
  }

  /// Adds the contribution of the examples at `positions`, at most `microBatch` at a time, and of the lane's chains.
  func contribute(
    _ positions: Range<Int>, of plan: ShardPlan, from source: any ExampleSource, phase: Phase, step: Int,
    microBatch: Int, state: (_ first: Int) -> LaneState?, into contribution: Contribution
  ) throws {
    var start = positions.lowerBound
    // A lane without examples has nothing to say, unless it has chains, which go on, or all lanes meet in the middle of a
    // pass.
    let speaksAlways = model.needsAllLanes || model.chainCount != nil
    while start < positions.upperBound || (positions.isEmpty && speaksAlways) {
      let end = min(start + microBatch, positions.upperBound)
      var batch = assembler.assemble(at: start..<end, of: plan, from: source)
      batch.state = state(start - positions.lowerBound)
      try model.accumulate(
        batch, phase: phase, random: RandomAddress(seed: plan.seed, step: UInt64(step), stream: .model(0)),
        into: contribution)
      start = end
      if positions.isEmpty { break }
    }
  }
}
