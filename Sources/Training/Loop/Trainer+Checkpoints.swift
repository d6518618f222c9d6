import Checkpoints
import Networks

extension Trainer {
  private static var sumsTensor: String { "metric_sums" }
  private static var windowTensor: String { "stop_window" }
  private static var laneTensor: String { "lane_states" }

  /// Writes a checkpoint. Collective: the coordinator collects what other ranks hold and writes; a disk that is full
  /// is reported and leaves the older checkpoints as they were.
  package func save() throws {
    for group in groups { try group.collectState() }
    try laneStates.collect()
    meter.didSave()
    saveFailure = nil
    guard replicas.rank == 0, let runDirectory else { return }
    var manifest = manifestBase
    manifest.step = progress.step
    manifest.epoch = progress.epoch
    manifest.dataPosition = progress.stepInEpoch * configuration.batch
    manifest.metrics = figures
    manifest.best = best
    for group in groups { manifest.counters["steps.\(group.group.name)"] = group.steps }
    manifest.counters["reached_goal"] = reachedGoal ? 1 : 0
    var sums = meter.sums + stopWindow.sums
    let metricSums = meter.sums.count
    do throws(CheckpointError) {
      let saved: Result<Checkpoint, CheckpointError> = sums.withUnsafeMutableBytes { bytes in
        let bytes = UnsafeRawBufferPointer(bytes)
        var state = [
          NamedTensor(
            Self.sumsTensor, type: .float64, extents: [metricSums],
            bytes: UnsafeRawBufferPointer(rebasing: bytes[..<(8 * metricSums)])),
          NamedTensor(
            Self.windowTensor, type: .float64, extents: [stopWindow.sums.count],
            bytes: UnsafeRawBufferPointer(rebasing: bytes[(8 * metricSums)...])),
        ]
        if laneStates.size > 0 { state.append(laneStateTensor.tensor) }
        let contents = CheckpointContents(
          manifest: manifest,
          tensors: [
            CheckpointContents.parametersFile: model.parameters.flatMap { $0.tensors().map { $0.tensor } },
            CheckpointContents.optimizerFile: groups.flatMap { $0.stateTensors().map { $0.tensor } },
            CheckpointContents.stateFile: state,
          ])
        return Result { () throws(CheckpointError) in try runDirectory.checkpoints.save(contents) }
      }
      let checkpoint = try saved.get()
      observer?.didSave(checkpoint, at: progress)
      let main = "\(feed.count(of: .validation) > 0 ? "validation" : "test")_\(M.mainMetric)"
      _ = try runDirectory.checkpoints.prune(
        keepLast: configuration.savePolicy.keepLast, best: configuration.savePolicy.bestMetric(main: main))
    } catch {
      saveFailure = error
      observer?.didWarn("checkpoint not written: \(error)")
    }
  }

  /// Goes on from `checkpoint`, which only the coordinator needs to be able to read. Collective.
  ///
  /// - Throws: `CheckpointError` at the coordinator, `TrainingError` elsewhere, where it does not fit the model.
  public func resume(from checkpoint: Checkpoint?) throws {
    var failure: (any Error)?
    var numbers = [Int64](repeating: 0, count: 2)
    if replicas.rank == 0, let checkpoint {
      do {
        let manifest = try checkpoint.manifest()
        try checkpoint.loadParameters(into: model.parameters)
        try checkpoint.load(CheckpointContents.optimizerFile, into: groups.flatMap { $0.stateTensors() })
        try loadState(from: checkpoint)
        reachedGoal = manifest.counters["reached_goal"] == 1
        figures = manifest.metrics
        best = manifest.best
        for group in groups { group.steps = manifest.counters["steps.\(group.group.name)"] ?? manifest.step }
        numbers = [Int64(manifest.step), reachedGoal ? 1 : 0]
      } catch {
        failure = error
        numbers[0] = -1
      }
    }
    try numbers.withUnsafeMutableBytes { try replicas.broadcast(in: $0, operation: "resuming") }
    if let failure { throw failure }
    guard numbers[0] >= 0 else {
      throw TrainingError("the coordinator cannot read the checkpoint; it says why")
    }
    for group in groups { try group.distribute() }
    try laneStates.distribute()
    reachedGoal = numbers[1] == 1
    try stopWindow.sums.withUnsafeMutableBytes { try replicas.broadcast(in: $0, operation: "resuming") }
    progress = Progress(
      step: Int(numbers[0]), stepsPerEpoch: configuration.stepsPerEpoch, totalSteps: configuration.totalSteps)
  }

  private var laneStateTensor: TensorDestination {
    TensorDestination(
      Self.laneTensor, type: .float32,
      extents: [plan.lanes, laneStates.size / laneStates.places, laneStates.places],
      bytes: UnsafeMutableRawBufferPointer(laneStates.buffer.elements))
  }

  /// What belongs to the run and is neither a parameter nor the optimizer's.
  private func loadState(from checkpoint: Checkpoint) throws {
    var sums = meter.sums
    var window = stopWindow.sums
    try sums.withUnsafeMutableBytes { sums in
      try window.withUnsafeMutableBytes { window in
        var places = [
          TensorDestination(Self.sumsTensor, type: .float64, extents: [sums.count / 8], bytes: sums),
          TensorDestination(Self.windowTensor, type: .float64, extents: [window.count / 8], bytes: window),
        ]
        if laneStates.size > 0 { places.append(laneStateTensor) }
        try checkpoint.load(CheckpointContents.stateFile, into: places)
      }
    }
    meter.restore(sums)
    stopWindow.sums = window
  }
}

extension GroupOptimizer {
  /// The optimizer's state as tensors: `GROUP/STATE/SLOT`.
  func stateTensors() -> [TensorDestination] {
    zip(optimizer.stateNames, states).flatMap { name, state in group.tensors(in: state, prefix: name) }
  }
}
