import Kernels

/// A deep Boltzmann machine: levels x_0 … x_L, each joined to its neighbours by weights; x_0 is the input.
///
///     E(x) = - Σ_l x_lᵀ W_l x_l-1 - Σ_l b_lᵀ x_l        (Gaussian input units: + x²/2 of each)
///     p(x) = e^(-E) / Z
///
/// Given all others, the units of a level are independent with the inputs W_l x_l-1 + W_l+1ᵀ x_l+1 + b_l, so that the odd
/// levels can be drawn at once given the even ones, and these given the odd ones. Salakhutdinov & Hinton, Deep Boltzmann
/// machines, 2009. Hidden units are binary.
public final class DeepMachine {
  /// The levels, the input first.
  public let levels: [UnitLayer]
  /// The group that holds the parameters.
  public private(set) var group: ParameterGroup

  /// The slots of a machine of these levels: the weights from the input up, the biases, then the running means of hidden
  /// activities where a sparsity target needs them.
  public static func slots(_ levels: [UnitLayer], sparsity: SparsityTarget? = nil) -> [Slot] {
    let weights = (1..<levels.count).map {
      Slot("\($0).weights", shape: [levels[$0].count, levels[$0 - 1].count], initializer: .zero)
    }
    let biases = levels.indices.map {
      Slot(
        $0 == 0 ? "visible_bias" : "\($0).bias", shape: [levels[$0].count], initializer: .zero, decays: false)
    }
    let activities = (1..<levels.count).compactMap { level in
      sparsity.map { target in
        let slot = target.slot(units: levels[level].count)
        return Slot(
          "\(level).activity", shape: slot.shape, initializer: slot.initializer, decays: false,
          update: slot.update)
      }
    }
    return weights + biases + activities
  }

  /// A machine on the slots of `group`.
  public init(_ levels: [UnitLayer], group: ParameterGroup) {
    precondition(levels.count >= 2, "a machine has an input and hidden units")
    self.levels = levels
    self.group = group
  }

  /// The number of hidden levels L.
  public var depth: Int { levels.count - 1 }
  /// The number of units of all odd levels: the states that a chain is carried on by.
  public var oddCount: Int { levels.indices.reduce(0) { $0 + ($1 % 2 == 1 ? levels[$1].count : 0) } }

  /// The slot of W_l, l from 1 to L.
  public func weightSlot(_ level: Int) -> Int { level - 1 }
  /// The slot of b_l, l from 0 to L.
  public func biasSlot(_ level: Int) -> Int { depth + level }
  /// The slot of the running means of the activities of level l from 1 to L.
  func activitySlot(_ level: Int) -> Int { 2 * depth + level }

  /// W_l, [units of level l, units of level l-1].
  public func weights(_ level: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(group[weightSlot(level)])
  }
  /// b_l.
  public func bias(_ level: Int) -> UnsafePointer<Float> {
    UnsafePointer(group[biasSlot(level)].baseAddress!)
  }

  /// Works on the parameters of another group from now on.
  public func share(_ group: ParameterGroup) { self.group = group }

  /// x (+)= factor · W_l y: what level l is given from below; y is [units of level l-1, batch].
  func addFromBelow(
    _ level: Int, _ y: UnsafePointer<Float>, batch: Int, factor: Float = 1, adds: Bool = false,
    to x: UnsafeMutablePointer<Float>
  ) {
    let (rows, inner) = (levels[level].count, levels[level - 1].count)
    Matrix.multiply(
      weights(level), UnsafeBufferPointer(start: y, count: inner * batch),
      into: UnsafeMutableBufferPointer(start: x, count: rows * batch), rows: rows, columns: batch,
      inner: inner, alpha: factor, beta: adds ? 1 : 0, isSparse: level == 1)
  }

  /// x (+)= W_l+1ᵀ y: what level l is given from above; y is [units of level l+1, batch].
  func addFromAbove(
    _ level: Int, _ y: UnsafePointer<Float>, batch: Int, adds: Bool = false,
    to x: UnsafeMutablePointer<Float>
  ) {
    let (rows, inner) = (levels[level].count, levels[level + 1].count)
    Matrix.multiply(
      weights(level + 1), UnsafeBufferPointer(start: y, count: inner * batch),
      into: UnsafeMutableBufferPointer(start: x, count: rows * batch), rows: rows, columns: batch,
      inner: inner, transposeA: true, beta: adds ? 1 : 0)
  }

  /// Takes what machines have learnt that were trained for this one from the input up: the first with doubled inputs on
  /// the way up, the last on the way down, those between are halved. A level that two of them know has the mean of
  /// their biases: the geometric mean of what both say of it.
  public func compose(_ machines: [RestrictedMachine]) {
    precondition(machines.count == depth, "a machine for each hidden level")
    for level in 1...depth {
      let factor: Float = level > 1 && level < depth ? 0.5 : 1
      let (own, learnt) = (group[weightSlot(level)], machines[level - 1].weights)
      for place in own.indices { own[place] = factor * learnt[place] }
    }
    for level in 0...depth {
      let own = group[biasSlot(level)]
      for unit in own.indices {
        let below = level > 0 ? machines[level - 1].hiddenBias[unit] : machines[0].visibleBias[unit]
        let above = level > 0 && level < depth ? machines[level].visibleBias[unit] : below
        own[unit] = (below + above) / 2
      }
    }
  }

  /// Gives machines what `compose` makes this one of, to the last bit: the weights of layers between doubled, and for both
  /// biases of a level its own.
  public func decompose(into machines: [RestrictedMachine]) {
    precondition(machines.count == depth, "a machine for each hidden level")
    for (index, machine) in machines.enumerated() {
      let (weights, learnt) = (weights(index + 1), machine.group[machine.weightSlot])
      let factor: Float = index > 0 && index < depth - 1 ? 2 : 1
      for place in learnt.indices { learnt[place] = factor * weights[place] }
      for side in 0...1 {
        let own = machine.group[machine.firstSlot + 1 + side]
        for unit in own.indices { own[unit] = bias(index + side)[unit] }
      }
    }
  }

  /// How the machine of layer `index` of `depth` scales its inputs in training.
  public static func scales(ofLayer index: Int, depth: Int) -> RestrictedMachine.Scales {
    .init(up: index == 0 && depth > 1 ? 2 : 1, down: index == depth - 1 && depth > 1 ? 2 : 1)
  }
}
