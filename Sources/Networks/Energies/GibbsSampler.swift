import Kernels

/// Chains of a restricted machine that are run for pictures and samples, all side by side.
public final class GibbsSampler {
  private let machine: RestrictedMachine
  /// The visible states, [visible, count].
  public let visible: FlatBuffer
  /// The visible expectations of the last step.
  public let expectations: FlatBuffer
  private let hidden: FlatBuffer
  /// The number of chains.
  public let count: Int
  private let numbers: [UInt32]

  /// `count` chains with the numbers from `first` on; all visible states are 0.
  public init(_ machine: RestrictedMachine, count: Int, first: Int = 0) {
    self.machine = machine
    self.count = count
    visible = FlatBuffer(count: machine.visible.count * count)
    expectations = FlatBuffer(count: machine.visible.count * count)
    hidden = FlatBuffer(count: machine.hidden.count * count)
    numbers = (first..<first + count).map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Draws the visible states from their biases alone.
  public func begin(random: RandomAddress) {
    visible.elements.update(repeating: 0)
    numbers.withUnsafeBufferPointer {
      machine.visible.sample(
        visible.base, bias: machine.visibleBias, into: visible.base, expectations: expectations.base,
        numbers: $0, random: random, index: 0)
    }
  }

  /// Runs `steps` Gibbs steps, h given v and then v given h.
  ///
  /// - Parameter clamp: Called with the visible states before each step and after the last: puts back what is held.
  public func run(
    steps: Int, random: RandomAddress, clamp: (UnsafeMutablePointer<Float>) -> Void = { _ in }
  ) {
    clamp(visible.base)
    numbers.withUnsafeBufferPointer { numbers in
      for step in 0..<steps {
        var random = random
        random.step = UInt64(step + 1)
        machine.hiddenInputs(of: visible.base, batch: count, into: hidden.base)
        machine.hidden.sample(
          hidden.base, bias: machine.hiddenBias, into: hidden.base, numbers: numbers, random: random, index: 0
        )
        machine.visibleInputs(of: hidden.base, batch: count, into: visible.base)
        machine.visible.sample(
          visible.base, bias: machine.visibleBias, into: visible.base, expectations: expectations.base,
          numbers: numbers, random: random, index: 1)
        clamp(visible.base)
      }
    }
    clamp(expectations.base)
  }
}
