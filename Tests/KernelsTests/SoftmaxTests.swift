import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Softmax and losses") struct SoftmaxTests {
    static let shapes = [
      (1, 1), (2, 1), (10, 1), (3, 5), (10, 16), (4, 17), (10, 64), (7, 100), (1000, 3), (10, 33),
    ]

    /// Softmax of column b by the definition, in double precision.
    func column(_ x: [Float], _ classes: Int, _ batch: Int, _ b: Int) -> (p: [Double], logSum: Double) {
      let values = (0..<classes).map { Double(x[$0 * batch + b]) }
      let most = values.max()!
      let sum = values.reduce(0.0) { $0 + exp($1 - most) }
      return (values.map { exp($0 - most) / sum }, log(sum) + most)
    }

    @Test("Softmax, its logarithm and its derivative agree with the definition, also for large numbers")
    func softmax() {
      inEveryVariant { variant in
        for (classes, batch) in Self.shapes {
          for scale in [Float(3), 90, 1e30] {
            let x = randomValues(classes * batch, seed: 1, scale: scale)
            let d = randomValues(classes * batch, seed: 2)
            var p = x
            var logarithm = x
            var back = d
            x.withUnsafeBufferPointer { x in
              p.withUnsafeMutableBufferPointer {
                Softmax.forward(x, into: $0, classes: classes, batch: batch)
              }
              logarithm.withUnsafeMutableBufferPointer {
                Softmax.logarithm(x, into: $0, classes: classes, batch: batch)
              }
            }
            p.withUnsafeBufferPointer { p in
              back.withUnsafeMutableBufferPointer {
                Softmax.backward($0, output: p, classes: classes, batch: batch)
              }
            }
            var (expectedP, expectedLogarithm, expectedBack) = (x, x, x)
            for b in 0..<batch {
              let (q, logSum) = column(x, classes, batch, b)
              let total = (0..<classes).reduce(0.0) { $0 + q[$1] * Double(d[$1 * batch + b]) }
              for c in 0..<classes {
                let at = c * batch + b
                expectedP[at] = Float(q[c])
                expectedLogarithm[at] = Float(Double(x[at]) - logSum)
                expectedBack[at] = Float(q[c] * (Double(d[at]) - total))
              }
            }
            let note: Comment = "\(classes) x \(batch), scale \(scale), in \(variant)"
            #expect(agree(p, expectedP, tolerance: 1e-6), note)
            #expect(agree(logarithm, expectedLogarithm, tolerance: 1e-6), note)
            #expect(agree(back, expectedBack, tolerance: 2e-6), note)
          }
        }
      }
    }

    @Test("Cross-entropy gives loss, errors, predictions and the unscaled gradient, in place too")
    func crossEntropy() {
      inEveryVariant { variant in
        for (classes, batch) in Self.shapes {
          let x = randomValues(classes * batch, seed: 3, scale: 20)
          let labels = (0..<batch).map { Int32(($0 * 7 + 3) % classes) }
          var gradient = x
          var predictions = [Int32](repeating: -1, count: batch)
          let sums = labels.withUnsafeBufferPointer { labels in
            gradient.withUnsafeMutableBufferPointer { x in
              predictions.withUnsafeMutableBufferPointer {
                Softmax.crossEntropy(
                  .init(x), labels: labels, classes: classes, batch: batch, gradient: x, predictions: $0)
              }
            }
          }
          var loss = 0.0
          var best: [Int32] = []
          var expected = x
          for b in 0..<batch {
            let (p, logSum) = column(x, classes, batch, b)
            let label = Int(labels[b])
            loss += logSum - Double(x[label * batch + b])
            best.append(Int32(p.firstIndex(of: p.max()!)!))
            for c in 0..<classes { expected[c * batch + b] = Float(p[c] - (c == label ? 1 : 0)) }
          }
          let note: Comment = "\(classes) x \(batch) in \(variant)"
          #expect(abs(sums.loss - loss) <= 2e-6 * (1 + loss), note)
          #expect(predictions == best, note)
          #expect(sums.errors == zip(best, labels).filter { $0 != $1 }.count, note)
          #expect(agree(gradient, expected, tolerance: 1e-6), note)
          let again = labels.withUnsafeBufferPointer { labels in
            x.withUnsafeBufferPointer {
              Softmax.crossEntropy($0, labels: labels, classes: classes, batch: batch)
            }
          }
          #expect(again == sums, "evaluation without a gradient gives the same sums")
        }
      }
    }

    /// Loss sums and gradient of logits over ten classes.
    func lossAndGradient(_ x: [Float], _ labels: [Int32]) -> (LossSums, [Float]) {
      var gradient = x
      let sums = labels.withUnsafeBufferPointer { labels in
        gradient.withUnsafeMutableBufferPointer {
          Softmax.crossEntropy(.init($0), labels: labels, classes: 10, batch: labels.count, gradient: $0)
        }
      }
      return (sums, gradient)
    }

    @Test("An example's loss and gradient have the same bits alone as among others")
    func grouping() {
      let x = randomValues(10 * 37, seed: 4, scale: 9)
      let labels = (0..<37).map { Int32($0 % 10) }
      inEveryVariant { variant in
        let (sums, whole) = lossAndGradient(x, labels)
        var total = LossSums(loss: 0, errors: 0)
        for b in 0..<37 {
          let rows = (0..<10).map { $0 * 37 + b }
          let (alone, gradient) = lossAndGradient(rows.map { x[$0] }, [labels[b]])
          total.loss += alone.loss
          total.errors += alone.errors
          let among = rows.map { whole[$0] }
          #expect(sameBits(gradient, among), "in \(variant)")
        }
        #expect(total == sums)
      }
    }

    /// argmax or argmin of columns of four.
    func best(_ columns: [[Float]], least: Bool) -> [Int32] {
      let x = (0..<4).flatMap { row in columns.map { $0[row] } }
      var indices = [Int32](repeating: -1, count: columns.count)
      x.withUnsafeBufferPointer { x in
        indices.withUnsafeMutableBufferPointer {
          if least {
            Softmax.argmin(x, into: $0, classes: 4, batch: $0.count)
          } else {
            Softmax.argmax(x, into: $0, classes: 4, batch: $0.count)
          }
        }
      }
      return indices
    }

    @Test("Of equals the lowest index wins, and NaN loses to numbers")
    func ties() {
      let nan = Float.nan
      let columns: [[Float]] = [
        [1, 1, 1, 1], [0, -1, 5, 5], [nan, 2, 3, 2], [4, nan, 4, 0], [nan, nan, nan, nan],
      ]
      inEveryVariant { variant in
        let most = best(columns, least: false)
        let least = best(columns, least: true)
        #expect(most == [0, 2, 2, 0, 0], "in \(variant)")
        #expect(least == [0, 1, 1, 3, 0], "in \(variant)")
      }
    }

    @Test("A NaN or infinite logit makes the loss of its batch not finite")
    func nonfinite() {
      inEveryVariant { variant in
        for bad in [Float.nan, .infinity] {
          for at in [0, 7, 9] {
            let good = randomValues(10 * 3, seed: 4)
            let x = good.enumerated().map { $0 == at * 3 + 1 ? bad : $1 }
            let labels = [Int32](repeating: 2, count: 3)
            let sums = labels.withUnsafeBufferPointer { labels in
              x.withUnsafeBufferPointer { Softmax.crossEntropy($0, labels: labels, classes: 10, batch: 3) }
            }
            #expect(!sums.loss.isFinite, "\(bad) in class \(at) in \(variant)")
          }
        }
      }
    }

    @Test(
      "Squared error and binary cross-entropy agree with their definitions for logits of any size"
    )
    func otherLosses() {
      inEveryVariant { variant in
        for (features, batch) in Self.shapes {
          let x = randomValues(features * batch, seed: 5, scale: 120)
          let t = randomValues(features * batch, seed: 6).map { ($0 + 1) / 2 }
          var square = x
          var cross = x
          let squareLoss = t.withUnsafeBufferPointer { t in
            square.withUnsafeMutableBufferPointer {
              Losses.squaredError(.init($0), targets: t, features: features, batch: batch, gradient: $0)
            }
          }
          let crossLoss = t.withUnsafeBufferPointer { t in
            cross.withUnsafeMutableBufferPointer {
              Losses.binaryCrossEntropy(.init($0), targets: t, features: features, batch: batch, gradient: $0)
            }
          }
          let pairs = zip(x, t).map { (Double($0), Double($1)) }
          let squares = pairs.reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / 2 }
          let entropy = pairs.reduce(0.0) { $0 + max($1.0, 0) + log1p(exp(-abs($1.0))) - $1.0 * $1.1 }
          let note: Comment = "\(features) x \(batch) in \(variant)"
          #expect(abs(squareLoss - squares) <= 2e-6 * (1 + squares), note)
          #expect(abs(crossLoss - entropy) <= 2e-6 * (1 + entropy), note)
          #expect(agree(square, zip(x, t).map { $0 - $1 }, tolerance: 1e-6), note)
          #expect(agree(cross, pairs.map { Float(1 / (1 + exp(-$0.0)) - $0.1) }, tolerance: 1e-6), note)
        }
      }
    }
  }
}
