import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Radial basis output of 1998") struct RadialBasisTests {
    @Test("Distances and their derivative agree with the definition")
    func distances() {
      inEveryVariant { variant in
        for (units, inputs, batch) in [
          (1, 1, 1), (10, 84, 64), (10, 84, 1), (7, 5, 19), (3, 20, 16), (12, 9, 40),
        ] {
          let x = randomValues(inputs * batch, seed: 1, scale: 1.7)
          let w = randomValues(units * inputs, seed: 2).map { $0 < 0 ? Float(-1) : 1 }
          let dy = randomValues(units * batch, seed: 3)
          var y = [Float](repeating: .nan, count: units * batch)
          var dx = [Float](repeating: .nan, count: inputs * batch)
          var more = x
          x.withUnsafeBufferPointer { x in
            w.withUnsafeBufferPointer { w in
              y.withUnsafeMutableBufferPointer {
                RadialBasis.forward(x, centers: w, into: $0, units: units, inputs: inputs, batch: batch)
              }
              dy.withUnsafeBufferPointer { dy in
                dx.withUnsafeMutableBufferPointer {
                  RadialBasis.backward(
                    dy, input: x, centers: w, into: $0, units: units, inputs: inputs, batch: batch)
                }
                more.withUnsafeMutableBufferPointer {
                  RadialBasis.backward(
                    dy, input: x, centers: w, into: $0, units: units, inputs: inputs, batch: batch,
                    accumulate: true)
                }
              }
            }
          }
          var distance = y
          var slope = dx
          for b in 0..<batch {
            for i in 0..<units {
              distance[i * batch + b] = (0..<inputs).reduce(0) { sum, j in
                let e = x[j * batch + b] - w[i * inputs + j]
                return sum + e * e
              }
            }
            for j in 0..<inputs {
              slope[j * batch + b] = (0..<units).reduce(0) { sum, i in
                sum + 2 * dy[i * batch + b] * (x[j * batch + b] - w[i * inputs + j])
              }
            }
          }
          let note: Comment = "\(units) x \(inputs) x \(batch) in \(variant)"
          #expect(agree(y, distance, tolerance: 1e-5), note)
          #expect(agree(dx, slope, tolerance: 1e-5), note)
          #expect(agree(more, zip(x, slope).map { $0 + $1 }, tolerance: 1e-5), note)
        }
      }
    }

    @Test(
      "The loss with competing classes agrees with its definition, also where exponentials vanish"
    )
    func loss() {
      inEveryVariant { variant in
        for (classes, batch) in [(1, 1), (10, 1), (10, 64), (10, 37), (3, 16)] {
          for scale in [Float(4), 300] {
            let y = randomValues(classes * batch, seed: 4, scale: scale).map { abs($0) }
            let labels = (0..<batch).map { Int32($0 % classes) }
            var gradient = y
            var predictions = [Int32](repeating: -1, count: batch)
            let sums = labels.withUnsafeBufferPointer { labels in
              gradient.withUnsafeMutableBufferPointer { y in
                predictions.withUnsafeMutableBufferPointer {
                  RadialBasis.maximumPosteriorLoss(
                    .init(y), labels: labels, margin: 2, classes: classes, batch: batch, gradient: y,
                    predictions: $0)
                }
              }
            }
            var total = 0.0
            var errors = 0
            var expected = y
            for b in 0..<batch {
              let column = (0..<classes).map { Double(y[$0 * batch + b]) }
              let sum = exp(-2) + column.reduce(0.0) { $0 + exp(-$1) }
              let label = Int(labels[b])
              total += column[label] + log(sum)
              let best = column.firstIndex(of: column.min()!)!
              errors += best == label ? 0 : 1
              #expect(predictions[b] == Int32(best))
              for i in 0..<classes {
                expected[i * batch + b] = Float((i == label ? 1 : 0) - exp(-column[i]) / sum)
              }
            }
            let note: Comment = "\(classes) x \(batch), scale \(scale), in \(variant)"
            #expect(abs(sums.loss - total) <= 2e-6 * (1 + total), note)
            #expect(sums.errors == errors, note)
            #expect(agree(gradient, expected, tolerance: 1e-6), note)
          }
        }
      }
    }
  }
}
