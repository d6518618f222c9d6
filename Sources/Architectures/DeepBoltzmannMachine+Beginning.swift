import Kernels
import Networks

// What the stages after the layers begin with, and what is taken from another run.
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
        let target = contribution.slot(slot)
        if !target.adds { target.elements.update(repeating: 0) }
        machine.addClassifier(slot: slot, times: Float(count), to: target.elements)
        continue
      }
      contribution.add(values, times: count, toSlot: slot)
    }
  }
}

extension DeepBoltzmannMachine: RestartedModel {
  /// Takes the machine of a run with the same levels, composed of its layers or trained as a whole: the layers become those
  /// that it would be composed of, so that any stage may come first. A classifier begins with what its mean field says,
  /// chains begin anew.
  ///
  /// - Throws: `ConfigurationError` with the levels of both where they are not the same.
  public func start(with other: DeepBoltzmannMachine) throws {
    let theirs = other.field.machine
    let own = [machines[0].visible.count] + machines.map(\.hidden.count)
    let given = theirs.levels.map(\.count)
    guard own == given else {
      throw ConfigurationError(
        "start: the run has the levels \(given), the input first, but this machine has \(own): make model.layers the same"
      )
    }
    theirs.decompose(into: machines)
    guard let network = supervised?.network.parameters else { return }
    for slot in 0..<2 * theirs.depth {
      let target = network[slot]
      target.update(repeating: 0)
      theirs.addClassifier(slot: slot, times: 1, to: target)
    }
  }
}

extension DeepMachine {
  /// Adds slot `slot` of the classifier that begins with this machine, `factor` times.
  ///
  /// Its first layer has the weights to the input and the transposed ones to the second hidden level, so that it begins
  /// with what the mean field says. Layers between, which nothing comes down to, have doubled weights, as when the machine
  /// was composed.
  fileprivate func addClassifier(
    slot: Int, times factor: Float, to target: UnsafeMutableBufferPointer<Float>
  ) {
    let level = slot / 2 + 1
    guard slot % 2 == 0 else {
      return Elementwise.axpy(
        factor, UnsafeBufferPointer(start: bias(level), count: levels[level].count), to: target)
    }
    let (weights, above) = (weights(level), weights(2))
    let (units, below) = (levels[level].count, levels[level - 1].count)
    let width = level == 1 ? below + levels[2].count : below
    let scale: Float = level > 1 && level < depth ? 2 : 1
    for unit in 0..<units {
      for input in 0..<width {
        let weight =
          input < below ? scale * weights[unit * below + input] : above[(input - below) * units + unit]
        target[unit * width + input] += factor * weight
      }
    }
  }
}
