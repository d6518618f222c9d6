import Kernels

/// The output layer of a network over sequences, with its loss.
///
///     x_t = V h_t + D u_t + b         h the outputs of the top layer, u the network's own inputs where D is wanted
///
/// Only the runs of steps at which something is scored are worked out. Losses and figures are sums over the scored
/// steps. A head belongs to one thread.
final class SequenceHead {
  /// The outputs.
  let target: SequenceFormat.Step
  let objective: SequenceObjective
  private let features: Int
  private let format: SequenceFormat
  private let hasBias: Bool
  /// Whether the outputs see the network's inputs, too.
  private let seesInputs: Bool
  private let initializer: InitializerConfiguration
  private let firstSlot: Int
  private var memory = SequenceMemory()
  private var best: [Int32] = []
  // What the loss says of each column: the loss, Σ |y - t|, the largest |y - t|.
  private var losses: [Float] = []
  private var sizes: [Float] = []
  private var largest: [Float] = []
  // Σ loss and the scored steps of each group of targets.
  private(set) var groups: [(loss: Double, steps: Int)]
  // The group of targets at which the criterion holds; nil for all.
  private let criterionGroup: Int32?

  init(
    _ objective: SequenceObjective, features: Int, format: SequenceFormat, hasBias: Bool, seesInputs: Bool,
    initializer: InitializerConfiguration, firstSlot: Int
  ) {
    self.objective = objective
    self.features = features
    self.format = format
    self.hasBias = hasBias
    self.seesInputs = seesInputs
    self.initializer = initializer
    self.firstSlot = firstSlot
    target = format.target
    groups = format.groups.map { _ in (0, 0) }
    if case .absolute(_, let group?) = objective.criterion {
      criterionGroup = format.groups.firstIndex(of: group).map { Int32($0) }
    } else {
      criterionGroup = nil
    }
  }

  private var outputs: Int { target.count }

  var slots: [Slot] {
    let fanIn = features + (seesInputs ? format.input.count : 0)
    let weights = initializer.initializer(fanIn: fanIn, fanOut: outputs)
    var slots = [Slot("output.weight", shape: [outputs, features], initializer: weights)]
    if hasBias {
      slots.append(
        Slot(
          "output.bias", shape: [outputs],
          initializer: initializer.biasInitializer(fanIn: fanIn, fanOut: outputs), decays: false))
    }
    if seesInputs {
      let shape: Shape =
        switch format.input {
        case .symbols(let count): [count, outputs]
        case .values(let count): [outputs, count]
        }
      slots.append(Slot("output.direct", shape: shape, initializer: weights))
    }
    return slots
  }

  private var directSlot: Int { firstSlot + (hasBias ? 2 : 1) }

  /// x over the run of steps, `[steps, outputs, pitch]` from the run's first step on.
  func outputs(
    _ run: Range<Int>, of hidden: TimeSlices, _ block: SequenceBlock, _ weights: ParameterView
  ) -> TimeSlices {
    let pitch = block.pitch
    let x = TimeSlices(
      memory.reserve(.logits, 0, block.steps * outputs * pitch), rows: outputs, pitch: pitch
    ).from(run.lowerBound)
    let packed = memory.reserve(.packedOutput, 0, packedCount)
    let bias = hasBias ? weights[firstSlot + 1] : nil
    if seesInputs {
      addDirect(run, block, weights, into: x, bias: bias, packed: packed)
    }
    SequenceProduct.pack(
      weights[firstSlot], row: features, column: 1, rows: outputs, inner: features, columns: block.batch,
      steps: run.count, into: packed)
    SequenceProduct.multiply(
      packed, hidden.from(run.lowerBound), into: x, bias: bias, columns: block.batch, steps: run.count,
      accumulate: seesInputs)
    return x
  }

  /// Room for the packed V, its transpose or the packed D.
  private var packedCount: Int {
    max(
      SequenceProduct.packedCount(rows: outputs, inner: max(features, format.input.count)),
      SequenceProduct.packedCount(rows: features, inner: outputs))
  }

  private func addDirect(
    _ run: Range<Int>, _ block: SequenceBlock, _ weights: ParameterView, into x: TimeSlices,
    bias: UnsafePointer<Float>?, packed: UnsafeMutablePointer<Float>
  ) {
    switch format.input {
    case .symbols:
      x.gather(
        weights[directSlot], symbols: block.symbols + run.lowerBound * block.pitch, bias: bias,
        steps: run.count)
    case .values(let count):
      SequenceProduct.pack(
        weights[directSlot], row: count, column: 1, rows: outputs, inner: count, columns: block.batch,
        steps: run.count, into: packed)
      SequenceProduct.multiply(
        packed, block.values.from(run.lowerBound), into: x, bias: bias, columns: block.batch,
        steps: run.count)
    }
  }

  /// Forgets the sums of groups.
  func clearGroups() {
    for index in groups.indices { groups[index] = (0, 0) }
  }

  /// The sums of the loss and of the figures over the block; the gradient by x takes the place of x.
  ///
  /// Those of groups of targets are added to `groups`.
  ///
  /// - Parameter wrong: set to true where a sequence is wrong at any step.
  func score(
    _ hidden: TimeSlices, _ block: SequenceBlock, _ weights: ParameterView,
    wrong: UnsafeMutablePointer<Bool>
  ) -> Sums {
    var sums = Sums()
    if best.count < block.pitch {
      best = Array(repeating: 0, count: block.pitch)
      losses = Array(repeating: 0, count: block.pitch)
      sizes = losses
      largest = losses
    }
    for run in block.scoredRuns {
      let x = outputs(run, of: hidden, block, weights)
      for t in run {
        score(x[t - run.lowerBound], t, block, wrong: wrong, into: &sums)
      }
    }
    return sums
  }

  /// What `score` adds up.
  struct Sums {
    var loss = 0.0
    var absolute = 0.0
    var errors = 0
    var steps = 0
  }

  private func score(
    _ x: UnsafeMutablePointer<Float>, _ t: Int, _ block: SequenceBlock, wrong: UnsafeMutablePointer<Bool>,
    into sums: inout Sums
  ) {
    let pitch = block.pitch
    let scored = block.scored + t * pitch
    for b in 0..<block.batch where scored[b] != 0 { sums.steps += 1 }
    // Before the gradient takes the place of the outputs; squashing changes no order.
    if objective.criterion == .allowed {
      for b in 0..<block.batch where scored[b] != 0 && !isAllowed(x, t, b, block) { wrong[b] = true }
    }
    let isSymbol = if case .symbols = target { true } else { false }
    switch objective.loss {
    case .softmaxCrossEntropy where isSymbol:
      SequenceLosses.softmax(
        x, targets: block.targetSymbols + t * pitch, classes: outputs, pitch: pitch, losses: &losses,
        best: &best, gradient: x)
    default:
      if isSymbol || objective.criterion == .largest {
        Softmax.argmax(
          UnsafeBufferPointer(start: x, count: outputs * pitch),
          into: best.withUnsafeMutableBufferPointer { UnsafeMutableBufferPointer(rebasing: $0[..<pitch]) },
          classes: outputs, batch: pitch)
      }
      scoreValues(x, t, block)
    }
    addLosses(t, block, into: &sums)
    if isSymbol { countErrors(t, block, wrong: wrong, into: &sums) }
    if !isSymbol, objective.criterion == .largest {
      for b in 0..<block.batch where scored[b] != 0 && !isLargest(t, b, block) { wrong[b] = true }
    }
    if case .absolute(let bound, _) = objective.criterion {
      for b in 0..<block.batch where scored[b] != 0 && !(Double(largest[b]) <= bound) {
        if criterionGroup.map({ $0 == block.groups[t * pitch + b] }) ?? true { wrong[b] = true }
      }
    }
  }

  private func scoreValues(
    _ x: UnsafeMutablePointer<Float>, _ t: Int, _ block: SequenceBlock
  ) {
    let pitch = block.pitch
    let scored = block.scored + t * pitch
    switch objective.loss {
    case .softmaxCrossEntropy:
      SequenceLosses.softmax(
        x, targets: block.targetValues[t], scored: scored, classes: outputs, pitch: pitch, losses: &losses,
        gradient: x)
    case .binaryCrossEntropy:
      SequenceLosses.logistic(
        x, targets: block.targetValues[t], scored: scored, rows: outputs, pitch: pitch, losses: &losses,
        gradient: x)
    case .squaredError, .logisticSquaredError:
      SequenceLosses.squared(
        x, targets: block.targetValues[t], scored: scored, rows: outputs, pitch: pitch,
        isSquashed: objective.loss == .logisticSquaredError, losses: &losses, sizes: &sizes,
        largest: &largest, gradient: x)
    }
  }

  private func addLosses(_ t: Int, _ block: SequenceBlock, into sums: inout Sums) {
    for b in 0..<block.batch { sums.loss += Double(losses[b]) }
    if objective.loss == .squaredError || objective.loss == .logisticSquaredError {
      for b in 0..<block.batch { sums.absolute += Double(sizes[b]) }
    }
    guard !groups.isEmpty else { return }
    let groupsOfStep = block.groups + t * block.pitch
    let scored = block.scored + t * block.pitch
    for b in 0..<block.batch where scored[b] != 0 && groups.indices.contains(Int(groupsOfStep[b])) {
      groups[Int(groupsOfStep[b])].loss += Double(losses[b])
      groups[Int(groupsOfStep[b])].steps += 1
    }
  }

  private func countErrors(
    _ t: Int, _ block: SequenceBlock, wrong: UnsafeMutablePointer<Bool>, into sums: inout Sums
  ) {
    let targets = block.targetSymbols + t * block.pitch
    for b in 0..<block.batch where targets[b] >= 0 && targets[b] != best[b] {
      sums.errors += 1
      if objective.criterion == .largest { wrong[b] = true }
    }
  }

  /// Whether the most active output is that of the largest target.
  private func isLargest(_ t: Int, _ b: Int, _ block: SequenceBlock) -> Bool {
    let targets = block.targetValues[t]
    let chosen = targets[Int(best[b]) * block.pitch + b]
    return (0..<outputs).allSatisfy { targets[$0 * block.pitch + b] <= chosen }
  }

  /// Whether the allowed symbols are the most active outputs.
  private func isAllowed(_ x: UnsafeMutablePointer<Float>, _ t: Int, _ b: Int, _ block: SequenceBlock) -> Bool
  {
    let allowed = block.alternatives[t]
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for c in 0..<outputs {
      let value = x[c * block.pitch + b]
      if allowed[c * block.pitch + b] != 0 {
        lowest = min(lowest, value)
      } else {
        highest = max(highest, value)
      }
    }
    return lowest > highest
  }
}

extension SequenceHead {
  /// Adds the gradients of V, b and D, and writes dE/dh for all steps; `score` came before.
  func backward(
    _ hidden: TimeSlices, _ block: SequenceBlock, _ weights: ParameterView, into contribution: Contribution,
    gradient dh: TimeSlices
  ) {
    let pitch = block.pitch
    let dx = TimeSlices(memory[.logits, 0], rows: outputs, pitch: pitch)
    var unscored = 0
    for run in block.scoredRuns {
      clear(dh, unscored..<run.lowerBound)
      unscored = run.upperBound
      addGradients(run, of: hidden, block, dx.from(run.lowerBound), into: contribution)
      let packed = memory.reserve(.packedOutput, 0, packedCount)
      SequenceProduct.pack(
        weights[firstSlot], row: 1, column: features, rows: features, inner: outputs, columns: block.batch,
        steps: run.count, into: packed)
      SequenceProduct.multiply(
        packed, dx.from(run.lowerBound), into: dh.from(run.lowerBound), columns: block.batch,
        steps: run.count)
    }
    clear(dh, unscored..<block.steps)
  }

  private func clear(_ dh: TimeSlices, _ steps: Range<Int>) {
    for t in steps { dh[t].update(repeating: 0, count: dh.rows * dh.pitch) }
  }

  private func addGradients(
    _ run: Range<Int>, of hidden: TimeSlices, _ block: SequenceBlock, _ dx: TimeSlices,
    into contribution: Contribution
  ) {
    let weight = contribution.slot(firstSlot)
    SequenceProduct.outer(
      dx, hidden.from(run.lowerBound), into: weight.elements.baseAddress!, columns: block.batch,
      steps: run.count,
      accumulate: weight.adds)
    if hasBias {
      let bias = contribution.slot(firstSlot + 1)
      dx.rowSums(steps: run.count, into: bias.elements.baseAddress!, accumulate: bias.adds)
    }
    guard seesInputs else { return }
    let direct = contribution.slot(directSlot)
    switch format.input {
    case .symbols:
      if !direct.adds { direct.elements.update(repeating: 0) }
      dx.scatter(
        into: direct.elements.baseAddress!, symbols: block.symbols + run.lowerBound * block.pitch,
        columns: block.batch, steps: run.count)
    case .values:
      SequenceProduct.outer(
        dx, block.values.from(run.lowerBound), into: direct.elements.baseAddress!, columns: block.batch,
        steps: run.count,
        accumulate: direct.adds)
    }
  }
}
