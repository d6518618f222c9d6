import Kernels

/// Directed layers below a restricted machine: what a deep belief network consists of.
///
///     p(v, h_1, …, h_L) = p(v | h_1) … p(h_L-2 | h_L-1) p(h_L-1, h_L)
///
/// Level 0 holds the input v, level i the units h_i. Directed layer i goes up by its recognition weights and down by its
/// generative ones; before they are untied, both are those of the restricted machine that the layer was trained as. The
/// top machine joins the last two levels; labels, where it has such, follow the units of level L-1. Hinton, Osindero & Teh
/// 2006. A stack belongs to one thread and has room for `maximumBatch` examples.
public final class BeliefStack {
  /// A directed layer.
  public struct Layer {
    /// Up: h given what is below.
    public let recognition: RestrictedMachine
    /// Down: what is below given h.
    public let generation: RestrictedMachine

    /// A layer; of tied weights both are the same machine.
    public init(recognition: RestrictedMachine, generation: RestrictedMachine) {
      self.recognition = recognition
      self.generation = generation
    }
  }

  /// The directed layers, from the input up.
  public let layers: [Layer]
  /// The machine above them.
  public let top: RestrictedMachine
  /// The most examples at a time.
  public let maximumBatch: Int
  let levels: [FlatBuffer]
  let dreams: [FlatBuffer]
  lazy var topInputs = FlatBuffer(count: top.hidden.count * maximumBatch)

  // Draws of their own, apart from those of the chains.
  static let (upDraw, downDraw) = (1 << 16, 1 << 17)

  /// A stack.
  public init(layers: [Layer], top: RestrictedMachine, maximumBatch: Int) {
    self.layers = layers
    self.top = top
    self.maximumBatch = maximumBatch
    levels =
      layers.map { FlatBuffer(count: $0.recognition.visible.count * maximumBatch) }
      + [FlatBuffer(count: top.visible.count * maximumBatch)]
    dreams = layers.map { FlatBuffer(count: $0.recognition.visible.count * maximumBatch) }
  }

  /// The values of a level below the top one, [units, batch]; of the last one with the labels behind them.
  public func level(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(levels[index].base) }

  /// Puts a batch into level 0.
  public func set(_ v: UnsafePointer<Float>, batch: Int) {
    let units = layers.first?.recognition.visible.count ?? top.visible.blocks[0].units.count
    levels[0].base.update(from: v, count: units * batch)
  }

  /// Puts the labels behind the units of the last level.
  public func setLabels(_ labels: UnsafeBufferPointer<Int32>, classes: Int) {
    let batch = labels.count
    let start = levels[layers.count].base + (top.visible.count - classes) * batch
    start.update(repeating: 0, count: classes * batch)
    for column in 0..<batch { start[Int(labels[column]) * batch + column] = 1 }
  }

  /// Puts zeros in the place of the labels: no class is said.
  public func clearLabels(classes: Int, batch: Int) {
    (levels[layers.count].base + (top.visible.count - classes) * batch).update(
      repeating: 0, count: classes * batch)
  }

  /// Fills the levels above the input up to `last` with probabilities.
  public func rise(to last: Int, batch: Int) {
    for index in 0..<last {
      let machine = layers[index].recognition
      machine.hiddenInputs(of: levels[index].base, batch: batch, into: levels[index + 1].base)
      machine.expectHidden(levels[index + 1].base, batch: batch)
    }
  }

  /// Fills the levels above the input up to `last` with states drawn one after the other.
  public func rise(to last: Int, drawing numbers: UnsafeBufferPointer<UInt32>, random: RandomAddress) {
    for index in 0..<last {
      let machine = layers[index].recognition
      let above = levels[index + 1].base
      machine.hiddenInputs(of: levels[index].base, batch: numbers.count, into: above)
      machine.hidden.sample(
        above, bias: machine.hiddenBias, into: above, numbers: numbers, random: random,
        index: Self.upDraw + index)
    }
  }

  /// Goes down from states of the last level: each level below is drawn, the input stands as its expectation.
  ///
  /// - Parameter visit: is handed each layer's number with the states above and below it, from the top down.
  /// - Returns: the expectations of the input, [visible, batch]; valid until the next call.
  @discardableResult
  public func descend(
    from states: UnsafePointer<Float>, drawing numbers: UnsafeBufferPointer<UInt32>, random: RandomAddress,
    visit: (_ layer: Int, _ above: UnsafePointer<Float>, _ below: UnsafePointer<Float>) -> Void = { _, _, _ in
    }
  ) -> UnsafePointer<Float> {
    var above = states
    for index in layers.indices.reversed() {
      let machine = layers[index].generation
      let below = dreams[index].base
      machine.visibleInputs(of: above, batch: numbers.count, into: below)
      if index == 0 {
        machine.visible.expect(below, bias: machine.visibleBias, batch: numbers.count)
      } else {
        machine.visible.sample(
          below, bias: machine.visibleBias, into: below, numbers: numbers, random: random,
          index: Self.downDraw + index)
      }
      visit(index, above, below)
      above = UnsafePointer(below)
    }
    return above
  }

  /// Writes the expectation of level `index` given the level above, less what the level is.
  ///
  /// - Returns: the sum of its squares.
  public func predict(_ index: Int, batch: Int, into error: UnsafeMutablePointer<Float>) -> Double {
    let machine = layers[index].generation
    let count = machine.visible.count * batch
    machine.visibleInputs(of: levels[index + 1].base, batch: batch, into: error)
    machine.visible.expect(error, bias: machine.visibleBias, batch: batch)
    Elementwise.axpy(
      -1, UnsafeBufferPointer(start: levels[index].base, count: count),
      to: UnsafeMutableBufferPointer(start: error, count: count))
    return Reduction.sumOfSquares(UnsafeBufferPointer(start: error, count: count))
  }
}
