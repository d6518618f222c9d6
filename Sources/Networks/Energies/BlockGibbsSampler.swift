import Kernels

/// Chains of a deep machine, drawn block by block: the even levels given the odd ones, then these given the even ones.
///
/// A chain's state is that of its odd levels, one level after the other, each [units, chains]. A draw is addressed by
/// the chain's number. A sampler belongs to one thread; for more chains than it has room for, it grows at first use.
/// Cost of a step: two products of all weights with the chains.
public final class BlockGibbsSampler {
  /// The machine.
  public let machine: DeepMachine
  private var states: [FlatBuffer]
  private var expected: [FlatBuffer]
  private var room: Int

  /// A sampler for `maximumCount` chains.
  public init(_ machine: DeepMachine, maximumCount: Int) {
    self.machine = machine
    room = maximumCount
    states = Self.blocks(machine, maximumCount) { $0 % 2 == 0 }
    expected = Self.blocks(machine, maximumCount) { $0 == 0 || $0 % 2 == 1 }
  }

  private static func blocks(_ machine: DeepMachine, _ count: Int, _ isNeeded: (Int) -> Bool) -> [FlatBuffer]
  {
    machine.levels.indices.map { FlatBuffer(count: isNeeded($0) ? machine.levels[$0].count * count : 0) }
  }

  /// The states of an even level that the last step has drawn, [units, chains].
  public func states(_ level: Int) -> UnsafeMutablePointer<Float> { states[level].base }
  /// The probabilities that the last step has drawn an odd level with, or the expectations of the input.
  public func expectations(_ level: Int) -> UnsafeMutablePointer<Float> { expected[level].base }

  /// Where level l, an odd one, begins in a chain state of `count` chains.
  public func offset(_ level: Int, count: Int) -> Int {
    stride(from: 1, to: level, by: 2).reduce(0) { $0 + machine.levels[$1].count * count }
  }

  /// Draws the first states of these chains, [units, chains], from equal chances.
  public static func begin(
    _ odd: UnsafeMutableBufferPointer<Float>, units: Int, chains: Range<Int>, random: RandomAddress
  ) {
    odd.update(repeating: 0.5)
    chains.map { UInt32($0) }.withUnsafeBufferPointer {
      RandomStream(random.stream(.model(3))).drawBernoulli(
        UnsafeBufferPointer(odd), into: odd, features: units, examples: $0)
    }
  }

  /// Runs `steps` Gibbs steps from the odd levels' states, which they replace.
  public func run(
    _ odd: UnsafeMutablePointer<Float>, numbers: UnsafeBufferPointer<UInt32>, steps: Int,
    random: RandomAddress
  ) {
    grow(to: numbers.count)
    let (count, depth) = (numbers.count, machine.depth)
    for step in 0..<steps {
      let isLast = step + 1 == steps
      for level in stride(from: 0, through: depth, by: 2) {
        let target = states[level].base
        if level > 0 {
          machine.addFromBelow(level, odd + offset(level - 1, count: count), batch: count, to: target)
        }
        if level < depth {
          machine.addFromAbove(
            level, odd + offset(level + 1, count: count), batch: count, adds: level > 0, to: target)
        }
        sample(
          level, target, level == 0 && isLast ? expected[0].base : nil, numbers, random,
          step * (depth + 1) + level)
      }
      for level in stride(from: 1, through: depth, by: 2) {
        let target = odd + offset(level, count: count)
        machine.addFromBelow(level, states[level - 1].base, batch: count, to: target)
        if level < depth {
          machine.addFromAbove(level, states[level + 1].base, batch: count, adds: true, to: target)
        }
        sample(
          level, target, isLast ? expected[level].base : nil, numbers, random, step * (depth + 1) + level)
      }
    }
  }

  private func sample(
    _ level: Int, _ x: UnsafeMutablePointer<Float>, _ expectations: UnsafeMutablePointer<Float>?,
    _ numbers: UnsafeBufferPointer<UInt32>, _ random: RandomAddress, _ index: Int
  ) {
    machine.levels[level].sample(
      x, bias: machine.bias(level), into: x, expectations: expectations, numbers: numbers, random: random,
      index: index)
  }

  private func grow(to count: Int) {
    guard count > room else { return }
    states = Self.blocks(machine, count) { $0 % 2 == 0 }
    expected = Self.blocks(machine, count) { $0 == 0 || $0 % 2 == 1 }
    room = count
  }
}
