import Networks

// What the stages after the layers begin with.
extension DeepBoltzmannMachine {
  /// Contributes what a stage begins with, so that the mean over examples is that.
  func begin(_ phase: Phase, _ count: Int, _ contribution: Contribution) {
    guard count > 0 else { return }
    contribution.add(examples: count)
    let stage = stages[phase.stage]
    if phase.group == parameters.count - 1 {
      let flags: [Float] = [
        hasBegunJoint || stage.kind == .together ? 1 : 0, hasBegunNetwork || stage.kind == .network ? 1 : 0,
      ]
      return flags.withUnsafeBufferPointer { contribution.add($0, times: count, toSlot: 0) }
    }
    let machine = field.machine
    let group = parameters[phase.group]
    for slot in group.slots.indices {
      var values = UnsafeBufferPointer(group[slot])
      if stage.kind == .together {
        // The running means of activities keep their own first values.
        if slot <= machine.biasSlot(machine.depth) { values = UnsafeBufferPointer(machine.group[slot]) }
      } else if slot < 2 * machine.depth, stages.isPretrained(before: phase.stage) {
        begin(classifierSlot: slot, machine, count, contribution)
        continue
      }
      contribution.add(values, times: count, toSlot: slot)
    }
  }

  /// The classifier's first layer has the weights to the input and the transposed ones to the second hidden level, so that
  /// it begins with what the mean field says. Layers between, which nothing comes down to, have doubled weights, as when
  /// the machine was composed.
  private func begin(
    classifierSlot slot: Int, _ machine: DeepMachine, _ count: Int, _ contribution: Contribution
  ) {
    let level = slot / 2 + 1
    guard slot % 2 == 0 else {
      let bias = UnsafeBufferPointer(start: machine.bias(level), count: machine.levels[level].count)
      return contribution.add(bias, times: count, toSlot: slot)
    }
    let (weights, above) = (machine.weights(level), machine.weights(2))
    let units = machine.levels[level].count
    let below = machine.levels[level - 1].count
    let width = level == 1 ? below + machine.levels[2].count : below
    let factor: Float = level > 1 && level < machine.depth ? 2 : 1
    let target = contribution.slot(slot)
    if !target.adds { target.elements.update(repeating: 0) }
    for unit in 0..<units {
      for input in 0..<width {
        let weight =
          input < below ? factor * weights[unit * below + input] : above[(input - below) * units + unit]
        target.elements[unit * width + input] += Float(count) * weight
      }
    }
  }
}
