import Kernels
import Networks

extension HopfieldNetwork: IllustratedModel, SamplingModel {
  /// Patterns, their cues and what becomes of them sweep by sweep; where weights are bounded, recall by age too.
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    guard examples.count > 0 else { return [] }
    try arrange(examples)
    var artifacts = [Artifact("recall", .picture(recallPicture(of: min(examples.count, 16))))]
    if case .limit = configuration.weights { artifacts += recallByAge(examples.count) }
    return artifacts
  }

  /// A line for the patterns, one for the cues, one for each of the first sweeps, and one for the states at rest.
  private func recallPicture(of count: Int) -> Picture {
    var lines = [Array(UnsafeBufferPointer(start: rows.base, count: count * units))]
    for sweeps in configuration.rule == .softmax ? [0, 1] : [0, 1, 2, 4, recall.sweeps] {
      var line: [Float] = []
      for place in 0..<count {
        writeCue(of: place, into: workspace.state(0))
        let network = Int(groups.examples[place]) % configuration.networkCount
        if sweeps > 0 { settle(place, network, sweeps: sweeps) }
        line += workspace.state(0).map { $0 > 0 ? 1 : -1 }
      }
      lines.append(line)
    }
    return .comparison(lines, shape: input, layout: GridLayout(scale: units < 400 ? 4 : 1, range: -1...1))
  }

  /// Lets the first state of the workspace come to rest as the example at `place` would.
  private func settle(_ place: Int, _ network: Int, sweeps: Int) {
    guard configuration.rule != .softmax else { return recallBySoftmax(1, storedPatterns(of: network)) }
    var recall = recall
    recall.sweeps = min(sweeps, recall.sweeps)
    groups.examples[place..<place + 1].withUnsafeBufferPointer {
      workspace.recall($0, links: links(of: network), recall)
    }
  }

  /// How well each of the stored patterns among the examples is recalled, the one that was stored last first.
  private func recallByAge(_ count: Int) -> [Artifact] {
    var tallies: [Int: (cues: Double, errors: Double, bits: Double)] = [:]
    for place in 0..<count {
      let example = Int(groups.examples[place])
      let network = example % configuration.networkCount
      let stored = storedPatterns(of: network)
      // What was never stored has no age.
      guard let number = storedNumber(of: place, stored) else { continue }
      let pattern = rows.base + place * units
      writeCue(of: place, into: workspace.state(0))
      settle(place, network, sweeps: recall.sweeps)
      let state = workspace.state(0)
      let wrong = (0..<units).count { (state[$0] > 0) != (pattern[$0] > 0) }
      let age = stored.count / units - 1 - number
      var tally = tallies[age] ?? (0, 0, 0)
      tally.cues += 1
      tally.errors += wrong > near ? 1 : 0
      tally.bits += Double(wrong) / Double(units)
      tallies[age] = tally
    }
    let ages = tallies.sorted { $0.key < $1.key }
    guard ages.count > 1 else { return [] }
    let rows = ages.map {
      [Double($0.key), $0.value.cues, 1 - $0.value.errors / $0.value.cues, $0.value.bits / $0.value.cues]
    }
    let curve = ChartSeries("recalled", x: rows.map { $0[0] }, y: rows.map { $0[2] })
    let frame = ChartFrame(
      title: "Recall by age", xLabel: "patterns stored since", yLabel: "recalled within \(near) units",
      yRange: 0...1)
    return [
      Artifact("recall_by_age", .table(columns: ["age", "cues", "recalled", "bit_error"], rows: rows)),
      Artifact("recall_by_age", .picture(.lineChart([curve], frame: frame))),
    ]
  }

  /// Where random states come to rest: one state for each sample, network by network.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    guard request.label == nil else {
      throw ConfigurationError("a Hopfield network knows no classes: leave out the label")
    }
    var values: [Float] = []
    for sample in 0..<request.count {
      var stream = RandomStream(
        seed: request.seed << 32 | UInt64(sample), stream: RandomAddress.Stream.model(18).number)
      drawUnits(0..<units, of: workspace.state(0), from: &stream)
      groups.set(example: UInt32(truncatingIfNeeded: sample), at: 0)
      settle(0, sample % configuration.networkCount, sweeps: recall.sweeps)
      values += workspace.state(0).map { $0 > 0 ? 1 : 0 }
    }
    let shown = Array(values.prefix(min(request.count, 1024) * units))
    return [
      Artifact(
        "samples", .picture(.grid(shown, shape: input, layout: GridLayout(scale: units < 400 ? 4 : 1)))),
      Artifact("samples", .images(shape: input, pixels: values.map { $0 > 0 ? 255 : 0 })),
    ]
  }
}
