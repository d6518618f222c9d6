import Kernels
import Networks

extension HopfieldNetwork {
  /// Makes cues from the patterns in `columns`, lets them come to rest in their network, and adds what became of them.
  func recallColumns(
    _ columns: Range<Int>, of batch: Batch, _ patterns: UnsafeMutableBufferPointer<Float>, _ network: Int,
    into sums: UnsafeMutableBufferPointer<Double>
  ) {
    let count = columns.count
    let states = recallStates(count)
    for (place, column) in columns.enumerated() {
      let target = (0..<units).map { patterns[$0 * batch.count + column] }
      let cue = self.cue(from: target, example: batch.examples[column])
      for i in 0..<units { states[i * count + place] = cue[i] > 0 ? 1 : recall.low }
    }
    let weights = weights(of: network)
    var energy = recallWorkspace.energy(of: .init(states), weights: weights, batch: count)
    var firstFlips = [Float](repeating: 0, count: count)
    var outcome = RecallOutcome(sweeps: 1, isAtRest: true)
    if let beta = configuration.recall?.beta {
      softmaxStep(states, count, network, beta: beta)
    } else {
      outcome = recallWorkspace.recall(
        states, weights: weights, batch: count, recall,
        random: RandomAddress(seed: 0, step: 0, stream: .model(0x1982))
      ) { sweep in
        if sweep == 1 { firstFlips = Array(recallWorkspace.flips.prefix(count)) }
        let now = recallWorkspace.energy(of: .init(states), weights: weights, batch: count)
        if recall.order == .asynchronous, configuration.links != .oneWay, (configuration.sequence ?? 0) == 0 {
          for (before, after) in zip(energy, now) {
            precondition(after <= before + 1e-4 * (1 + abs(before)), "the energy rose from \(before) to \(after)")
          }
        }
        energy = now
      }
    }
    sums[0] += Double(count)
    for (place, column) in columns.enumerated() {
      let wrong = (0..<units).reduce(0) {
        $0 + ((states[$1 * count + place] > 0) == (patterns[$1 * batch.count + column] > 0) ? 0 : 1)
      }
      let nearest = distance(of: states, place, count, toPatternsOf: network)
      let near = configuration.recall?.near ?? 5
      sums[1] += wrong > 0 ? 1 : 0
      sums[2] += Double(wrong) / Double(units)
      sums[3] += nearest == 0 ? 1 : 0
      sums[4] += nearest > 0 && nearest <= near ? 1 : 0
      sums[5] += nearest > near ? 1 : 0
      sums[6] += configuration.recall?.beta == nil && recallWorkspace.flips[place] == 0 ? 1 : 0
      sums[7] += Double(firstFlips[place]) / Double(units)
      sums[8] += Double(outcome.sweeps)
      sums[9] += outcome.isAtRest ? 0 : 1
      sums[10] += energy[place]
    }
  }

  /// The cue for an example: a function of the pattern and of the example's number.
  func cue(from pattern: [Float], example: UInt32) -> [Float] {
    var stream = RandomStream(RandomAddress(seed: UInt64(example), step: 0, stream: .model(0x1983)))
    var cue = pattern
    switch configuration.cue ?? .stored {
    case .stored: break
    case .random: for i in cue.indices { cue[i] = stream.happens(0.5) ? 1 : -1 }
    case .half: for i in cue.count / 2..<cue.count { cue[i] = stream.happens(0.5) ? 1 : -1 }
    case .flip(let count):
      var order = Array(cue.indices)
      stream.shuffle(&order)
      for i in order.prefix(count) { cue[i] = -cue[i] }
    }
    return cue
  }

  /// The wrong units of a state against the nearest stored pattern or, where units are 0 and 1, its complement.
  private func distance(
    of states: UnsafeMutableBufferPointer<Float>, _ place: Int, _ count: Int, toPatternsOf network: Int
  ) -> Int {
    let stored = patterns(of: network)
    var nearest = units
    for pattern in 0..<configuration.patterns {
      var wrong = 0
      for i in 0..<units where (states[i * count + place] > 0) != (stored[pattern * units + i] > 0) { wrong += 1 }
      nearest = min(nearest, wrong, units - wrong)
    }
    return nearest
  }

  /// V = sign(X softmax(β Xᵀ V)): one step of the modern network, over the patterns themselves.
  private func softmaxStep(
    _ states: UnsafeMutableBufferPointer<Float>, _ count: Int, _ network: Int, beta: Double
  ) {
    let stored = patterns(of: network)
    for place in 0..<count {
      let overlaps = (0..<configuration.patterns).map { pattern in
        (0..<units).reduce(0.0) {
          $0 + Double(stored[pattern * units + $1]) * (states[$1 * count + place] > 0 ? 1 : -1)
        }
      }
      let largest = overlaps.max()!
      let weights = overlaps.map { portableExp(beta * ($0 - largest)) }
      for i in 0..<units {
        let sum = weights.indices.reduce(0.0) { $0 + weights[$1] * Double(stored[$1 * units + i]) }
        states[i * count + place] = sum > 0 ? 1 : recall.low
      }
    }
  }
}
