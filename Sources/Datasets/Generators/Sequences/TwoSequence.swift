import Kernels
import Networks

/// Noise with a class at its beginning: experiments 3a, 3b and 3c, after Bengio, Simard and Frasconi 1994.
///
/// The length is drawn from T...T + T/10. The first N elements are 1 (class 1) or -1 (class 2), all others normal noise of mean
/// 0 and variance 0.2. At the last step the target is
/// - 3a: 1 for class 1, 0 for class 2; an answer is right within 0.2;
/// - 3b: the same, with noise of variance 0.2 on the first elements, too;
/// - 3c: 0.2 for class 1, 0.8 for class 2, in training with normal noise of variance 0.1 on it, so that conditional
///   expectations must be learned; an answer is right within 0.1 of the target without noise, which is what tests have.
///
/// Hochreiter and Schmidhuber, Long short-term memory, 1997. No sequence comes twice.
struct TwoSequence: SequenceGenerator {
  /// Which experiment.
  enum Experiment: String, Codable, Sendable, Hashable, CaseIterable {
    case plain = "3a"
    case noisyInputs = "3b"
    case noisyTargets = "3c"
  }

  let experiment: Experiment
  /// The shortest length T.
  let minimum: Int
  /// The number N of elements that carry the class.
  let information: Int
  let layout: SequenceLayout
  let contentHash: UInt64
  private let seed: UInt64
  private let part: Int

  /// The sequences of part `part`: 0 trains, all others test.
  init(_ experiment: Experiment, minimum: Int, information: Int, part: Int, seed: UInt64) {
    precondition(information >= 1 && information < minimum, "the class comes first, then noise")
    self.experiment = experiment
    self.minimum = minimum
    self.information = information
    self.seed = seed
    self.part = part
    layout = SequenceLayout(
      SequenceFormat(steps: minimum + minimum / 10, input: .values(1), target: .values(1)), targets: .last,
      scoring: .last)
    var hash = ContentHash()
    for word in [seed, UInt64(part), UInt64(information)] { hash.combine(word) }
    hash.combine(experiment.rawValue)
    contentHash = hash.finished()
  }

  func write(_ example: Int, into row: SequenceRow) {
    // Normal numbers come from the kernels: the same bits on every machine.
    var random = RandomStream(
      seed: seed, stream: RandomAddress.Stream.generator(156 + part).number, step: UInt32(example))
    let length = minimum + random.below(minimum / 10 + 1)
    let isFirst = random.below(2) == 0
    let deviation = Float(0.2).squareRoot()
    row.length = length
    for step in 0..<length {
      let isInformation = step < information
      let noise =
        isInformation && experiment != .noisyInputs ? 0 : random.normal(mean: 0, deviation: deviation)
      row.setValue((isInformation ? (isFirst ? 1 : -1) : 0) + noise, 0, at: step)
    }
    var target: Float = isFirst ? 1 : 0
    if experiment == .noisyTargets {
      target = isFirst ? 0.2 : 0.8
      if part == 0 { target += random.normal(mean: 0, deviation: Float(0.1).squareRoot()) }
    }
    row.setTargetValue(target, 0, at: length - 1)
  }
}
