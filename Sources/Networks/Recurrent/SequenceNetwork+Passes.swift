import Kernels

extension SequenceNetwork {
  /// The sequences of a batch, whose symbols all exist.
  func checked(_ batch: Batch) throws(ConfigurationError) -> SequenceBatch {
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
  func view(random: RandomAddress, isTraining: Bool) -> ParameterView {
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

  func begin(_ weights: ParameterView, _ contribution: Contribution?) {
    for layer in layers {
      layer.begin(
        steps: block.steps, batch: block.batch, weights: weights, contribution: contribution)
    }
  }

  var lengths: UnsafePointer<Int32>? { block.isFull ? nil : UnsafePointer(block.lengths) }

  /// What layer `index` reads.
  func input(of index: Int) -> RecurrentLayer.Input {
    if index > 0 {
      let below = layers[index - 1]
      return .values(options.dropout > 0 && isDropping ? dropped(index - 1) : below.outputs)
    }
    if options.embedding != nil { return .values(embedded) }
    return format.input.isSymbols ? .symbols(block.symbols) : .values(block.values)
  }

  var isDropping: Bool { layers[0].isTraining }

  var embedded: TimeSlices {
    let count = options.embedding!
    return TimeSlices(
      memory.reserve(.inputs, 0, block.steps * count * block.pitch), rows: count, pitch: block.pitch)
  }

  /// Runs all layers; the outputs of the top one.
  func forward(_ weights: ParameterView, random: RandomAddress, isTraining: Bool) -> TimeSlices {
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
  func backward(_ weights: ParameterView, random: RandomAddress, into contribution: Contribution) {
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
  func dropped(_ index: Int) -> TimeSlices {
    TimeSlices(layers[index].droppedOutputs(), rows: layers[index].units, pitch: block.pitch)
  }

  func drop(_ index: Int, _ random: RandomAddress) {
    let outputs = layers[index].outputs
    let target = dropped(index)
    for t in 0..<block.steps { target[t].update(from: outputs[t], count: outputs.rows * outputs.pitch) }
    mask(target, index, random)
  }

  /// Omits values: the mask is a function of seed, run step, layer, sequence, time and unit.
  func mask(_ x: TimeSlices, _ index: Int, _ random: RandomAddress) {
    let count = block.steps * x.rows * x.pitch
    let ids = UnsafeRawPointer(block.examples).assumingMemoryBound(to: UInt32.self)
    RandomStream(random.stream(.layer(index))).dropout(
      UnsafeBufferPointer(start: x.base, count: count),
      into: UnsafeMutableBufferPointer(start: x.base, count: count), features: block.steps * x.rows,
      examples: UnsafeBufferPointer(start: ids, count: block.pitch), keep: 1 - options.dropout)
  }

  /// Takes the initial states of all layers from `elements` `[carriedCount, places]`.
  func restore(_ elements: UnsafeMutablePointer<Float>, places: Int, first: Int) {
    var offset = 0
    for layer in layers {
      layer.restore(from: elements + offset * places, places: places, first: first)
      offset += layer.carriedCount
    }
  }

  func save(to elements: UnsafeMutablePointer<Float>, places: Int, first: Int) {
    var offset = 0
    for layer in layers {
      layer.save(to: elements + offset * places, places: places, first: first, lengths: block.lengths)
      offset += layer.carriedCount
    }
  }
}
