import Networks

extension DeepBeliefNetwork {
  /// Adds the sums over the batch, without training.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    let count = Double(batch.count)
    if let supervised, hasBegunNetwork {
      try supervised.evaluate(batch, into: sums)
      sums[3] += count
      sums[4] += count
    } else {
      sums[0] += count
    }
    let random = RandomAddress(seed: 0, step: 0, stream: .model(0))
    let v = try visible(of: batch, random: random)
    let stack = stack
    let top = stack.layers.count
    stack.set(v, batch: batch.count)
    stack.rise(to: top, batch: batch.count)
    for layer in 0..<top {
      sums[5 + 2 * layer] += stack.predict(layer, batch: batch.count, into: scratch.base)
      sums[6 + 2 * layer] += count
    }
    if hasLabels { stack.setLabels(batch.labels, classes: data.classes) }
    let assessor = hasBegunUpDown ? assessors.untied ?? assessors.tied : assessors.tied
    stack.top.hiddenInputs(of: stack.level(top), batch: batch.count, into: scratch.base)
    assessor.assess(
      stack.level(top), inputs: scratch.base, batch, reconstruction: nil, random: random, all: true)
    sums[5 + 2 * top] += assessor.sums[0]
    sums[6 + 2 * top] += assessor.sums[1]
    if hasLabels, !hasBegunNetwork {
      sums[2] += assessor.sums[assessor.sums.count - 1]
      sums[3] += count
    }
    var bounds = [Double](repeating: 0, count: batch.count)
    bounds.withUnsafeMutableBufferPointer {
      stack.addBound(drawing: batch.examples, random: random, to: $0) {
        if hasLabels { stack.setLabels(batch.labels, classes: data.classes) }
      }
    }
    sums[sums.count - 2] -= bounds.reduce(0, +)
    sums[sums.count - 1] += count
  }
}
