import Networks

// What the stages after the layers begin with.
extension DeepBeliefNetwork {
  /// Contributes what a stage begins with, so that the mean over examples is that.
  func begin(_ phase: Phase, _ count: Int, _ contribution: Contribution) {
    contribution.add(examples: count)
    let stage = stages[phase.stage]
    if phase.group == parameters.count - 1 {
      let flags: [Float] = [
        hasBegunUpDown || stage.kind == .upDown ? 1 : 0, hasBegunNetwork || stage.kind == .network ? 1 : 0,
      ]
      return flags.withUnsafeBufferPointer { contribution.add($0, times: count, toSlot: 0) }
    }
    let group = parameters[phase.group]
    for slot in group.slots.indices {
      var values = UnsafeBufferPointer(group[slot])
      if stage.kind == .upDown {
        let own = parameters[slot / 4]
        values = UnsafeBufferPointer(own[slot % 4 == 3 ? 0 : slot % 4])
        contribution.add(values, times: count, toSlot: slot)
      } else if slot < 2 * machines.count, stages.isPretrained(before: phase.stage) {
        start(slot, count, contribution)
      } else {
        contribution.add(values, times: count, toSlot: slot)
      }
    }
  }

  /// The classifier's layer begins with the recognition weights; those of label units are left out.
  private func start(_ slot: Int, _ count: Int, _ contribution: Contribution) {
    let layers = recognitionMachines
    let machine = layers[slot / 2]
    guard slot % 2 == 0 else {
      let bias = UnsafeBufferPointer(start: machine.hiddenBias, count: machine.hidden.count)
      return contribution.add(bias, times: count, toSlot: slot)
    }
    let (width, inputs) = (machine.visible.count, machine.visible.blocks[0].units.count)
    let target = contribution.slot(slot)
    for unit in 0..<machine.hidden.count {
      for input in 0..<inputs {
        let place = unit * inputs + input
        target.elements[place] =
          (target.adds ? target.elements[place] : 0) + Float(count) * machine.weights[unit * width + input]
      }
    }
  }
}
