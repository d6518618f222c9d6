import Networks

// What the stages after the layers begin with, and what is taken from another run.
extension DeepBeliefNetwork {
  /// Contributes what a stage begins with, so that the mean over examples is that.
  func begin(_ phase: Phase, _ count: Int, _ contribution: Contribution) {
    contribution.add(examples: count)
    let stage = stages[phase.stage]
    if phase.group == parameters.count - 1 {
      let flags: [Float] = [
        hasBegunUpDown || stage.kind == .together ? 1 : 0, hasBegunNetwork || stage.kind == .network ? 1 : 0,
      ]
      return flags.withUnsafeBufferPointer { contribution.add($0, times: count, toSlot: 0) }
    }
    let group = parameters[phase.group]
    for slot in group.slots.indices {
      var values = UnsafeBufferPointer(group[slot])
      if stage.kind == .together, !hasBegunUpDown {
        let own = parameters[slot / 4]
        values = UnsafeBufferPointer(own[slot % 4 == 3 ? 0 : slot % 4])
      } else if stage.kind == .network, slot < 2 * machines.count, stages.isPretrained(before: phase.stage) {
        let target = contribution.slot(slot)
        if !target.adds { target.elements.update(repeating: 0) }
        recognitionMachines.addClassifier(slot: slot, times: Float(count), to: target.elements)
        continue
      }
      contribution.add(values, times: count, toSlot: slot)
    }
  }
}

extension DeepBeliefNetwork: RestartedModel {
  /// Takes the layers of a run with the same ones. Where none of them is trained again, up-down training goes on with
  /// their recognition and generative weights if that run had parted them, and a classifier begins with the recognition
  /// weights.
  ///
  /// - Throws: `ConfigurationError` with the layers of both where their units are not the same in number and kind.
  public func start(with other: DeepBeliefNetwork) throws {
    func text(_ layer: UnitLayer) -> String {
      layer.blocks.map { "\($0.units.count) \($0.kind.name)" }.joined(separator: " and ")
    }
    func layers(_ network: DeepBeliefNetwork) -> String {
      network.machines.map { "\(text($0.hidden)) on \(text($0.visible))" }.joined(separator: ", ")
    }
    guard layers(self) == layers(other) else {
      throw ConfigurationError(
        "start: the run has the layers \(layers(other)), but this network has \(layers(self)): make model.layers, "
          + "model.visible and model.labels the same")
    }
    for (own, theirs) in zip(machines, other.machines) { own.group.copyValues(from: theirs.group) }
    guard stages[0].kind != .layer else { return }
    if let untied, let theirs = other.untied, other.hasBegunUpDown {
      untied.stack.top.group.copyValues(from: theirs.stack.top.group)
      parameters[parameters.count - 1][0][0] = 1
    }
    guard let network = supervised?.network.parameters else { return }
    for slot in 0..<2 * machines.count {
      network[slot].update(repeating: 0)
      other.recognitionMachines.addClassifier(slot: slot, times: 1, to: network[slot])
    }
  }
}

extension [RestrictedMachine] {
  /// Adds slot `slot` of the classifier that begins with the weights of these layers, `factor` times; those of label units
  /// are left out.
  fileprivate func addClassifier(
    slot: Int, times factor: Float, to target: UnsafeMutableBufferPointer<Float>
  ) {
    let machine = self[slot / 2]
    guard slot % 2 == 0 else {
      for unit in target.indices { target[unit] += factor * machine.hiddenBias[unit] }
      return
    }
    let (width, inputs) = (machine.visible.count, machine.visible.blocks[0].units.count)
    for unit in 0..<machine.hidden.count {
      for input in 0..<inputs {
        target[unit * inputs + input] += factor * machine.weights[unit * width + input]
      }
    }
  }
}
