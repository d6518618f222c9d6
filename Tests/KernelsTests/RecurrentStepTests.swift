import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Recurrent steps") struct RecurrentStepTests {
    static let (units, pitch) = (3, 32)
    static var count: Int { units * pitch }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    private func values(_ rows: Int, _ seed: UInt64, scale: Float = 2) -> [Float] {
      randomValues(rows * Self.pitch, seed: seed, scale: scale)
    }

    @Test("The long short-term memory's step, with and without peepholes", arguments: [false, true])
    func lstm(hasPeepholes: Bool) {
      let (n, p) = (Self.count, Self.pitch)
      let sums = values(12, 1)
      let before = values(3, 2)
      let peepholes = randomValues(9, seed: 3)
      inEveryVariant { variant in
        var gates = sums
        var old = before
        var cells = [Float](repeating: .nan, count: n)
        var hidden = cells
        peepholes.withUnsafeBufferPointer {
          RecurrentStep.lstm(
            &gates, before: &old, cells: &cells, hidden: &hidden,
            peepholes: hasPeepholes ? $0.baseAddress : nil,
            units: 3, pitch: p)
        }
        for at in 0..<n {
          func weight(_ part: Int) -> Double { hasPeepholes ? Double(peepholes[part * 3 + at / p]) : 0 }
          let c0 = Double(before[at])
          let i = sigmoid(Double(sums[at]) + weight(0) * c0)
          let f = sigmoid(Double(sums[n + at]) + weight(1) * c0)
          let c = f * c0 + i * tanh(Double(sums[2 * n + at]))
          let o = sigmoid(Double(sums[3 * n + at]) + weight(2) * c)
          #expect(
            abs(Double(cells[at]) - c) < 2e-6 && abs(Double(hidden[at]) - o * tanh(c)) < 2e-6, "\(variant)")
          #expect(abs(Double(gates[at]) - i) < 1e-6 && abs(Double(gates[3 * n + at]) - o) < 1e-6)
        }
      }
    }

    @Test("The gated recurrent unit's step in both forms, and gates far out")
    func gru() {
      let n = Self.count
      var sums = values(9, 1)
      (sums[0], sums[1], sums[n], sums[n + 1]) = (200, -200, -200, 200)
      let before = values(3, 2, scale: 1)
      let recurrent = values(3, 3)
      inEveryVariant { variant in
        var (gates, old, reset) = (sums, before, [Float](repeating: .nan, count: n))
        var hidden = reset
        RecurrentStep.gruReset(&gates, before: &old, reset: &reset, count: n)
        RecurrentStep.gru(&gates, before: &old, hidden: &hidden, count: n)
        var (after, product, other) = (sums, recurrent, [Float](repeating: .nan, count: n))
        RecurrentStep.gruResetAfter(&after, before: &old, reset: &product, hidden: &other, count: n)
        for at in 0..<n {
          let h = Double(before[at])
          let r = sigmoid(Double(sums[at]))
          let z = sigmoid(Double(sums[n + at]))
          let m = tanh(Double(sums[2 * n + at]))
          #expect(abs(Double(reset[at]) - r * h) < 1e-6, "\(variant)")
          #expect(abs(Double(hidden[at]) - ((1 - z) * h + z * m)) < 1e-6, "\(variant)")
          let a = tanh(Double(sums[2 * n + at]) + r * Double(recurrent[at]))
          #expect(abs(Double(other[at]) - ((1 - z) * a + z * h)) < 1e-6, "\(variant)")
        }
      }
    }
  }
}
