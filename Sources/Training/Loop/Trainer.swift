import Checkpoints
import Datasets
import Networks

/// The one loop: for each phase of a step, every lane contributes, the sum is taken over the lane tree, and the
/// group's optimizer moves the parameters.
///
/// The same object works alone, on threads and on ranks, and knows no architecture. Every rank makes one and calls
/// `run`; all of its methods are collective.
public final class Trainer<M: Model> {
  /// What the run is.
  public let configuration: TrainingConfiguration
  /// How far it is.
  public package(set) var progress: Progress
  /// The model of the first thread; the parameters are shared by all.
  public var model: M { workers[0].model }
  /// The figures of the latest evaluation, under their standard names.
  public package(set) var figures: [String: Double] = [:]
  /// The lowest values so far.
  public package(set) var best: [String: CheckpointManifest.BestFigure] = [:]

  /// Why the latest checkpoint was not written, at the coordinator; nil where it was.
  public package(set) var saveFailure: CheckpointError?

  package let plan: LanePlan
  package let replicas: any ReplicaGroup
  package let team: ThreadTeam
  package let groups: [GroupOptimizer]
  package let feed: any ExampleFeed
  package let runDirectory: RunDirectory?
  package let observer: (any RunObserver)?
  package var meter: RunMeter
  let workers: [LaneWorker<M>]
  let laneStates: LaneStates
  // Where lanes meet in the middle of a pass; nil where they need not.
  private let meeting: LaneMeeting?
  // The part that this rank plays, where the roles of the model work on ranks of their own.
  let part: RolePart<M>?
  var stopWindow: StopWindow
  /// Whether the run has reached the goal of its stop rule.
  public package(set) var reachedGoal = false
  package let manifestBase: CheckpointManifest
  private let interrupt: (Progress) -> ControlWord
  // That of the last phase that counted metrics.
  private var learningRate = 0.0

  /// Prepares a run. Collective.
  ///
  /// - Parameters:
  ///   - makeModel: makes a model for at most this many examples; called once a thread.
  ///   - manifest: what checkpoints say of the run (architecture, config, fingerprint); the rest is filled in.
  ///   - runDirectory: where the coordinator writes; nil for a run that leaves nothing behind.
  ///   - observer: the coordinator's observer; nil on other ranks.
  ///   - interrupt: asked once a step what this rank wants decided (signals).
  public init(
    _ configuration: TrainingConfiguration, makeModel: (Int) throws -> M, preparation: Preparation,
    feed: any ExampleFeed, plan: LanePlan, replicas: any ReplicaGroup, team: ThreadTeam,
    manifest: CheckpointManifest, runDirectory: RunDirectory?, observer: (any RunObserver)?,
    interrupt: @escaping (Progress) -> ControlWord = { _ in ControlWord() }
  ) throws {
    self.configuration = configuration
    self.plan = plan
    self.replicas = replicas
    self.feed = feed
    self.runDirectory = runDirectory
    self.observer = observer
    self.interrupt = interrupt
    manifestBase = manifest
    let largest = max(configuration.microBatch, configuration.evaluationBlock)
    let first = try makeModel(largest)
    // Lanes that meet in the middle of a pass have a thread each, whatever the number of threads asked for.
    let own = plan.lanes(of: replicas.rank).count
    let team = first.needsAllLanes && own != team.count ? ThreadTeam(count: max(own, 1)) : team
    self.team = team
    meeting = first.needsAllLanes ? try LaneMeeting(plan: plan, replicas: replicas) : nil
    var workers: [LaneWorker<M>] = []
    for thread in 0..<team.count {
      let model = try thread == 0 ? first : makeModel(largest)
      if thread > 0 { model.share(parametersOf: first) }
      if let meeting { model.connect(to: meeting.seat(thread)) }
      workers.append(
        LaneWorker(
          model: model,
          assembler: try BatchAssembler(format: feed.format, preparation: preparation, maximumBatch: largest))
      )
    }
    self.workers = workers
    let model = workers[0].model
    laneStates = LaneStates(
      count: model.laneStateCount, places: configuration.largestLane, chains: model.chainCount, plan: plan,
      replicas: replicas)
    stopWindow = StopWindow(metricCount: model.metrics.count)
    let part = try RolePart(
      of: model, configuration, preparation: preparation, format: feed.format, replicas: replicas, team: team,
      makeModel: makeModel)
    self.part = part
    groups = try model.parameters.enumerated().map { index, group in
      try GroupOptimizer(
        group: group, configuration: configuration.optimizer(of: group.name),
        metricCount: model.metrics.count,
        players: part?.players(of: index) ?? GroupPlayers(all: replicas, plan: plan),
        reduction: configuration.reduction, team: team)
    }
    for (index, group) in model.parameters.enumerated() where groups[index].drawsFirstValues {
      group.initialize(seed: configuration.seed, group: index)
    }
    for lane in plan.lanes(of: replicas.rank) {
      if let state = laneStates.state(lane, first: 0, beginsEpoch: true) {
        model.beginLaneState(
          state, random: RandomAddress(seed: configuration.seed, step: 0, stream: .model(0)))
      }
    }
    try replicas.barrier()
    meter = RunMeter(metricCount: model.metrics.count)
    progress = Progress(
      step: 0, stepsPerEpoch: configuration.stepsPerEpoch, totalSteps: configuration.totalSteps)
  }

  /// Gives all ranks the coordinator's parameters, where they did not begin with the drawn ones. Collective.
  public func shareParameters() throws {
    for group in groups { try group.distribute() }
  }

  /// Trains until all steps are done or someone asks to stop. Collective.
  public func run() throws -> RunEnd {
    meter.start()
    while progress.step < configuration.lastStep, !reachedGoal {
      let control = try step()
      let epochEnded = progress.stepInEpoch == 0
      try logIfDue()
      if epochEnded, let every = configuration.evaluateEveryEpochs, progress.epoch % every == 0,
        progress.step < configuration.lastStep
      {
        try evaluateAll()
      }
      if control.save || control.stop { try save() }
      if control.stop && progress.step < configuration.lastStep && !reachedGoal { return .stopped }
    }
    try evaluateAll()
    try save()
    return .completed
  }

  /// One optimizer step: every phase, on every lane.
  package func step() throws -> ControlWord {
    if let part { return try step(playing: part) }
    let request = rows(at: progress)
    if progress.stepInEpoch == 0, let examples = groups.map(\.optimizer.curvatureExamples).max(), examples > 0
    {
      try observeCurvature(examples)
    }
    let source = try feed.training(request, next: nextRows(after: progress))
    var control = ControlWord()
    var hasCounted = false
    for phase in model.phases(at: progress) {
      let own = wishes()
      try contribute(phase, plan: request.plan, source: source) { lane in
        request.plan.positions(step: progress.stepInEpoch, lane: lane)
      }
      let group = groups[phase.group]
      try meter.waiting { try group.sum.reduce(own) }
      try checkFinite(group.sum, phase)
      let stage = progress.within(phase.epochs)
      try group.apply(phase.kind, at: stage)
      if phase.countsMetrics {
        learningRate = Double(group.configuration.learningRate(at: stage))
        meter.add(group.sum.totals, countsExamples: !hasCounted)
        if configuration.stop != nil { stopWindow.add(group.sum.totals, countsExamples: !hasCounted) }
        hasCounted = true
      }
      control.stop = control.stop || group.sum.control.stop
      control.save = control.save || group.sum.control.save
    }
    if let rule = configuration.stop {
      let examples = request.plan.positions(step: progress.stepInEpoch).count
      let isMet = stopWindow.endStep(examples: examples, rule: rule, metrics: model.metrics)
      reachedGoal = reachedGoal || isMet
    }
    progress = Progress(
      step: progress.step + 1, stepsPerEpoch: configuration.stepsPerEpoch,
      totalSteps: configuration.totalSteps)
    return control
  }

  private func contribute(
    _ phase: Phase, plan: ShardPlan, source: any ExampleSource, positions: (Int) -> Range<Int>
  ) throws {
    let (step, beginsEpoch) = (progress.step, progress.stepInEpoch == 0)
    let stepExamples = plan.positions(step: progress.stepInEpoch).count
    try groups[phase.group].sum.accumulate { thread, lane, contribution in
      do {
        try workers[thread].contribute(
          positions(lane), of: plan, from: source, phase: phase, step: step,
          microBatch: configuration.microBatch,
          state: {
            laneStates.state(lane, first: $0, beginsEpoch: beginsEpoch, stepExamples: stepExamples)
          }, into: contribution)
      } catch {
        meeting?.dissolve()
        throw error
      }
    }
    try meeting?.check()
  }

  /// The phase before an epoch for optimizers that want second derivatives: the epoch's first `count` examples.
  private func observeCurvature(_ count: Int) throws {
    let plan = shards(progress.epoch)
    let count = min(count, feed.trainingCount)
    let positions = (0..<self.plan.lanes).map { LanePlan.block($0, of: self.plan.lanes, from: 0..<count) }
    let ranges = (0..<replicas.count).map { rank in
      let lanes = self.plan.lanes(of: rank)
      return lanes.isEmpty
        ? 0..<0 : positions[lanes.lowerBound].lowerBound..<positions[lanes.upperBound - 1].upperBound
    }
    let source = try feed.training(RowRequest(plan: plan, positions: ranges), next: rows(at: progress))
    for (index, group) in groups.enumerated() where group.optimizer.curvatureExamples > 0 {
      let phase = Phase("curvature", group: index, kind: .curvature)
      try contribute(phase, plan: plan, source: source) { positions[$0] }
      try group.sum.reduce(ControlWord())
      try group.apply(.curvature, at: progress)
    }
  }

  /// What this rank wants decided at this step: its signals, and the coordinator's clock.
  func wishes() -> ControlWord {
    var own = interrupt(progress)
    if replicas.rank == 0, runDirectory != nil {
      let due = configuration.savePolicy.isDue(
        step: progress.step + 1, secondsSinceSave: meter.secondsSinceSave)
      own.save = own.save || due
    }
    return own
  }

  private func checkFinite(_ sum: LaneSum, _ phase: Phase) throws {
    for index in 0..<sum.totals.count where !sum.totals[index].isFinite {
      let name = index == 0 ? "examples" : model.metrics[index - 1].name
      throw TrainingError(
        "the \(name) is \(sum.totals[index]) at step \(progress.step) (phase «\(phase.name)»): "
          + "the training diverged. Lower the learning rate, clip the gradient (optimizer.clip_norm), or check the data; "
          + "the last checkpoint is untouched")
    }
  }

  package func shards(_ epoch: Int) -> ShardPlan {
    ShardPlan(
      examples: feed.trainingCount, batch: configuration.batch, lanes: configuration.lanes,
      seed: configuration.seed, epoch: epoch, shuffle: configuration.shuffle)
  }

  func rows(at progress: Progress) -> RowRequest {
    let plan = shards(progress.epoch)
    return RowRequest(
      plan: plan,
      positions: (0..<replicas.count).map {
        plan.positions(step: progress.stepInEpoch, lanes: part?.plan.lanes(of: $0) ?? self.plan.lanes(of: $0))
      })
  }

  func nextRows(after progress: Progress) -> RowRequest? {
    let next = Progress(
      step: progress.step + 1, stepsPerEpoch: progress.stepsPerEpoch, totalSteps: progress.totalSteps)
    return next.step < configuration.lastStep ? rows(at: next) : nil
  }

  private func logIfDue() throws {
    guard
      progress.step % configuration.logEverySteps == 0 || progress.step == configuration.lastStep
        || reachedGoal
    else {
      return
    }
    guard replicas.rank == 0, let observer else { return meter.forget() }
    if let record = meter.record(
      at: progress, lastStep: configuration.lastStep, metrics: model.metrics, learningRate: learningRate)
    {
      try observer.didStep(record)
    }
  }
}
