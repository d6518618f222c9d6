import Checkpoints
import Networks

extension Trainer {
  private static var sumsTensor: String { "metric_sums" }

  /// Writes a checkpoint. Collective: the coordinator collects what other ranks hold and writes; a disk that is full
  /// is reported and leaves the older checkpoints as they were.
  package func save() throws {
    for group in groups { try group.collectState() }
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
    var sums = meter.sums
    do throws(CheckpointError) {
      let saved: Result<Checkpoint, CheckpointError> = sums.withUnsafeMutableBytes { bytes in
        let state = NamedTensor(
          Self.sumsTensor, type: .float64, extents: [bytes.count / 8], bytes: UnsafeRawBufferPointer(bytes))
        let contents = CheckpointContents(
          manifest: manifest,
          tensors: [
            CheckpointContents.parametersFile: model.parameters.flatMap { $0.tensors().map { $0.tensor } },
            CheckpointContents.optimizerFile: groups.flatMap { $0.stateTensors().map { $0.tensor } },
            CheckpointContents.stateFile: [state],
          ])
        return Result { () throws(CheckpointError) in try runDirectory.checkpoints.save(contents) }
      }
      let checkpoint = try saved.get()
      observer?.didSave(checkpoint, at: progress)
      let main = feed.count(of: .validation) > 0 ? "validation_error" : "test_error"
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
    var numbers = [Int64](repeating: 0, count: 1)
    if replicas.rank == 0, let checkpoint {
      do {
        let manifest = try checkpoint.manifest()
        try checkpoint.loadParameters(into: model.parameters)
        try checkpoint.load(CheckpointContents.optimizerFile, into: groups.flatMap { $0.stateTensors() })
        var sums = meter.sums
        try sums.withUnsafeMutableBytes { bytes in
          try checkpoint.load(
            CheckpointContents.stateFile,
            into: [
              TensorDestination(Self.sumsTensor, type: .float64, extents: [bytes.count / 8], bytes: bytes)
            ])
        }
        meter.restore(sums)
        figures = manifest.metrics
        best = manifest.best
        for group in groups { group.steps = manifest.counters["steps.\(group.group.name)"] ?? manifest.step }
        numbers[0] = Int64(manifest.step)
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
    progress = Progress(
      step: Int(numbers[0]), stepsPerEpoch: configuration.stepsPerEpoch, totalSteps: configuration.totalSteps)
  }
}

extension GroupOptimizer {
  /// The optimizer's state as tensors: `GROUP/STATE/SLOT`.
  func stateTensors() -> [TensorDestination] {
    zip(optimizer.stateNames, states).flatMap { name, state in group.tensors(in: state, prefix: name) }
  }
}
