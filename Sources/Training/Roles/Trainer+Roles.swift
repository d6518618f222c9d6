import Datasets
import Networks

extension Trainer {
  /// One optimizer step of a rank that plays one role: its stages of every phase, on its lanes.
  ///
  /// Blocks travel while it works, and it waits for nobody but for the blocks that it needs and for the ranks of its own
  /// role. The contributions, sums and updates are those of a rank that plays all roles, bit for bit.
  func step(playing part: RolePart<M>) throws -> ControlWord {
    let request = rows(at: progress)
    let source = try feed.training(request, next: nextRows(after: progress))
    let phases = model.phases(at: progress)
    let own = LateControl.Word(control: wishes(), failedPhase: part.failedPhase)
    try part.begin(phases) { request.plan.positions(step: progress.stepInEpoch, lane: $0) }
    var hasCounted = false
    for (number, phase) in phases.enumerated() {
      for stage in part.stages(of: phase) { try perform(stage, part, phase, request.plan, source) }
      if groups[phase.group].isPlayed {
        let group = groups[phase.group]
        try meter.waiting { try group.sum.reduce(ControlWord()) }
        if part.failedPhase == 0, !group.sum.totals.allSatisfy(\.isFinite) { part.failedPhase = number + 1 }
        try group.apply(phase.kind, at: progress)
        if phase.countsMetrics { meter.add(group.sum.totals, countsExamples: !hasCounted) }
      }
      hasCounted = hasCounted || phase.countsMetrics
    }
    var word = own
    word.failedPhase = part.failedPhase
    return try decide(word, part, phases)
  }

  private func perform(
    _ stage: Stage, _ part: RolePart<M>, _ phase: Phase, _ plan: ShardPlan, _ source: any ExampleSource
  ) throws {
    let random = RandomAddress(seed: plan.seed, step: UInt64(progress.step), stream: .model(0))
    func perform(_ lane: Int, _ contribution: Contribution?) throws {
      let positions = plan.positions(step: progress.stepInEpoch, lane: lane)
      try part.perform(
        stage, lane: lane, assemble: { $0.assemble(at: positions, of: plan, from: source) }, random: random,
        into: contribution)
    }
    if stage.contributes {
      try groups[phase.group].sum.accumulate { _, lane, contribution in try perform(lane, contribution) }
    } else {
      for lane in part.lanes { try perform(lane, nil) }
    }
  }

  /// Ends the step: what all ranks wanted a step ago, and, where something is due now, what they want now.
  private func decide(_ own: LateControl.Word, _ part: RolePart<M>, _ phases: [Phase]) throws -> ControlWord {
    progress = Progress(
      step: progress.step + 1, stepsPerEpoch: configuration.stepsPerEpoch,
      totalSteps: configuration.totalSteps)
    var all = try part.control.exchange(own)
    // Every rank knows these by itself.
    all.control.save =
      all.control.save || configuration.savePolicy.isDue(step: progress.step, secondsSinceSave: 0)
    let isLast = progress.step == configuration.lastStep
    let isLogged = progress.step % configuration.logEverySteps == 0
    let isEvaluated =
      progress.stepInEpoch == 0
      && configuration.evaluateEveryEpochs.map { progress.epoch % $0 == 0 } ?? false
    let isMeeting = all.control.save || all.control.stop || isLast || isLogged || isEvaluated
    if isMeeting {
      let now = try part.control.settle()
      all.control.save = all.control.save || now.control.save
      all.control.stop = all.control.stop || now.control.stop
      all.failedPhase = max(all.failedPhase, now.failedPhase)
    }
    if isMeeting || all.failedPhase > 0 { try part.finish() }
    if all.failedPhase > 0 {
      let name = all.failedPhase <= phases.count ? phases[all.failedPhase - 1].name : "\(all.failedPhase)"
      throw TrainingError(
        "a metric is not finite by step \(progress.step - 1) (phase «\(name)»): the training diverged. Lower the "
          + "learning rate, clip the gradient (optimizer.clip_norm), or check the data; the last checkpoint is untouched"
      )
    }
    if isMeeting { try part.collect(&meter) }
    return all.control
  }
}
