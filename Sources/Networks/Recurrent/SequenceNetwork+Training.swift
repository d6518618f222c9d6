import Kernels

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
