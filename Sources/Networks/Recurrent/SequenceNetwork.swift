import Kernels

/// A stack of recurrent layers with an output layer and a loss: all that a model of sequences consists of.
///
/// Every pass works on whole time slices `[features, batch]`, the batch innermost. States are carried from step to step
/// of the run where the data is a stream. A network belongs to one thread; its parameters may be shared.
public final class SequenceNetwork {
  /// All parameters: the slots of layer 0 are named `0.lstm.input` and so on, those of the output layer `output.weight`.
  public private(set) var parameters: ParameterGroup
  /// The figures that are summed.
  public let metrics: [Metric]
  /// The phases of a step: one.
  public let phases = [Phase("gradient", group: 0)]
  /// What the steps of the data are.
  public let format: SequenceFormat

  let layers: [RecurrentLayer]
  let head: SequenceHead
  let options: Options
  private let block: SequenceBlock
  private var memory = SequenceMemory()
  private var noise: FlatBuffer?
  private var wrong: [Bool] = []

  /// What belongs to no single layer.
  public struct Options: Sendable {
    /// The values that stand for a symbol; nil for one-hot codes.
    public var embedding: Int?
    /// Whether every layer runs in both directions.
    public var isBidirectional: Bool
    /// The probability with which outputs of layers are omitted while training.
    public var dropout: Float
    /// The standard deviation of the noise on all parameters while training.
    public var weightNoise: Float
    /// The distribution of the first weights of embedding and output layer.
    public var initializer: InitializerConfiguration
    /// Whether the outputs have biases.
    public var hasOutputBias: Bool
    /// Whether the outputs see the inputs directly, too.
    public var outputSeesInputs: Bool

    /// Options.
    public init(
      embedding: Int? = nil, isBidirectional: Bool = false, dropout: Float = 0, weightNoise: Float = 0,
      initializer: InitializerConfiguration = .rule(.pytorch), hasOutputBias: Bool = true,
      outputSeesInputs: Bool = false
    ) {
      self.embedding = embedding
      self.isBidirectional = isBidirectional
      self.dropout = dropout
      self.weightNoise = weightNoise
      self.initializer = initializer
      self.hasOutputBias = hasOutputBias
      self.outputSeesInputs = outputSeesInputs
    }
  }

  /// A network of these cells, from the inputs up; parameters are zero.
  ///
  /// - Throws: `ConfigurationError` where the data are no sequences, or do not fit the options.
  public init(
    _ cells: [any RecurrentCell], objective: SequenceObjective, options: Options, data: DataDescription
  ) throws(ConfigurationError) {
    let format = try Self.format(of: data, options, objective)
    self.format = format
    self.options = options
    metrics = objective.metrics(of: format)
    var slots: [Slot] = []
    var input = format.input
    if let count = options.embedding {
      let initializer = options.initializer.initializer(fanIn: format.input.count, fanOut: count)
      slots.append(Slot("embedding", shape: [format.input.count, count], initializer: initializer))
      input = .values(count)
    }
    var layers: [RecurrentLayer] = []
    for (index, cell) in cells.enumerated() {
      let layer = RecurrentLayer(
        cell, input: input, isBidirectional: options.isBidirectional, firstSlot: slots.count)
      slots += layer.slots.map {
        Slot("\(index).\($0.name)", shape: $0.shape, initializer: $0.initializer, decays: $0.decays)
      }
      layers.append(layer)
      input = .values(layer.units)
    }
    self.layers = layers
    head = SequenceHead(
      objective, features: input.count, format: format, hasBias: options.hasOutputBias,
      seesInputs: options.outputSeesInputs, initializer: options.initializer, firstSlot: slots.count)
    slots += head.slots
    parameters = ParameterGroup(name: "network", slots: slots)
    let isSoftmaxOfSymbols = objective.loss == .softmaxCrossEntropy && format.target.isSymbols
    block = SequenceBlock(format, targetsAreValues: !isSoftmaxOfSymbols)
  }

  private static func format(
    of data: DataDescription, _ options: Options, _ objective: SequenceObjective
  ) throws(ConfigurationError) -> SequenceFormat {
    guard let format = data.sequence else {
      throw ConfigurationError(
        "recurrent networks work on sequences, but this data has single examples of shape \(data.input): "
          + "choose a data source of sequences (text, piano rolls, series), or another architecture")
    }
    guard format.input.count > 0, format.target.count > 0, format.steps > 0 else {
      throw ConfigurationError("the data has no steps, no inputs or no targets: \(format)")
    }
    if options.isBidirectional, format.isStream {
      throw ConfigurationError(
        "«bidirectional: true» needs whole sequences, but this data is cut from streams, whose future a step must not "
          + "see: leave «bidirectional» out")
    }
    if options.embedding != nil, !format.input.isSymbols {
      throw ConfigurationError(
        "«embedding» stands for symbols, but a step of this data has \(format.input.count) values: leave it out"
      )
    }
    if objective.criterion == .allowed, !format.hasAlternatives {
      throw ConfigurationError(
        "«criterion: allowed» needs data that says what else would be right, as the Reber grammar does: "
          + "take «largest» or «{absolute: 0.3}»")
    }
    if case .absolute = objective.criterion, ![.squaredError, .logisticSquaredError].contains(objective.loss)
    {
      throw ConfigurationError(
        "«criterion: {absolute: …}» goes with the losses squared_error and logistic_squared_error, not with "
          + "\(objective.loss.rawValue)")
    }
    if case .absolute(_, let group?) = objective.criterion, !format.groups.contains(group) {
      throw ConfigurationError(
        "criterion.group is «\(group)»: "
          + (format.groups.isEmpty
            ? "this data tells no kinds of targets apart, leave the key out"
            : Suggestion.clause(for: group, in: format.groups)))
    }
    return format
  }

  /// Works on these parameters from now on: those of another network of the same layers.
  public func share(_ parameters: ParameterGroup) {
    precondition(
      parameters.slots == self.parameters.slots, "networks of different layers cannot share parameters")
    self.parameters = parameters
  }

  /// The floats that are carried on for each stream: all states and memory cells; 0 where sequences are whole.
  public var laneStateCount: Int { format.isStream ? carriedCount : 0 }

  var carriedCount: Int { layers.reduce(0) { $0 + $1.carriedCount } }

  /// One line for each layer: what it is, the outputs of a step, its number of parameters.
  public var summaries: [LayerSummary] {
    let embedding = options.embedding.map {
      LayerSummary(name: "embedding \($0)", output: [$0], parameters: $0 * format.input.count)
    }
    let rows = layers.map { layer in
      LayerSummary(
        name: layer.cell.name + (layer.directions == 2 ? " in both directions" : ""), output: [layer.units],
        parameters: layer.slots.reduce(0) { $0 + $1.count })
    }
    return (embedding.map { [$0] } ?? []) + rows + [
      LayerSummary(
        name: "output, \(head.objective.loss.rawValue)", output: [format.target.count],
        parameters: head.slots.reduce(0) { $0 + $1.count })
    ]
  }
}

extension SequenceNetwork {
  /// Adds the gradient of the loss, summed over the scored steps of the batch, and the metric sums.
  ///
  /// - Throws: `ConfigurationError` for symbols that do not exist, and for phases other than gradients.
  public func accumulate(
    _ batch: Batch, kind: Phase.Kind, random: RandomAddress, into contribution: Contribution
  ) throws {
    guard kind == .gradient else {
      throw ConfigurationError(
        "recurrent networks have no second derivatives: choose another optimizer than sdlm")
    }
    guard batch.count > 0 else { return }
    let sequence = try checked(batch)
    let weights = view(random: random, isTraining: true)
    block.load(
      sequence, examples: batch.examples, total: batch.count, time: 0..<sequence.steps,
      columns: 0..<batch.count)
    begin(weights, contribution)
    if let state = batch.state, format.isStream, !state.beginsEpoch {
      restore(state.elements.baseAddress!, places: state.places, first: state.first)
    }
    let hidden = forward(weights, random: random, isTraining: true)
    clearWrong(batch.count)
    let sums = head.score(hidden, block, weights, wrong: &wrong)
    contribution.sums[0] += divisor(sums, batch.count)
    add(sums, sequences: batch.count, to: UnsafeMutableBufferPointer(rebasing: contribution.sums[1...]))
    if sums.steps > 0 {
      head.backward(
        hidden, block, weights, into: contribution, gradient: layers[layers.count - 1].outputGradient)
      backward(weights, random: random, into: contribution)
    }
    if let state = batch.state, format.isStream {
      save(to: state.elements.baseAddress!, places: state.places, first: state.first)
    }
  }

  /// Adds the number of scored steps (or of sequences) and the metric sums of the batch, without training.
  ///
  /// Sequences are worked on in chunks of at most `format.steps` steps with the state carried from one to the next, and
  /// at most 64 at a time, so that memory stays bounded whatever their length. In both directions there are no chunks.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    guard batch.count > 0 else { return }
    let sequence = try checked(batch)
    let weights = view(random: RandomAddress(seed: 0, step: 0, stream: .model(0)), isTraining: false)
    clearWrong(batch.count)
    var total = SequenceHead.Sums()
    for first in stride(from: 0, to: batch.count, by: 64) {
      let columns = first..<min(first + 64, batch.count)
      let part = evaluate(sequence, batch, columns, weights)
      total.loss += part.loss
      total.absolute += part.absolute
      total.errors += part.errors
      total.steps += part.steps
    }
    sums[0] += divisor(total, batch.count)
    add(total, sequences: batch.count, to: UnsafeMutableBufferPointer(rebasing: sums[1...]))
  }

  private func evaluate(
    _ sequence: SequenceBatch, _ batch: Batch, _ columns: Range<Int>, _ weights: ParameterView
  ) -> SequenceHead.Sums {
    var total = SequenceHead.Sums()
    forEachChunk(sequence, batch, columns, weights) { _, hidden in
      let part = wrong.withUnsafeMutableBufferPointer {
        head.score(hidden, block, weights, wrong: $0.baseAddress! + columns.lowerBound)
      }
      total.loss += part.loss
      total.absolute += part.absolute
      total.errors += part.errors
      total.steps += part.steps
    }
    return total
  }

  /// Runs the sequences of a batch without training, and calls `body` with the steps, the sequences, the block that holds them
  /// and the outputs of the top layer.
  func walk(
    _ batch: Batch,
    _ body: (
      _ time: Range<Int>, _ columns: Range<Int>, _ block: SequenceBlock, _ hidden: TimeSlices,
      _ weights: ParameterView
    ) -> Void
  ) throws {
    let sequence = try checked(batch)
    let weights = view(random: RandomAddress(seed: 0, step: 0, stream: .model(0)), isTraining: false)
    for first in stride(from: 0, to: batch.count, by: 64) {
      let columns = first..<min(first + 64, batch.count)
      forEachChunk(sequence, batch, columns, weights) { body($0, columns, block, $1, weights) }
    }
  }

  private func forEachChunk(
    _ sequence: SequenceBatch, _ batch: Batch, _ columns: Range<Int>, _ weights: ParameterView,
    _ body: (_ time: Range<Int>, _ hidden: TimeSlices) -> Void
  ) {
    let longest = max(columns.reduce(0) { max($0, Int(sequence.lengths[$1])) }, 1)
    let chunk = options.isBidirectional ? longest : format.steps
    let carried = memory.reserve(.carried, 0, carriedCount * columns.count)
    for start in stride(from: 0, to: longest, by: chunk) {
      let time = start..<min(start + chunk, longest)
      block.load(
        sequence, examples: batch.examples, total: batch.count, time: time, columns: columns)
      begin(weights, nil)
      if start > 0 { restore(carried, places: columns.count, first: 0) }
      let hidden = forward(
        weights, random: RandomAddress(seed: 0, step: 0, stream: .model(0)), isTraining: false)
      body(time, hidden)
      if start + chunk < longest { save(to: carried, places: columns.count, first: 0) }
    }
  }

  /// The logits of each of `count` sequences after one more step, whose state is carried on in `state`
  /// `[carriedCount, count]`.
  func advance(
    _ sequence: SequenceBatch, count: Int, state: UnsafeMutablePointer<Float>, isFirst: Bool
  ) -> [[Float]] {
    let weights = view(random: RandomAddress(seed: 0, step: 0, stream: .model(0)), isTraining: false)
    block.load(
      sequence, examples: UnsafeBufferPointer(start: nil, count: 0), total: count, time: 0..<1,
      columns: 0..<count)
    begin(weights, nil)
    if !isFirst { restore(state, places: count, first: 0) }
    let hidden = forward(
      weights, random: RandomAddress(seed: 0, step: 0, stream: .model(0)), isTraining: false)
    save(to: state, places: count, first: 0)
    let logits = head.outputs(0..<1, of: hidden, block, weights)
    return (0..<count).map { b in (0..<logits.rows).map { logits[0][$0 * logits.pitch + b] } }
  }

  private func clearWrong(_ count: Int) {
    if wrong.count < count { wrong = Array(repeating: false, count: count) }
    for index in 0..<count { wrong[index] = false }
    head.clearGroups()
  }

  private func divisor(_ sums: SequenceHead.Sums, _ sequences: Int) -> Double {
    head.objective.average == .step ? Double(sums.steps) : Double(sequences)
  }

  private func add(
    _ sums: SequenceHead.Sums, sequences: Int, to figures: UnsafeMutableBufferPointer<Double>
  ) {
    for (index, metric) in metrics.enumerated() {
      switch metric.name {
      case "loss", "negative_log_likelihood": figures[index] += sums.loss
      case "absolute_error": figures[index] += sums.absolute / Double(format.target.count)
      case "error": figures[index] += Double(sums.errors)
      case "sequence_error": for b in 0..<sequences where wrong[b] { figures[index] += 1 }
      case "scored_steps": figures[index] += Double(sums.steps)
      case "sequences": figures[index] += Double(sequences)
      default: break  // the groups, below
      }
    }
    let first = metrics.count - 2 - 2 * format.groups.count
    for (index, group) in head.groups.enumerated() {
      figures[first + index] += group.loss
      figures[first + format.groups.count + index] += Double(group.steps)
    }
  }
}

extension SequenceNetwork {
  /// The sequences of a batch, whose symbols all exist.
  private func checked(_ batch: Batch) throws(ConfigurationError) -> SequenceBatch {
    guard let sequence = batch.sequence else {
      throw ConfigurationError("a recurrent network was handed examples that are no sequences")
    }
    if case .symbols(let count) = format.input {
      for symbol in sequence.symbols where symbol < 0 || symbol >= count {
        throw ConfigurationError(
          "a sequence holds the symbol \(symbol): those of this data are 0...\(count - 1)")
      }
    }
    if case .symbols(let count) = format.target {
      for symbol in sequence.targetSymbols where symbol < -1 || symbol >= count {
        throw ConfigurationError(
          "a sequence has the target \(symbol): those of this data are 0...\(count - 1), or -1 for none")
      }
    }
    return sequence
  }

  /// The parameters, with noise while training where it is wanted: one draw for each parameter and step of the run.
  private func view(random: RandomAddress, isTraining: Bool) -> ParameterView {
    guard isTraining, options.weightNoise > 0 else {
      return ParameterView(base: UnsafePointer(parameters.buffer.base), offsets: parameters.offsets)
    }
    let noise = self.noise ?? FlatBuffer(count: parameters.buffer.count)
    self.noise = noise
    var stream = RandomStream(random.stream(.model(1)))
    stream.fillNormal(noise.elements, deviation: options.weightNoise)
    Elementwise.add(UnsafeBufferPointer(parameters.buffer.elements), to: noise.elements)
    return ParameterView(base: UnsafePointer(noise.base), offsets: parameters.offsets)
  }

  private func begin(_ weights: ParameterView, _ contribution: Contribution?) {
    for layer in layers {
      layer.begin(
        steps: block.steps, batch: block.batch, weights: weights, contribution: contribution)
    }
  }

  private var lengths: UnsafePointer<Int32>? { block.isFull ? nil : UnsafePointer(block.lengths) }

  /// What layer `index` reads.
  private func input(of index: Int) -> RecurrentLayer.Input {
    if index > 0 {
      let below = layers[index - 1]
      return .values(options.dropout > 0 && isDropping ? dropped(index - 1) : below.outputs)
    }
    if options.embedding != nil { return .values(embedded) }
    return format.input.isSymbols ? .symbols(block.symbols) : .values(block.values)
  }

  private var isDropping: Bool { layers[0].isTraining }

  private var embedded: TimeSlices {
    let count = options.embedding!
    return TimeSlices(
      memory.reserve(.inputs, 0, block.steps * count * block.pitch), rows: count, pitch: block.pitch)
  }

  /// Runs all layers; the outputs of the top one.
  private func forward(_ weights: ParameterView, random: RandomAddress, isTraining: Bool) -> TimeSlices {
    if options.embedding != nil {
      embedded.gather(weights[0], symbols: block.symbols, bias: nil, steps: block.steps)
    }
    for (index, layer) in layers.enumerated() {
      layer.forward(input(of: index), lengths: lengths)
      if isTraining, options.dropout > 0 { drop(index, random) }
    }
    let top = layers.count - 1
    return isTraining && options.dropout > 0 ? dropped(top) : layers[top].outputs
  }

  /// Gradients from the top layer's `outputGradient` down to the embedding.
  private func backward(_ weights: ParameterView, random: RandomAddress, into contribution: Contribution) {
    for index in layers.indices.reversed() {
      let layer = layers[index]
      if options.dropout > 0 { mask(layer.outputGradient, index, random) }
      var below: TimeSlices?
      if index > 0 { below = layers[index - 1].outputGradient }
      if index == 0, let count = options.embedding {
        below = TimeSlices(
          memory.reserve(.dropped, 1, block.steps * count * block.pitch), rows: count, pitch: block.pitch)
      }
      layer.backward(input(of: index), lengths: lengths, into: below)
      if index == 0, let below {
        let table = contribution.slot(0)
        if !table.adds { table.elements.update(repeating: 0) }
        below.scatter(
          into: table.elements.baseAddress!, symbols: block.symbols, columns: block.batch, steps: block.steps)
      }
    }
  }

  /// The outputs of layer `index` behind dropout.
  private func dropped(_ index: Int) -> TimeSlices {
    TimeSlices(layers[index].droppedOutputs(), rows: layers[index].units, pitch: block.pitch)
  }

  private func drop(_ index: Int, _ random: RandomAddress) {
    let outputs = layers[index].outputs
    let target = dropped(index)
    for t in 0..<block.steps { target[t].update(from: outputs[t], count: outputs.rows * outputs.pitch) }
    mask(target, index, random)
  }

  /// Omits values: the mask is a function of seed, run step, layer, sequence, time and unit.
  private func mask(_ x: TimeSlices, _ index: Int, _ random: RandomAddress) {
    let count = block.steps * x.rows * x.pitch
    let ids = UnsafeRawPointer(block.examples).assumingMemoryBound(to: UInt32.self)
    RandomStream(random.stream(.layer(index))).dropout(
      UnsafeBufferPointer(start: x.base, count: count),
      into: UnsafeMutableBufferPointer(start: x.base, count: count), features: block.steps * x.rows,
      examples: UnsafeBufferPointer(start: ids, count: block.pitch), keep: 1 - options.dropout)
  }

  /// Takes the initial states of all layers from `elements` `[carriedCount, places]`.
  private func restore(_ elements: UnsafeMutablePointer<Float>, places: Int, first: Int) {
    var offset = 0
    for layer in layers {
      layer.restore(from: elements + offset * places, places: places, first: first)
      offset += layer.carriedCount
    }
  }

  private func save(to elements: UnsafeMutablePointer<Float>, places: Int, first: Int) {
    var offset = 0
    for layer in layers {
      layer.save(to: elements + offset * places, places: places, first: first, lengths: block.lengths)
      offset += layer.carriedCount
    }
  }
}

extension SequenceFormat.Step {
  /// Whether a step is one of several symbols.
  var isSymbols: Bool { if case .symbols = self { true } else { false } }
}

/// A model that is one network over sequences: it says which, and the rest follows.
public protocol SequenceModel: IllustratedModel, SamplingModel {
  /// The network.
  var network: SequenceNetwork { get }
}

extension SequenceModel {
  /// Targets come with the sequences.
  public static var needsLabels: Bool { false }
  /// The loss of a scored step.
  public static var mainMetric: String { "loss" }
  /// One group: the network.
  public var parameters: [ParameterGroup] { [network.parameters] }
  /// What the objective counts.
  public var metrics: [Metric] { network.metrics }
  /// One line for each layer.
  public var layerSummaries: [LayerSummary] { network.summaries }
  /// The states that are carried on, where the data is a stream.
  public var laneStateCount: Int { network.laneStateCount }

  /// Works on the parameters of another model from now on.
  public func share(parametersOf other: Self) { network.share(other.network.parameters) }

  /// One phase: the gradient.
  public func phases(at progress: Progress) -> [Phase] { network.phases }

  /// Adds the gradient of the loss over the batch.
  public func accumulate(
    _ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution
  ) throws {
    try network.accumulate(batch, kind: phase.kind, random: random, into: contribution)
  }

  /// Adds the sums over the batch, without training.
  public func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    try network.evaluate(batch, into: sums)
  }
}
