import Kernels
import Networks

/// Hopfield's network: it stores patterns in the links between units that switch by the sign of what they receive, and
/// completes what it is shown.
///
/// Hopfield 1982; Storkey 1997; Personnaz, Guyon & Dreyfus 1985 (pseudo-inverse); Ramsauer et al. 2020 (softmax recall).
/// Storing is one pass over the patterns; test examples are patterns again, from which cues are made.
///
/// ```yaml
/// architecture: hopfield
/// model: {patterns: 5, networks: 1000, coding: zero_one, cue: {flip: 5}}
/// ```
public final class HopfieldNetwork: Model {
  /// The name in the catalogue and in configs.
  public static let name = "hopfield"
  /// One sentence for the catalogue.
  public static let summary = "Hopfield network: associative memory of threshold units (Hopfield 1982)"
  /// Patterns need no labels.
  public static let needsLabels = false

  /// One group: the links and the patterns that were stored.
  public let parameters: [ParameterGroup]
  /// What recall comes to, as means over cues.
  public let metrics = [
    Metric("error"), Metric("bit_error"), Metric("memory"), Metric("near"), Metric("spurious"), Metric("stable"),
    Metric("first_flips"), Metric("sweeps"), Metric("unfinished"), Metric("energy"),
  ]
  /// One line.
  public let layerSummaries: [LayerSummary]
  let configuration: Configuration
  let units: Int
  let input: Shape
  let recall: ThresholdRecall
  private var shared: ParameterGroup
  private let store = [Phase("store", group: 0, countsMetrics: false)]
  private let derive = [Phase("derive", group: 0, kind: .gradient, countsMetrics: false)]
  private var isDeriving = false
  private let workspace: RecallWorkspace
  private let states: FlatBuffer
  private let effective: FlatBuffer
  private var inverses: [Int: GramInverse] = [:]

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    units = data.input.count
    input = data.input
    try configuration.validate(units: units)
    self.configuration = configuration
    let networks = configuration.networks ?? 1
    var limit = Float.infinity
    if case .limit(let bound) = configuration.weights { limit = Float(bound) }
    let group = ParameterGroup(
      name: "memory",
      slots: [
        Slot(
          "weight", shape: [networks, units, units], initializer: .zero, decays: false, update: .sum(limit: limit)),
        Slot(
          "pattern", shape: [networks, configuration.patterns, units], initializer: .zero, decays: false,
          update: .sum(limit: .infinity)),
      ])
    parameters = [group]
    shared = group
    layerSummaries = [
      LayerSummary(name: "links", output: data.input, parameters: networks * units * units)
    ]
    recall = ThresholdRecall(
      order: configuration.recall?.order ?? .asynchronous, sweeps: configuration.recall?.sweeps ?? 100,
      low: configuration.coding == .zeroOne ? 0 : -1)
    workspace = RecallWorkspace(units: units, maximumBatch: maximumBatch)
    states = FlatBuffer(count: 2 * units * maximumBatch)
    effective = FlatBuffer(count: configuration.changesWeights ? units * units : 0)
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: HopfieldNetwork) { shared = other.shared }

  /// The first epoch stores; where the rule needs to know all patterns, the second derives the weights from them.
  public func phases(at progress: Progress) -> [Phase] {
    switch progress.epoch {
    case 0: store
    case 1 where configuration.needsAllPatterns: derive
    default: []
    }
  }

  /// Adds what each pattern of the batch contributes to the links.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    guard batch.count > 0 else { return }
    let patterns = try signs(of: batch.inputs)
    let (weights, adds) = contribution.slot(0)
    if !adds { weights.update(repeating: 0) }
    if phase.name == "derive" { return try derive(batch, patterns, into: weights) }
    let (stored, addsStored) = contribution.slot(1)
    if !addsStored { stored.update(repeating: 0) }
    let isWhole = (configuration.networks ?? 1) == 1 && (configuration.rule ?? .hebb) == .hebb
    if isWhole {
      Matrix.multiply(
        .init(patterns), .init(patterns), into: weights, rows: units, columns: units, inner: batch.count,
        transposeB: true, beta: 1)
      for i in 0..<units { weights[i * units + i] = 0 }
    }
    for column in 0..<batch.count {
      let (network, place) = try self.place(of: batch.examples[column])
      let row = (network * configuration.patterns + place) * units
      for i in 0..<units { stored[row + i] += patterns[i * batch.count + column] }
      if !isWhole { learn(patterns, column: column, of: batch.count, network, into: weights) }
    }
  }

  /// Lets cues made from the batch come to rest, and adds what became of them.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    let patterns = try signs(of: batch.inputs)
    var first = 0
    while first < batch.count {
      let network = self.network(of: batch.examples[first])
      var end = first + 1
      while end < batch.count, self.network(of: batch.examples[end]) == network { end += 1 }
      recallColumns(first..<end, of: batch, patterns, network, into: sums)
      first = end
    }
  }

  /// The weights of a network as recall uses them: symmetric or one-way, whole or clipped.
  func weights(of network: Int) -> UnsafeBufferPointer<Float> {
    let whole = UnsafeBufferPointer(
      rebasing: shared[0][network * units * units..<(network + 1) * units * units])
    guard configuration.changesWeights else { return whole }
    let isClipped = configuration.weights == .clipped
    let isOneWay = configuration.links == .oneWay
    for i in 0..<units {
      for j in 0..<units {
        let value = whole[i * units + j]
        let clipped: Float = isClipped ? (value > 0 ? 1 : value < 0 ? -1 : 0) : value
        effective.elements[i * units + j] = isOneWay && !keepsLink(from: j, to: i) ? 0 : clipped
      }
    }
    return UnsafeBufferPointer(effective.elements)
  }

  /// The patterns that a network has stored, `[patterns, units]`.
  func patterns(of network: Int) -> UnsafeBufferPointer<Float> {
    let size = configuration.patterns * units
    return UnsafeBufferPointer(rebasing: shared[1][network * size..<(network + 1) * size])
  }
}

extension HopfieldNetwork {
  /// The batch in values of ±1 `[units, batch]`.
  ///
  /// - Throws: `ConfigurationError` for inputs that are not binary, unless they are to be made so.
  func signs(of inputs: Tensor) throws -> UnsafeMutableBufferPointer<Float> {
    let signs = UnsafeMutableBufferPointer(start: states.base, count: inputs.count)
    let threshold = configuration.binarize.map { Float($0) }
    for (i, value) in inputs.values.enumerated() {
      guard threshold != nil || value == 1 || value == 0 || value == -1 else {
        throw ConfigurationError(
          "a pattern has the value \(value): patterns are binary, 0 and 1 or -1 and 1; "
            + "set model.binarize to the value above which a unit counts as on")
      }
      signs[i] = value > (threshold ?? 0) ? 1 : -1
    }
    return signs
  }

  private func network(of example: UInt32) -> Int {
    Int(example) / configuration.patterns % (configuration.networks ?? 1)
  }

  private func place(of example: UInt32) throws(ConfigurationError) -> (network: Int, place: Int) {
    let networks = configuration.networks ?? 1
    guard Int(example) < networks * configuration.patterns else {
      throw ConfigurationError(
        "there are more training examples than \(networks) networks of \(configuration.patterns) patterns: "
          + "set data.training_count to \(networks * configuration.patterns), or store more patterns")
    }
    return (Int(example) / configuration.patterns, Int(example) % configuration.patterns)
  }

  /// Of each pair of units one direction is kept, by lot.
  private func keepsLink(from j: Int, to i: Int) -> Bool {
    let low = UInt32(min(i, j))
    let high = UInt32(max(i, j))
    let lot = Philox.block(SIMD4(low, high, 0, 0), key: 0x1982)[0] & 1 == 1
    return (i < j) == lot
  }

  /// One pattern's part of Hebb's or Storkey's rule.
  private func learn(
    _ patterns: UnsafeMutableBufferPointer<Float>, column: Int, of batch: Int, _ network: Int,
    into weights: UnsafeMutableBufferPointer<Float>
  ) {
    guard configuration.rule != .pseudoInverse else { return }
    let pattern = (0..<units).map { patterns[$0 * batch + column] }
    let base = network * units * units
    guard configuration.rule == .storkey else {
      for i in 0..<units {
        for j in 0..<units where i != j { weights[base + i * units + j] += pattern[i] * pattern[j] }
      }
      return
    }
    let before = shared[0]
    let h = (0..<units).map { i in
      (0..<units).reduce(Float(0)) { $0 + before[base + i * units + $1] * pattern[$1] }
    }
    let scale = 1 / Float(units)
    for i in 0..<units {
      for j in 0..<units where i != j {
        let at = base + i * units + j
        let hji = h[j] - before[base + j * units + i] * pattern[i]
        let hij = h[i] - before[at] * pattern[j]
        weights[at] += scale * (pattern[i] * pattern[j] - pattern[i] * hji - hij * pattern[j])
      }
    }
  }

  /// What needs all patterns: the pseudo-inverse, and the step from each pattern to the next.
  private func derive(
    _ batch: Batch, _ patterns: UnsafeMutableBufferPointer<Float>, into weights: UnsafeMutableBufferPointer<Float>
  ) throws {
    for column in 0..<batch.count {
      let (network, place) = try self.place(of: batch.examples[column])
      let stored = self.patterns(of: network)
      let base = network * units * units
      if configuration.rule == .pseudoInverse {
        let inverse = try inverses[network] ?? GramInverse(of: stored, count: configuration.patterns, units: units)
        inverses[network] = inverse
        let dual = inverse.dual(of: place, stored)
        for i in 0..<units {
          for j in 0..<units where i != j { weights[base + i * units + j] += dual[i] * stored[place * units + j] }
        }
      }
      if let strength = configuration.sequence, strength != 0 {
        let next = (place + 1) % configuration.patterns * units
        for i in 0..<units {
          for j in 0..<units where i != j {
            weights[base + i * units + j] += Float(strength) * stored[next + i] * stored[place * units + j]
          }
        }
      }
    }
  }
}

extension HopfieldNetwork.Configuration {
  /// Whether recall uses other weights than those that are stored.
  var changesWeights: Bool { weights == .clipped || links == .oneWay }
  /// Whether the weights follow from all patterns together.
  var needsAllPatterns: Bool { rule == .pseudoInverse || (sequence ?? 0) != 0 }
}
