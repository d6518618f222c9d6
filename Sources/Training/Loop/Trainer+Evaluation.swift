import Checkpoints
import Datasets
import Networks

extension Trainer {
  /// Evaluates on every split that there is; the figures are exact for any number of ranks. Collective.
  ///
  /// Where the optimizer keeps a mean of the parameters (`optimizer.averaging`), the figures are those of the mean.
  package func evaluateAll() throws {
    for group in groups {
      try group.enterMean()
      try group.spreadParameters()
    }
    try evaluateSplits()
    try illustrate()
    // Every evaluation ends with an exchange of sums: all ranks are done with the mean.
    for group in groups { try group.leaveMean() }
  }

  private func evaluateSplits() throws {
    // Where examples are held back, the step with their best value selects the figures on the test set, too.
    var isBest = false
    for split in EvaluationSplit.allCases where feed.count(of: split) > 0 {
      let record = try evaluate(split)
      if split == .validation { isBest = isLowest(record) }
      if split == .test, isBest {
        for (name, value) in record.named { figures["selected_\(name)"] = value }
      }
      for (name, value) in record.named {
        figures[name] = value
        if value < best[name]?.value ?? .infinity { best[name] = .init(value: value, step: progress.step) }
      }
      if replicas.rank == 0 { try observer?.didEvaluate(record) }
    }
    if let rule = configuration.stop, rule.isMet(figures) { reachedGoal = true }
  }

  private func isLowest(_ record: EvaluationRecord) -> Bool {
    let main = "\(record.split.rawValue)_\(M.mainMetric)"
    guard let value = record.named.first(where: { $0.name == main })?.value else { return false }
    return value < best[main]?.value ?? .infinity
  }

  /// Shows the coordinator's observer what the model has to show of the first test examples, and takes its figures of
  /// them. Collective.
  private func illustrate() throws {
    guard M.self is any IllustratedModel.Type, feed.count(of: .test) > 0 else { return }
    let count = min(configuration.evaluationBlock, feed.count(of: .test))
    let ranges = (0..<replicas.count).map { $0 == 0 ? 0..<count : 0..<0 }
    let source = try feed.evaluation(.test, ranges: ranges)
    guard replicas.rank == 0, let model = model as? any IllustratedModel else { return }
    let batch = workers[0].assembler.assemble(evaluating: 0..<count, from: source)
    for (name, value) in try model.figures(of: batch) { figures["test_\(name)"] = value }
    guard configuration.illustrates, let observer else { return }
    observer.didIllustrate(try model.illustrations(of: batch, at: progress), at: progress)
  }

  /// The metrics on one split, as means over all its examples. Collective.
  ///
  /// The split is cut into fixed blocks; each block's sums are kept apart and added in the order of the blocks, so that
  /// the result does not depend on who evaluated which.
  public func evaluate(_ split: EvaluationSplit) throws -> EvaluationRecord {
    let blocks = EvaluationPlan(examples: feed.count(of: split), block: configuration.evaluationBlock)
    let width = 1 + model.metrics.count
    let sums = UnsafeMutableBufferPointer<Double>.zeros(max(blocks.blocks * width, 1))
    defer { sums.deallocate() }
    let owned = (0..<replicas.count).map { blocks.blocks(ofPart: $0, parts: replicas.count) }
    let rounds = (owned.map(\.count).max()! + team.count - 1) / team.count
    for round in 0..<rounds {
      let now = owned.map { own -> Range<Int> in
        let first = min(own.lowerBound + round * team.count, own.upperBound)
        return first..<min(first + team.count, own.upperBound)
      }
      let source = try feed.evaluation(
        split,
        ranges: now.map {
          $0.isEmpty
            ? 0..<0
            : blocks.examples(inBlock: $0.lowerBound)
              .lowerBound..<blocks.examples(inBlock: $0.upperBound - 1).upperBound
        })
      let mine = now[replicas.rank]
      try team.run { thread in
        guard thread < mine.count else { return }
        let block = mine.lowerBound + thread
        let batch = workers[thread].assembler.assemble(
          evaluating: blocks.examples(inBlock: block), from: source)
        let place = UnsafeMutableBufferPointer(start: sums.baseAddress! + block * width, count: width)
        try workers[thread].model.evaluate(batch, into: place)
      }
    }
    let ranges = owned.map { $0.lowerBound * width..<$0.upperBound * width }
    let exchange = try replicas.prepareAllGather(
      sums, ranges: ranges, operation: "evaluation on the \(split.rawValue) set")
    try exchange.start()
    try exchange.wait()
    var totals = [Double](repeating: 0, count: width)
    for block in 0..<blocks.blocks {
      for i in 0..<width { totals[i] += sums[block * width + i] }
    }
    return EvaluationRecord(
      progress: progress, split: split,
      metrics: Metric.figures(model.metrics, sums: totals))
  }
}

extension Trainer {
  /// The examples that this process saw trained on per second of the run, evaluations and checkpoints included.
  public var examplesPerSecond: Double { meter.examples / max(meter.seconds, 1e-9) }

  /// The examples that the run has been trained on since its first step, repetitions counted.
  public var examplesSeen: Int {
    progress.epoch * feed.trainingCount + min(progress.stepInEpoch * configuration.batch, feed.trainingCount)
  }
}
