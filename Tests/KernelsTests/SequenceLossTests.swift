import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Losses over sequences") struct SequenceLossTests {
    static let pitch = 32

    /// Outputs, targets in 0...1, and which columns are scored.
    private func sample(_ rows: Int) -> (x: [Float], t: [Float], scored: [Float]) {
      let t = randomValues(rows * Self.pitch, seed: 2).map { ($0 + 1) / 2 }
      return (
        randomValues(rows * Self.pitch, seed: 1, scale: 6), t, (0..<Self.pitch).map { $0 % 3 == 1 ? 0 : 1 }
      )
    }

    /// Compares losses and gradients of each column with those of `body`: (outputs, targets) to (loss, gradient).
    private func check(
      rows: Int, _ run: (inout [Float], [Float], [Float], inout [Float]) -> Void,
      _ body: ([Double], [Double]) -> (Double, [Double])
    ) {
      let (x, t, scored) = sample(rows)
      inEveryVariant { variant in
        var d = x
        var losses = [Float](repeating: .nan, count: Self.pitch)
        run(&d, t, scored, &losses)
        for b in 0..<Self.pitch {
          let column = (0..<rows).map { Double(x[$0 * Self.pitch + b]) }
          let (loss, gradient) =
            scored[b] == 0
            ? (0, Array(repeating: 0, count: rows))
            : body(column, (0..<rows).map { Double(t[$0 * Self.pitch + b]) })
          #expect(abs(Double(losses[b]) - loss) < 1e-5 * (1 + abs(loss)), "\(variant)")
          for r in 0..<rows { #expect(abs(Double(d[r * Self.pitch + b]) - gradient[r]) < 2e-6, "\(variant)") }
        }
      }
    }

    @Test("Logistic cross-entropy", arguments: [1, 5, 88])
    func logistic(rows: Int) {
      check(rows: rows) { d, t, scored, losses in
        d.withUnsafeMutableBufferPointer { d in
          SequenceLosses.logistic(
            d.baseAddress!, targets: t, scored: scored, rows: rows, pitch: Self.pitch, losses: &losses,
            gradient: d.baseAddress!)
        }
      } _: { x, t in
        (
          zip(x, t).reduce(0) { $0 + log(1 + exp($1.0)) - $1.1 * $1.0 },
          zip(x, t).map { 1 / (1 + exp(-$0)) - $1 }
        )
      }
    }

    @Test("Squared error of linear and of logistic outputs", arguments: [false, true])
    func squared(isSquashed: Bool) {
      var sizes = [Float](repeating: 0, count: Self.pitch)
      var largest = sizes
      check(rows: 3) { d, t, scored, losses in
        d.withUnsafeMutableBufferPointer { d in
          SequenceLosses.squared(
            d.baseAddress!, targets: t, scored: scored, rows: 3, pitch: Self.pitch, isSquashed: isSquashed,
            losses: &losses, sizes: &sizes, largest: &largest, gradient: d.baseAddress!)
        }
      } _: { x, t in
        let y = isSquashed ? x.map { 1 / (1 + exp(-$0)) } : x
        let e = zip(y, t).map { $0 - $1 }
        return (
          e.reduce(0) { $0 + $1 * $1 / 2 }, zip(e, y).map { $0 * (isSquashed ? $1 * (1 - $1) : 1) }
        )
      }
      let (x, t, scored) = sample(3)
      for b in 0..<Self.pitch {
        let e = (0..<3).map { r in
          let v = Double(x[r * Self.pitch + b])
          return abs((isSquashed ? 1 / (1 + exp(-v)) : v) - Double(t[r * Self.pitch + b]))
        }
        #expect(abs(Double(sizes[b]) - (scored[b] == 0 ? 0 : e.reduce(0, +))) < 1e-5)
        #expect(abs(Double(largest[b]) - (scored[b] == 0 ? 0 : e.max()!)) < 1e-5)
      }
    }

    @Test("Softmax cross-entropy against distributions")
    func softmaxOfValues() {
      check(rows: 7) { d, t, scored, losses in
        d.withUnsafeMutableBufferPointer { d in
          SequenceLosses.softmax(
            d.baseAddress!, targets: t, scored: scored, classes: 7, pitch: Self.pitch, losses: &losses,
            gradient: d.baseAddress!)
        }
      } _: { x, t in
        let sum = x.reduce(0) { $0 + exp($1) }
        let p = x.map { exp($0) / sum }
        return (zip(p, t).reduce(0) { $0 - $1.1 * log($1.0) }, zip(p, t).map { $0 * t.reduce(0, +) - $1 })
      }
    }

    @Test("Softmax cross-entropy against symbols; -1 is not scored", arguments: [1, 6, 65])
    func softmax(classes: Int) {
      let x = randomValues(classes * Self.pitch, seed: 1, scale: 6)
      for allAreUnscored in [false, true] {
        let targets = (0..<Self.pitch).map { $0 % 5 == 2 || allAreUnscored ? -1 : Int32($0 % classes) }
        inEveryVariant { _ in
          var d = x
          var losses = [Float](repeating: .nan, count: Self.pitch)
          var best = [Int32](repeating: -9, count: Self.pitch)
          d.withUnsafeMutableBufferPointer { d in
            SequenceLosses.softmax(
              d.baseAddress!, targets: targets, classes: classes, pitch: Self.pitch, losses: &losses,
              best: &best,
              gradient: d.baseAddress!)
          }
          for b in 0..<Self.pitch {
            let column = (0..<classes).map { Double(x[$0 * Self.pitch + b]) }
            let sum = column.reduce(0) { $0 + exp($1) }
            #expect(Int(best[b]) == column.firstIndex(of: column.max()!)!)
            let target = Int(targets[b])
            let loss = target < 0 ? 0 : log(sum) - column[target]
            #expect(abs(Double(losses[b]) - loss) < 1e-5 * (1 + loss))
            for c in 0..<classes {
              let slope = target < 0 ? 0 : exp(column[c]) / sum - (c == target ? 1 : 0)
              #expect(abs(Double(d[c * Self.pitch + b]) - slope) < 2e-6)
            }
          }
        }
      }
    }
  }
}
