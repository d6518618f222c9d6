import Kernels
import Networks

/// The recall that `tenfold bench --network hopfield` measures: 10 synchronous sweeps of 1,000 units that have stored 100
/// patterns by Hebb's rule, from random states, far from rest.
struct BenchRecall {
  static let units = 1000
  static let patterns = 100
  static let sweeps = 10

  private let workspace: RecallWorkspace
  private let links: FlatBuffer
  private let cues: FlatBuffer
  private let examples: [UInt32]

  /// Stores random patterns, and draws `states` states.
  init(states: Int) {
    let units = Self.units
    var stream = RandomStream(seed: 1, stream: RandomAddress.Stream.generator(0).number)
    func signs(_ count: Int) -> FlatBuffer {
      let block = FlatBuffer(count: count * units)
      for i in 0..<block.count { block.base[i] = stream.happens(0.5) ? 1 : -1 }
      return block
    }
    let patterns = signs(Self.patterns)
    cues = signs(states)
    links = FlatBuffer(count: units * units)
    Matrix.multiply(
      .init(patterns.elements), .init(patterns.elements), into: links.elements, rows: units, columns: units,
      inner: Self.patterns, transposeA: true)
    for i in 0..<units { links.base[i * units + i] = 0 }
    workspace = RecallWorkspace(units: units, maximumBatch: states)
    examples = (0..<states).map { UInt32($0) }
  }

  /// One recall from the first states.
  func run() {
    let units = Self.units
    for place in examples.indices {
      workspace.state(place).baseAddress!.update(from: cues.base + place * units, count: units)
    }
    examples.withUnsafeBufferPointer {
      workspace.recall(
        $0, links: ThresholdLinks(outgoing: .init(links.elements), isSymmetric: true),
        ThresholdRecall(order: .synchronous, sweeps: Self.sweeps, low: -1))
    }
  }
}
