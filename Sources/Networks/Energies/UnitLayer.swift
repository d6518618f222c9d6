import Kernels

/// One side of a machine: units in blocks, each of a kind. No two of them are connected.
///
/// States and inputs are `[count, batch]`, batch contiguous.
public struct UnitLayer: Hashable, Sendable {
  /// Neighbouring units of one kind.
  public struct Block: Hashable, Sendable {
    /// The kind.
    public let kind: UnitKind
    /// Their numbers in the layer.
    public let units: Range<Int>
  }

  /// The blocks, in the order of their units.
  public let blocks: [Block]
  /// The number of units.
  public let count: Int

  /// A layer of blocks of these kinds and sizes.
  public init(_ blocks: [(kind: UnitKind, count: Int)]) {
    var list: [Block] = []
    var end = 0
    for block in blocks {
      list.append(Block(kind: block.kind, units: end..<end + block.count))
      end += block.count
    }
    self.blocks = list
    count = end
  }

  /// Whether all units are binary.
  public var isBinary: Bool { blocks.allSatisfy { $0.kind == .binary } }

  /// The stream of draw `index` of a block: a machine draws its sides in turn, and each draw has a number of its own.
  static func stream(_ index: Int, block: Int) -> RandomAddress.Stream { .model(1024 + 4 * index + block) }

  /// Replaces inputs by expectations: x ← E[unit | x + bias].
  func expect(_ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, batch: Int) {
    for block in blocks {
      let (units, start) = (block.units.count, x + block.units.lowerBound * batch)
      let elements = UnsafeMutableBufferPointer(start: start, count: units * batch)
      let biases = UnsafeBufferPointer(start: bias + block.units.lowerBound, count: units)
      switch block.kind {
      case .binary: Kernels.Activation.sigmoid.apply(bias: biases, to: elements, rows: units, batch: batch)
      case .gaussian: Elementwise.addBias(biases, to: elements, rows: units, batch: batch)
      case .softmax(let size):
        Elementwise.addBias(biases, to: elements, rows: units, batch: batch)
        for group in 0..<units / size {
          let part = UnsafeMutableBufferPointer(start: start + group * size * batch, count: size * batch)
          Softmax.forward(UnsafeBufferPointer(part), into: part, classes: size, batch: batch)
        }
      }
    }
  }

  /// Draws states: s of each unit given its input scale · x + bias.
  ///
  /// - Parameters:
  ///   - s: Receives the states; may be x.
  ///   - expectations: Receives the probabilities, of Gaussian units the means; nil where nobody asks; not s, and x only
  ///     where s is not x.
  ///   - numbers: What each column belongs to: examples or chains.
  ///   - index: The number of the draw within the step.
  func sample(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, into s: UnsafeMutablePointer<Float>,
    expectations: UnsafeMutablePointer<Float>? = nil, numbers: UnsafeBufferPointer<UInt32>, scale: Float = 1,
    random: RandomAddress, index: Int
  ) {
    for (place, block) in blocks.enumerated() {
      let offset = block.units.lowerBound * numbers.count
      let (x, s, bias) = (x + offset, s + offset, bias + block.units.lowerBound)
      let expectations = expectations.map { $0 + offset }
      let stream = RandomStream(random.stream(UnitLayer.stream(index, block: place)))
      switch block.kind {
      case .binary:
        StochasticUnits.sampleLogistic(
          x, bias: bias, into: s, probabilities: expectations, units: block.units.count, examples: numbers,
          scale: scale, random: stream)
      case .gaussian:
        if let expectations {
          StochasticUnits.sampleNormal(
            x, bias: bias, into: expectations, units: block.units.count, examples: numbers, deviation: 0,
            scale: scale, random: stream)
        }
        StochasticUnits.sampleNormal(
          x, bias: bias, into: s, units: block.units.count, examples: numbers, deviation: 1, scale: scale,
          random: stream)
      case .softmax(let size):
        StochasticUnits.sampleSoftmax(
          x, bias: bias, into: s, probabilities: expectations, groups: block.units.count / size, size: size,
          examples: numbers, scale: scale, random: stream)
      }
    }
  }
}
