import Networks

extension BoltzmannMachine {
  /// The figures of a machine on a batch.
  final class Assessment {
    /// The metrics; the first two belong to training.
    let metrics: [Metric]
    let codes: HiddenCodes?
    private let machine: GeneralMachine
    private let completion: CompletionTest?
    private let removed: Set<Int>
    private let codeDistance: Int
    private let leftOut: Range<Int>
    private let by: Range<Int>

    private static let random = RandomAddress(seed: 0, step: 0, stream: .model(0))

    init(
      _ configuration: Configuration, _ machine: GeneralMachine, removed: Set<Int>, hasFreeEnergy: Bool
    ) throws(ConfigurationError) {
      self.machine = machine
      self.removed = removed
      var metrics = [
        Metric("energy_gap", per: "trained_examples"), Metric("trained_examples", isShown: false),
        Metric("assessed_examples", isShown: false),
      ]
      func add(_ name: String, per: String = "assessed_examples") { metrics.append(Metric(name, per: per)) }
      completion = try configuration.completionTest(machine, removed: removed)
      leftOut = try configuration.leftOut(machine.wiring)
      by = try configuration.groupForCounting(machine.wiring)
      if completion != nil { add("completion_error") }
      if !leftOut.isEmpty { add("completion_error_without") }
      codes = try configuration.hiddenCodes(machine, removed: removed)
      codeDistance = configuration.code?.distance ?? 1
      if codes != nil { add("code_error") }
      if hasFreeEnergy { add("free_energy") }
      if !by.isEmpty {
        for number in 0...by.count {
          add("completion_error_\(number)", per: "examples_\(number)")
          metrics.append(Metric("examples_\(number)", isShown: false))
        }
      }
      self.metrics = metrics
    }

    /// Computes the sums over a batch [visible, batch].
    func assess(
      _ v: UnsafePointer<Float>, _ examples: UnsafeBufferPointer<UInt32>, freeEnergies: [Double]?,
      add: (_ value: Double, _ metric: Int) -> Void
    ) {
      let batch = examples.count
      add(Double(batch), 2)
      var next = 3
      func addNext(_ value: Double) {
        add(value, next)
        next += 1
      }
      var wrong: [Double] = []
      if let completion {
        wrong = completion.wrongShares(v, examples: examples, removed: removed, random: Self.random)
        addNext(wrong.reduce(0, +))
      }
      if let completion, !leftOut.isEmpty {
        var sum = 0.0
        for unit in leftOut {
          let removed = removed.union([unit])
          sum += completion.wrongShares(v, examples: examples, removed: removed, random: Self.random).reduce(
            0, +)
        }
        addNext(sum / Double(leftOut.count))
      }
      if let codes {
        addNext(Double(HiddenCodes.repeated(codes.codes(v, batch: batch), least: codeDistance)))
      }
      if let freeEnergies { addNext(freeEnergies.reduce(0, +)) }
      guard !by.isEmpty else { return }
      for column in 0..<batch {
        let number = by.count { v[$0 * batch + column] > 0.5 }
        add(wrong[column], next + 2 * number)
        add(1, next + 2 * number + 1)
      }
    }
  }
}

extension BoltzmannMachine.Configuration {
  /// The test that `completion` asks for.
  fileprivate func completionTest(
    _ machine: GeneralMachine, removed: Set<Int>
  ) throws(ConfigurationError) -> CompletionTest? {
    guard let completion else { return nil }
    let wiring = machine.wiring
    func units(_ names: [String], _ key: String) throws(ConfigurationError) -> [Int] {
      try require(!names.isEmpty, "completion.\(key) is empty: name visible groups")
      var units: [Int] = []
      for name in names { units += try group(name, "completion.\(key)", wiring, isVisible: true).units }
      return units
    }
    let clamped = try units(completion.clamp, "clamp")
    let read = try units(completion.read, "read")
    try require(
      Set(clamped).isDisjoint(with: read), "completion: a group is both clamped and read; read another one")
    let isExact = completion.method == .exact
    let runs = completion.runs ?? 1
    try require((1...1_000_000).contains(runs), "completion.runs is \(runs): at least 1 is needed")
    try require(
      !isExact || (completion.runs == nil && completion.schedule == nil && completion.time == nil),
      "completion: runs, schedule and time belong to the method «annealed»; leave them out")
    try completion.schedule?.validate(key: "model.completion.schedule")
    let looks = completion.time ?? time ?? 10
    try require((1...100_000).contains(looks), "completion.time is \(looks): 1 to 100000 are possible")
    let test = CompletionTest(
      machine,
      options: .init(
        clamped: clamped, read: read, isChoice: completion.choice ?? false, runs: isExact ? nil : runs,
        schedule: completion.schedule ?? cooling, looks: looks))
    if isExact {
      let counted = test.countedUnits(removed: removed)
      try require(
        counted <= CompletionTest.limit,
        "completion.method: exact counts the states of \(counted) units for each example, and at most "
          + "\(CompletionTest.limit) are possible; say method: annealed")
    }
    return test
  }

  fileprivate func leftOut(_ wiring: UnitWiring) throws(ConfigurationError) -> Range<Int> {
    guard let name = completion?.withoutEach else { return 0..<0 }
    return try group(name, "completion.without_each", wiring, isVisible: false).units
  }

  fileprivate func groupForCounting(_ wiring: UnitWiring) throws(ConfigurationError) -> Range<Int> {
    guard let name = completion?.by else { return 0..<0 }
    return try group(name, "completion.by", wiring, isVisible: true).units
  }

  fileprivate func hiddenCodes(
    _ machine: GeneralMachine, removed: Set<Int>
  ) throws(ConfigurationError) -> HiddenCodes? {
    guard let code else { return nil }
    let wiring = machine.wiring
    let units = Array(try group(code.group, "code.group", wiring, isVisible: false).units)
    let distance = code.distance ?? 1
    try require(
      (1...units.count).contains(distance),
      "code.distance is \(distance): codes of \(units.count) units differ in 1 to \(units.count) of them")
    let codes = HiddenCodes(
      machine, units: units, hidden: (wiring.visible..<wiring.units).filter { !removed.contains($0) })
    try require(
      codes.countedUnits <= CompletionTest.limit,
      "code: the states of \(codes.countedUnits) hidden units would have to be counted, and at most "
        + "\(CompletionTest.limit) are possible; codes of more units need a group that is linked with visible units alone"
    )
    return codes
  }
}
