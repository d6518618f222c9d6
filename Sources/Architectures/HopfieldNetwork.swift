import Kernels
import Networks

/// Hopfield's network: it stores patterns in the links between units that follow the sign of what they receive, and
/// completes what it is shown.
///
/// Hopfield 1982; Personnaz, Guyon & Dreyfus 1985 (pseudo-inverse); Storkey 1997; Ramsauer et al. 2020 (softmax recall).
/// Storing is one pass over the training set. Each test example is a pattern to recall, from a cue that is made of it:
/// `data.test_on_training: true` recalls what was stored. The optimizer has nothing to say: links are sums.
///
/// ```yaml
/// architecture: hopfield
/// model: {patterns: 5, networks: 1000, coding: zero_one, cue: {flip: 5}}
/// data: {source: patterns, features: 30, networks: 1000, training_count: 5000}
/// ```
public final class HopfieldNetwork: Model {
  /// The name in the catalogue and in configs.
  public static let name = "hopfield"
  /// One sentence for the catalogue.
  public static let summary = "Hopfield network: associative memory of threshold units (Hopfield 1982)"
  /// Patterns need no labels.
  public static let needsLabels = false

  /// One group: the links, and the patterns that were stored.
  public let parameters: [ParameterGroup]
  /// What recall comes to, as means over cues.
  public let metrics: [Metric]
  /// One line.
  public let layerSummaries: [LayerSummary]

  let configuration: Configuration
  let units: Int
  let input: Shape
  let low: Float
  let workspace: RecallWorkspace
  let recall: ThresholdRecall
  let near: Int
  // The patterns of a batch in values of ±1, network by network `[batch, units]`, and two more such blocks.
  let rows: FlatBuffer
  let otherRows: FlatBuffer
  let overlapMemory: FlatBuffer
  var groups: NetworkGroups
  var bases: [Int: PatternBasis] = [:]
  private(set) var shared: ParameterGroup
  private let effective: FlatBuffer
  private let store = [Phase("store", group: 0, countsMetrics: false)]
  private let derive = [Phase("derive", group: 0, countsMetrics: false)]
  private let rest = [Phase("rest", group: 0, countsMetrics: false)]

  /// A model for data of this description.
  public init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) throws {
    guard data.sequence == nil else {
      throw ConfigurationError("the architecture «hopfield» stores vectors and images, not sequences")
    }
    units = data.input.count
    input = data.input
    try configuration.validate(units: units)
    self.configuration = configuration
    parameters = [Self.group(configuration, units: units)]
    shared = parameters[0]
    metrics = Figure.metrics(hasSequence: configuration.hasSequence)
    layerSummaries = [
      LayerSummary(name: "links", output: data.input, parameters: shared.parameterCount)
    ]
    low = configuration.coding == .zeroOne ? 0 : -1
    near = configuration.recall?.near ?? 5
    recall = ThresholdRecall(
      order: configuration.recall?.order ?? .asynchronous, sweeps: configuration.recall?.sweeps ?? 100,
      low: low,
      seed: configuration.recall?.seed ?? 1)
    workspace = RecallWorkspace(units: units, maximumBatch: maximumBatch)
    rows = FlatBuffer(count: units * maximumBatch)
    otherRows = FlatBuffer(count: units * maximumBatch)
    overlapMemory = FlatBuffer(count: configuration.patterns * maximumBatch)
    effective = FlatBuffer(count: configuration.changesWeights ? units * units : 0)
    groups = NetworkGroups(networks: configuration.networkCount, maximumBatch: maximumBatch)
  }

  private static func group(_ configuration: Configuration, units: Int) -> ParameterGroup {
    let networks = configuration.networkCount
    var limit = Float.infinity
    if case .limit(let bound) = configuration.weights { limit = Float(bound) }
    let weights = Slot(
      "weight", shape: [networks, units, units], initializer: .zero, decays: false, update: .sum(limit: limit)
    )
    let patterns = Slot(
      "pattern", shape: [networks, configuration.patterns, units], initializer: .zero, decays: false,
      update: .sum(limit: 1))
    return ParameterGroup(
      name: "memory", slots: configuration.rule == .softmax ? [patterns] : [patterns, weights])
  }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: HopfieldNetwork) { shared = other.shared }

  /// The first epoch stores; where links follow from all patterns together, the second derives them.
  public func phases(at progress: Progress) -> [Phase] {
    switch progress.epoch {
    case 0: store
    case 1 where configuration.needsAllPatterns: derive
    default: rest
    }
  }

  /// Adds what each pattern of the batch contributes to the memory.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    contribution.add(examples: batch.count)
    guard batch.count > 0, phase.name != "rest" else { return }
    try arrange(batch)
    if phase.name == "derive" {
      try derive(into: contribution)
    } else {
      bases.removeAll(keepingCapacity: true)
      try store(into: contribution)
    }
  }

  /// Lets cues made from the batch come to rest, and adds what became of them.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    try arrange(batch)
    sums[0] += Double(batch.count)
    for group in groups.list { addRecall(of: group, into: sums) }
  }

  /// T of a network as it is stored `[units, units]`.
  func storedWeights(of network: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: shared[1][network * units * units..<(network + 1) * units * units])
  }

  /// What a network has stored, and how much of it there is room for `[patterns, units]`; rows of 0 are empty.
  func storedPatterns(of network: Int) -> UnsafeBufferPointer<Float> {
    let size = configuration.patterns * units
    let all = UnsafeBufferPointer(rebasing: shared[0][network * size..<(network + 1) * size])
    let count = (0..<configuration.patterns).first { all[$0 * units] == 0 } ?? configuration.patterns
    return UnsafeBufferPointer(rebasing: all[..<(count * units)])
  }

  /// The links of a network as recall uses them: all or one-way, whole or clipped.
  func links(of network: Int) -> ThresholdLinks {
    let whole = storedWeights(of: network)
    guard configuration.changesWeights else { return ThresholdLinks(outgoing: whole, isSymmetric: true) }
    let isClipped = configuration.weights == .clipped
    let isOneWay = configuration.links == .oneWay
    for i in 0..<units {
      for j in 0..<units {
        let value = whole[i * units + j]
        let clipped: Float = isClipped ? (value > 0 ? 1 : value < 0 ? -1 : 0) : value
        // Row j is what unit j sends.
        effective.elements[j * units + i] = isOneWay && !Self.hasLink(from: j, to: i) ? 0 : clipped
      }
    }
    return ThresholdLinks(
      outgoing: UnsafeBufferPointer(effective.elements), isSymmetric: !isOneWay && !configuration.hasSequence)
  }

  /// Of each pair of units one direction is kept, by lot.
  private static func hasLink(from j: Int, to i: Int) -> Bool {
    let pair = SIMD4(UInt32(min(i, j)), UInt32(max(i, j)), 0, 0)
    return (i < j) == (Philox.block(pair, key: 0x1982)[0] & 1 == 1)
  }

  /// Takes the batch apart into networks, in values of ±1.
  ///
  /// - Throws: `ConfigurationError` for inputs that are not binary, unless they are to be made so.
  func arrange(_ batch: Batch) throws(ConfigurationError) {
    groups.arrange(batch.examples)
    let threshold = configuration.binarize.map { Float($0) }
    let values = batch.inputs.values
    for place in 0..<batch.count {
      let column = groups.columns[place]
      let row = rows.base + place * units
      for i in 0..<units {
        let value = values[i * batch.count + column]
        guard threshold != nil || value == 1 || value == 0 || value == -1 else {
          throw ConfigurationError(
            "example \(groups.examples[place]) has the value \(value): patterns are binary, 0 and 1 or -1 and 1; set "
              + "model.binarize to the value above which a unit counts as on (of images: 0.5)")
        }
        row[i] = value > (threshold ?? 0) ? 1 : -1
      }
    }
  }
}
