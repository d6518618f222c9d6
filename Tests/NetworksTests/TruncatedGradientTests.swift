import Foundation
import Networks
import Testing

/// The network of 1997 with one memory cell block, as the paper writes it down: in double precision, one sequence at a
/// time, derivatives of the cells carried forwards in time.
private struct PaperNetwork {
  let cells: Int
  let inputs: Int
  let w: [[Double]]
  let u: [[Double]]
  let b: [Double]
  let v: [Double]

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The truncated derivatives of ½ Σ (y - t)² by w, u, b and v, over the steps that have a target: only ∂c/∂weight is
  /// carried on, c ← c' + i g.
  func gradients(_ xs: [[Double]], _ targets: [Double?]) -> (
    w: [[Double]], u: [[Double]], b: [Double], v: [Double]
  ) {
    let rows = cells + 2
    let sources = inputs + rows + 1
    // ∂c_k/∂(weight of row r from source s), for r a cell or the input gate.
    var slopes = (0..<cells).map { _ in
      Array(repeating: Array(repeating: 0.0, count: sources), count: rows)
    }
    var total = Array(repeating: Array(repeating: 0.0, count: sources), count: rows)
    var dv = Array(repeating: 0.0, count: cells)
    var state = Array(repeating: 0.0, count: rows)
    var c = Array(repeating: 0.0, count: cells)
    for (x, target) in zip(xs, targets) {
      let source = x + state + [1]
      let sums = (0..<rows).map { r in
        zip(w[r] + u[r] + [b[r]], source).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let (i, o) = (sigmoid(sums[cells]), sigmoid(sums[cells + 1]))
      for k in 0..<cells {
        let s = sigmoid(sums[k])
        let g = 4 * s - 2
        c[k] += i * g
        for j in 0..<sources {
          slopes[k][k][j] += i * 4 * s * (1 - s) * source[j]
          slopes[k][cells][j] += g * i * (1 - i) * source[j]
        }
      }
      let h = c.map { 2 * sigmoid($0) - 1 }
      let y = zip(v, h).reduce(0) { $0 + $1.0 * o * $1.1 }
      let e = target.map { y - $0 } ?? 0
      for k in 0..<cells {
        dv[k] += e * o * h[k]
        let s = sigmoid(c[k])
        let dc = e * v[k] * o * 2 * s * (1 - s)
        for r in 0..<rows where r != cells + 1 {
          for j in 0..<sources { total[r][j] += dc * slopes[k][r][j] }
        }
        for j in 0..<sources { total[cells + 1][j] += e * v[k] * h[k] * o * (1 - o) * source[j] }
      }
      state = h.map { o * $0 } + [i, o]
    }
    return (
      total.map { Array($0[..<inputs]) }, total.map { Array($0[inputs..<inputs + rows]) },
      total.map { $0.last! },
      dv
    )
  }
}

@Suite("The network of 1997") struct TruncatedGradientTests {
  @Test("The truncated gradient is the paper's, computed forwards in time")
  func truncated() throws {
    let format = SequenceFormat(steps: 9, input: .values(2), target: .values(1))
    let cell = MemoryBlockCell(
      .init(blocks: 1, size: 2, inputGateBias: [-0.5], outputGateBias: [-1]),
      initializers: RecurrentInitializers(.uniform(0.8)))
    let network = try SequenceNetwork(
      [cell], SequenceObjective(.squaredError),
      .init(initializer: .uniform(0.8), hasOutputBias: false), format: format)
    let sample = SequenceSample(format, lengths: [9]) { t, _ in t > 3 }
    func rows(_ name: String, _ count: Int) -> [[Double]] {
      let slot = network.parameters[network.parameters.slots.firstIndex { $0.name == name }!]
      let width = slot.count / count
      return (0..<count).map { r in (0..<width).map { Double(slot[r * width + $0]) } }
    }
    let paper = PaperNetwork(
      cells: 2, inputs: 2, w: rows("0.lstm.input", 4), u: rows("0.lstm.recurrent", 4),
      b: rows("0.lstm.bias", 1)[0], v: rows("output.weight", 1)[0])
    #expect(paper.b[2] == -0.5 && paper.b[3] == -1)
    let xs = (0..<9).map { t in (0..<2).map { Double(sample.values[t * 2 + $0]) } }
    let expected = paper.gradients(xs, (0..<9).map { $0 > 3 ? Double(sample.targetValues[$0]) : nil })
    let result = try network.gradient([sample]).slots
    let names = network.parameters.slots.map(\.name)
    #expect(names == ["0.lstm.input", "0.lstm.bias", "0.lstm.recurrent", "output.weight"])
    #expect(relativeError(result[0], expected.w.flatMap { $0 }) < 1e-4)
    #expect(relativeError(result[1], expected.b) < 1e-4)
    #expect(relativeError(result[2], expected.u.flatMap { $0 }) < 1e-4)
    #expect(relativeError(result[3], expected.v) < 1e-4)
  }

  @Test("Truncated and full gradients agree where there is nothing to truncate: without recurrent weights")
  func withoutRecurrence() throws {
    let format = SequenceFormat(steps: 7, input: .values(2), target: .values(1))
    func network(_ gradient: MemoryBlockCell.GradientKind, recurrent: Bool) throws -> SequenceNetwork {
      try SequenceNetwork(
        [
          MemoryBlockCell(
            .init(
              blocks: 2, size: 2, hasOutputGates: false, isRecurrent: recurrent, biases: .gates,
              input: .logistic,
              output: .identity, gradient: gradient))
        ], SequenceObjective(.logisticSquaredError), format: format)
    }
    let sample = SequenceSample(format, lengths: [7, 3, 5])
    let truncated = try network(.truncated, recurrent: false).gradient([sample]).slots
    let full = try network(.full, recurrent: false).gradient([sample]).slots
    #expect(truncated == full)
    let cut = try network(.truncated, recurrent: true).gradient([sample]).slots
    let whole = try network(.full, recurrent: true).gradient([sample]).slots
    #expect(zip(cut, whole).contains { relativeError($0, $1) > 1e-3 })
  }
}
