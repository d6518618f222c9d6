import Networks

extension BoltzmannMachine.Configuration {
  /// How the machine is cooled.
  var cooling: CoolingSchedule {
    schedule ?? (statistics == .persistent ? CoolingSchedule([.init(1, 1)]) : .ackley1985)
  }

  /// The units and links for these data.
  ///
  /// - Throws: `ConfigurationError` that names the key, its value and what is allowed.
  func wiring(for data: DataDescription) throws(ConfigurationError) -> UnitWiring {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «boltzmann» works on vectors and images, not on sequences")
    }
    try require(!groups.isEmpty, "groups is empty: name groups of units, {name: v1, units: 4}")
    var numbers: [String: Int] = [:]
    for (index, group) in groups.enumerated() {
      try require(
        (1...4096).contains(group.units),
        "groups: «\(group.name)» has \(group.units) units: 1 to 4096 are possible")
      try require(
        !group.name.isEmpty && !group.name.contains("."),
        "groups: «\(group.name)» is no name: letters are needed, and no dot")
      try require(numbers[group.name] == nil, "groups: there are two groups «\(group.name)»")
      numbers[group.name] = index
    }
    let total = groups.reduce(0) { $0 + $1.units }
    try require(
      total <= 8192,
      "groups: \(total) units: at most 8192 are possible, for their links are counted one by one")
    let visible = groups.filter { $0.hidden != true }
    let size = visible.reduce(0) { $0 + $1.units }
    try require(
      size == data.input.count,
      "groups: the visible ones (\(visible.map { "\($0.name): \($0.units)" }.joined(separator: ", "))) have \(size) units, "
        + "but an example has \(data.input.count) values: give each value a unit")
    var pairs: [(Int, Int)] = []
    for link in links ?? [] {
      try require(link.count == 2, "links: \(link) is no pair: name two groups, [v1, code]")
      var ends: [Int] = []
      for name in link {
        guard let number = numbers[name] else { throw unknown("links", name, groups.map(\.name)) }
        ends.append(number)
      }
      try require(
        ends[0] != ends[1], "links: \(link) joins a group with itself: say inside: true in the group")
      pairs.append((ends[0], ends[1]))
    }
    let wiring = UnitWiring(
      groups: groups.map { ($0.name, $0.units, $0.hidden != true, $0.inside == true) }, pairs: pairs)
    for group in wiring.groups where group.units.contains(where: { wiring.neighbours(of: $0).isEmpty }) {
      throw ConfigurationError(
        "model.groups: the units of «\(group.name)» are linked with nothing: link the group with another (model.links), say "
          + "inside: true, or leave it out")
    }
    return wiring
  }

  /// The parts of the run.
  func learningStages(_ wiring: UnitWiring) throws(ConfigurationError) -> [GeneralMachineLearner.Stage] {
    let rows = stages ?? [BoltzmannMachine.Stage(epochs: 1)]
    try require(!rows.isEmpty, "stages is an empty list: leave it out, or give rows, {epochs: 300}")
    var result: [GeneralMachineLearner.Stage] = []
    for row in rows {
      try require(
        (1...1_000_000_000).contains(row.epochs), "stages: \(row.epochs) epochs: at least 1 is needed")
      let runs = row.runs ?? runs ?? 2
      try require((1...1024).contains(runs), "runs is \(runs): 1 to 1024 anneals of an example are possible")
      let noise = row.noise ?? noise
      for (key, chance) in [("on_to_off", noise?.onToOff), ("off_to_on", noise?.offToOn)] {
        guard let chance else { continue }
        try require(
          chance >= 0 && chance <= 0.5, "noise.\(key) is \(chance): a chance of 0 to 0.5 is possible")
      }
      result.append(
        .init(
          wiring, runs: runs, onToOff: Float(noise?.onToOff ?? 0), offToOn: Float(noise?.offToOn ?? 0),
          removed: try removed(row.without ?? without, wiring)))
    }
    return result
  }

  /// The units that `without` names.
  func removed(_ names: [String]?, _ wiring: UnitWiring) throws(ConfigurationError) -> Set<Int> {
    var units = Set<Int>()
    for name in names ?? [] {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let group = try self.group(parts.first ?? "", "without", wiring, isVisible: false)
      guard parts.count > 1 else {
        units.formUnion(group.units)
        continue
      }
      guard let number = Int(parts[1]), group.units.indices.contains(group.units.lowerBound + number),
        number >= 0
      else {
        throw ConfigurationError(
          "model.without: «\(name)» is no unit: those of «\(group.name)» are \(group.name).0 to "
            + "\(group.name).\(group.units.count - 1)")
      }
      units.insert(group.units.lowerBound + number)
    }
    return units
  }

  /// The group of this name, if it is of this kind.
  func group(
    _ name: String, _ key: String, _ wiring: UnitWiring, isVisible: Bool
  ) throws(ConfigurationError) -> UnitWiring.Group {
    guard let group = wiring.group(named: name) else { throw unknown(key, name, wiring.groups.map(\.name)) }
    try require(
      group.isVisible == isVisible,
      "\(key): the group «\(name)» is \(isVisible ? "hidden: a visible" : "visible: a hidden") one is needed")
    return group
  }

  /// Checks what is left.
  func validate() throws(ConfigurationError) {
    try cooling.validate(key: "model.schedule")
    let isPersistent = statistics == .persistent
    let (wrong, other) = isPersistent ? ("annealed", "persistent") : ("persistent", "annealed")
    let foreign: [(String, Bool)] =
      isPersistent
      ? [("time", time != nil), ("runs", runs != nil), ("noise", noise != nil)]
      : [("chains", chains != nil), ("chain_time", chainTime != nil), ("iterations", iterations != nil)]
    for (key, isGiven) in foreign {
      try require(!isGiven, "\(key) belongs to statistics: \(wrong), not to \(other); leave it out")
    }
    for (key, value, most) in [
      ("time", time, 100_000), ("chains", chains, 1 << 24), ("chain_time", chainTime, 100_000),
      ("iterations", iterations, 100_000),
    ] {
      if let value {
        try require((1...most).contains(value), "\(key) is \(value): 1 to \(most) are possible")
      }
    }
    if let deviation {
      try require(
        deviation >= 0 && deviation.isFinite, "deviation is \(deviation): it must be at least 0 and finite")
    }
    try require(binarize?.isFinite ?? true, "binarize is \(binarize ?? 0): a number is needed")
    if let damage {
      try require(
        damage.noise >= 0 && damage.noise.isFinite,
        "damage.noise is \(damage.noise): it must be at least 0 and finite")
    }
  }

  func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(ConfigurationError) {
    if !condition { throw ConfigurationError("model.\(text())") }
  }

  private func unknown(_ key: String, _ name: String, _ names: [String]) -> ConfigurationError {
    ConfigurationError("model.\(key): unknown group «\(name)»: \(Suggestion.clause(for: name, in: names))")
  }
}
