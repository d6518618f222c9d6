import Kernels
import Networks

// What stands for a batch of examples.
extension DeepBoltzmannMachine {
  /// The batch that the classifier is given: the input with q of the second hidden level behind it.
  ///
  /// - Parameter random: where grey inputs are to be drawn.
  func augment(_ batch: Batch, drawing random: RandomAddress? = nil) throws -> (batch: Batch, iterations: Int)
  {
    let v = try random.map { try draw(batch, $0) } ?? checked(batch)
    let (field, count) = (field, data.input.count * batch.count)
    let iterations = field.infer(v, batch: batch.count)
    let (second, target) = (field.machine.levels[2].count, augmented.base)
    target.update(from: v, count: count)
    (target + count).update(from: field.probabilities(2), count: second * batch.count)
    var result = batch
    result.inputs = Tensor(shape: [data.input.count + second], batch: batch.count, base: target)
    return (result, iterations)
  }

  private func checked(_ batch: Batch) throws -> UnsafePointer<Float> {
    let kind = machines[0].visible.blocks[0].kind
    let inputs = batch.inputs.values
    if kind != .gaussian, StochasticUnits.any(inputs, outside: 0...1) {
      throw ConfigurationError(
        "the inputs of \(kind.name) units are probabilities, but some lie outside of 0...1: set data.normalization: "
          + "unit, or model.visible: gaussian for data of mean 0 and variance 1")
    }
    return UnsafePointer(batch.inputs.base)
  }

  /// The states of the input that stand for a batch: [visible, batch], valid until the next call.
  func visible(of batch: Batch, random: RandomAddress) throws -> UnsafePointer<Float> {
    try isSampled.inputs ? draw(batch, random) : checked(batch)
  }

  private func draw(_ batch: Batch, _ random: RandomAddress) throws -> UnsafePointer<Float> {
    let inputs = try checked(batch)
    let count = data.input.count * batch.count
    RandomStream(random.stream(.model(2))).drawBernoulli(
      UnsafeBufferPointer(start: inputs, count: count),
      into: UnsafeMutableBufferPointer(start: states.base, count: count), features: data.input.count,
      examples: batch.examples)
    return UnsafePointer(states.base)
  }
}
