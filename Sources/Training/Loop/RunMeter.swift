import Networks

/// Sums metrics and time between two lines of metrics.
package struct RunMeter {
  /// The examples, then the metric sums, since the line before.
  package private(set) var sums: [Double]
  /// The examples that this process has seen the run train on, and the seconds it took: for the summary.
  package private(set) var examples = 0.0
  private var started = ContinuousClock.now
  private var lastLine = ContinuousClock.now
  private var lastSave = ContinuousClock.now
  private var waited = Duration.zero

  package init(metricCount: Int) {
    sums = Array(repeating: 0, count: 1 + metricCount)
  }

  /// Starts all clocks.
  package mutating func start() {
    started = .now
    lastLine = started
    lastSave = started
  }

  /// The seconds since the last checkpoint.
  package var secondsSinceSave: Double { (ContinuousClock.now - lastSave) / .seconds(1) }
  /// The seconds since the start.
  package var seconds: Double { (ContinuousClock.now - started) / .seconds(1) }

  /// A checkpoint was written.
  package mutating func didSave() { lastSave = .now }

  /// Runs `work` and counts its time as waiting.
  package mutating func waiting(_ work: () throws -> Void) rethrows {
    let before = ContinuousClock.now
    try work()
    waited += .now - before
  }

  /// Adds the totals of a phase; its examples only where no phase of the step has counted them.
  package mutating func add(_ totals: UnsafeMutableBufferPointer<Double>, countsExamples: Bool = true) {
    for i in totals.indices where i > 0 || countsExamples { sums[i] += totals[i] }
    if countsExamples { examples += totals[0] }
  }

  /// Gives away what has been summed: another rank reports it.
  package mutating func take() -> [Double] {
    defer { for i in sums.indices { sums[i] = 0 } }
    return sums
  }

  /// Adds what another rank has summed.
  package mutating func add(_ others: [Double]) {
    for i in sums.indices { sums[i] += others[i] }
    examples += others[0]
  }

  /// Replaces the sums since the line before: on resuming.
  package mutating func restore(_ sums: [Double]) { self.sums = sums }

  /// Begins a new line without writing one.
  package mutating func forget() {
    for i in sums.indices { sums[i] = 0 }
    waited = .zero
    lastLine = .now
  }

  /// The line since the one before; nil where nothing was done.
  package mutating func record(at progress: Progress, lastStep: Int, metrics: [Metric], learningRate: Double)
    -> StepRecord?
  {
    defer { forget() }
    guard sums[0] > 0 else { return nil }
    let now = ContinuousClock.now
    let elapsed = max((now - lastLine) / .seconds(1), 1e-9)
    return StepRecord(
      progress: progress, lastStep: lastStep,
      metrics: Metric.figures(metrics, sums: sums),
      examplesPerSecond: sums[0] / elapsed, waitingShare: min((waited / .seconds(1)) / elapsed, 1),
      learningRate: learningRate)
  }
}
