import Networks

/// A small labelled data set, and the plainest of training loops.
final class Task {
  let inputs: [[Float]]
  var labels: [Int32]
  private let shape: Shape
  private var memory: [FlatBuffer] = []
  private var labelMemory: [UnsafeMutableBufferPointer<Int32>] = []
  private var exampleMemory: [UnsafeMutableBufferPointer<UInt32>] = []

  init(inputs: [[Float]], labels: [Int32], shape: Shape? = nil) {
    self.inputs = inputs
    self.labels = labels
    self.shape = shape ?? [inputs[0].count]
  }

  deinit {
    for block in labelMemory { block.deallocate() }
    for block in exampleMemory { block.deallocate() }
  }

  /// Images with a bright square whose place tells the class, in noise.
  static func blobs(count: Int, side: Int) -> Task {
    var images: [[Float]] = []
    for index in 0..<count {
      let noise = FlatBuffer(count: side * side)
      Initializer.uniform(low: -0.1, high: 0.1).fill(
        noise.elements, shape: [side, side],
        random: RandomAddress(seed: UInt64(index), step: 0, stream: .generator(1)))
      let label = index % 10
      for row in 0..<6 {
        for column in 0..<6 {
          noise.base[(3 + label / 5 * 12 + row) * side + 1 + label % 5 * 5 + column] += 1
        }
      }
      images.append(Array(noise.elements))
    }
    return Task(inputs: images, labels: (0..<count).map { Int32($0 % 10) }, shape: [1, side, side])
  }

  /// The examples of these numbers, batch innermost.
  func batch(_ indices: [Int]) -> Batch {
    let block = FlatBuffer(count: shape.count * indices.count)
    let labelBlock = UnsafeMutableBufferPointer<Int32>.allocate(capacity: max(indices.count, 1))
    let exampleBlock = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(indices.count, 1))
    for (column, index) in indices.enumerated() {
      for feature in 0..<shape.count { block.base[feature * indices.count + column] = inputs[index][feature] }
      labelBlock[column] = labels[index]
      exampleBlock[column] = UInt32(index)
    }
    memory.append(block)
    labelMemory.append(labelBlock)
    exampleMemory.append(exampleBlock)
    return Batch(
      inputs: Tensor(shape: shape, batch: indices.count, base: block.base),
      labels: UnsafeBufferPointer(start: labelBlock.baseAddress, count: indices.count),
      examples: UnsafeBufferPointer(start: exampleBlock.baseAddress, count: indices.count))
  }

  /// The mean loss of each epoch; each step's sums go to `observe`.
  func train(
    _ model: some Model, _ configuration: OptimizerConfiguration, epochs: Int, batch size: Int,
    observe: ([Double]) -> Void = { _ in }
  ) throws -> [Double] {
    let optimizer = try configuration.makeOptimizer()
    let group = model.parameters[0]
    group.initialize(seed: 3, group: 0)
    let contribution = Contribution(to: group, metricCount: model.metrics.count)
    let states = optimizer.stateNames.map { _ in FlatBuffer(count: group.buffer.count) }
    let chunks = stride(from: 0, to: inputs.count, by: size).map {
      batch(Array($0..<min($0 + size, inputs.count)))
    }
    var losses: [Double] = []
    var step = 0
    func move(_ kind: Phase.Kind, _ body: (borrowing ParameterUpdate) -> Void, _ batches: [Batch]) throws {
      contribution.begin()
      for chunk in batches {
        try model.accumulate(
          chunk, phase: Phase("test", group: 0, kind: kind),
          random: RandomAddress(seed: 1, step: UInt64(step), stream: .model(0)), into: contribution)
      }
      contribution.finish()
      let progress = Progress(step: step, stepsPerEpoch: chunks.count, totalSteps: epochs * chunks.count)
      withExtendedLifetime((group, contribution, states)) {
        body(
          ParameterUpdate(
            parameters: group.buffer.elements, sum: UnsafeBufferPointer(contribution.vector.elements),
            states: states.map { $0.elements }, scale: Float(1 / contribution.sums[0]),
            learningRate: configuration.learningRate(at: progress), step: step + 1, decays: true))
      }
    }
    for _ in 0..<epochs {
      if optimizer.curvatureExamples > 0 { try move(.curvature, optimizer.observe(curvature:), chunks) }
      var total = 0.0
      for chunk in chunks {
        try move(.gradient, optimizer.apply, [chunk])
        total += contribution.sums[1]
        withExtendedLifetime(contribution) { observe(Array(contribution.sums)) }
        step += 1
      }
      losses.append(total / Double(inputs.count))
    }
    return losses
  }

  /// The errors of a model on all examples.
  func errors(_ model: some Model) throws -> Int {
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 + model.metrics.count)
    defer { sums.deallocate() }
    sums.initialize(repeating: 0)
    for index in inputs.indices { try model.evaluate(batch([index]), into: sums) }
    return Int(sums[2])
  }
}
