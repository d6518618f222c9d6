import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Units of Boltzmann machines") struct StochasticUnitTests {
    private let random = RandomStream(seed: 0x1234_5678_9abc, stream: 77, step: 5)

    /// The 24 bits that unit `f` of example `e` compares its probability with, from single blocks of Philox.
    private func bits(_ f: Int, _ e: UInt32) -> Int {
      let block = UInt32(f / 8)
      let (k, counter) = (f % 8, SIMD4(block, e, random.step, random.stream))
      let word = Philox.block(counter, key: random.seed)[k / 2]
      let high = Int(k % 2 == 0 ? word & 0xffff : word >> 16)
      let second = Philox.block(
        SIMD4(0x8000_0000 + block, e, random.step, random.stream), key: random.seed)
      return high << 8 | Int(second[k / 4] >> UInt32(8 * (k % 4)) & 0xff)
    }

    private func sample(
      _ x: [Float], _ bias: [Float], _ examples: [UInt32], scale: Float = 1, inPlace: Bool = false
    ) -> (s: [Float], p: [Float]) {
      var s = inPlace ? x : [Float](repeating: -1, count: x.count)
      var p = [Float](repeating: -1, count: x.count)
      examples.withUnsafeBufferPointer { numbers in
        s.withUnsafeMutableBufferPointer { s in
          p.withUnsafeMutableBufferPointer { p in
            x.withUnsafeBufferPointer { x in
              StochasticUnits.sampleLogistic(
                inPlace ? UnsafePointer(s.baseAddress!) : x.baseAddress!, bias: bias, into: s.baseAddress!,
                probabilities: p.baseAddress!, units: bias.count, examples: numbers, scale: scale,
                random: random)
            }
          }
        }
      }
      return (s, p)
    }

    @Test("Binary units are on where their 24 bits of Philox lie below the probability, ties included")
    func logistic() {
      inEveryVariant { variant in
        for (units, batch) in [(1, 1), (7, 3), (8, 16), (9, 17), (20, 50), (23, 33)] {
          let x = randomValues(units * batch, seed: 3, scale: 6)
          let bias = randomValues(units, seed: 4)
          let examples = (0..<batch).map { UInt32($0 * 977 + 5) }
          let (s, p) = sample(x, bias, examples, scale: 0.7)
          #expect(sameBits(sample(x, bias, examples, scale: 0.7, inPlace: true).s, s))
          for f in 0..<units {
            for b in 0..<batch {
              let a = Double(x[f * batch + b]) * 0.7 + Double(bias[f])
              #expect(abs(Double(p[f * batch + b]) - 1 / (1 + exp(-a))) < 3e-7, "\(variant)")
              let on = bits(f, examples[b]) < Int(p[f * batch + b] * 0x1p24)
              #expect(s[f * batch + b] == (on ? 1 : 0), "\(variant) unit \(f) column \(b)")
            }
          }
        }
      }
    }

    @Test("Where the first 16 bits do not decide, the other 8 do")
    func ties() {
      // Probabilities whose first 16 bits are those of the draw: the last 8 are 80 here.
      inEveryVariant { variant in
        let (units, batch) = (16, 40)
        var x = [Float](repeating: 0, count: units * batch)
        let examples = (0..<batch).map { UInt32($0) }
        for f in 0..<units {
          for b in 0..<batch {
            let p = (Double((bits(f, examples[b]) >> 8) << 8) + 80) * 0x1p-24
            x[f * batch + b] = Float(log(p / (1 - p)))
          }
        }
        let (s, p) = sample(x, [Float](repeating: 0, count: units), examples)
        var both = (on: 0, off: 0)
        for f in 0..<units {
          for b in 0..<batch {
            let on = bits(f, examples[b]) < Int(p[f * batch + b] * 0x1p24)
            #expect(s[f * batch + b] == (on ? 1 : 0), "\(variant)")
            if on { both.on += 1 } else { both.off += 1 }
          }
        }
        #expect(both.on > 100 && both.off > 300)
      }
    }

    @Test("Certain units are certain, unlikely ones are off, and NaN stays NaN")
    func extremes() {
      inEveryVariant { _ in
        let (s, _) = sample([100, -100, .nan, 40], [0, 0, 0, 0], [1])
        #expect(s[0] == 1 && s[1] == 0 && s[2].isNaN && s[3] == 1)
      }
    }

    @Test("A draw belongs to its example, whatever the batch it stands in")
    func addressed() {
      let x = randomValues(20 * 30, seed: 8, scale: 2)
      let bias = randomValues(20, seed: 9)
      let whole = sample(x, bias, (0..<30).map { UInt32($0) }).s
      let part = (0..<20).flatMap { f in x[f * 30 + 11..<f * 30 + 24] }
      let piece = sample(part, bias, (11..<24).map { UInt32($0) }).s
      for f in 0..<20 { for b in 0..<13 { #expect(piece[f * 13 + b] == whole[f * 30 + 11 + b]) } }
    }

    @Test("A choice among units follows its softmax, one unit on in each group")
    func softmax() {
      inEveryVariant { variant in
        let (groups, size, batch) = (3, 5, 4001)
        let column = randomValues(groups * size, seed: 2, scale: 1.5)
        let bias = randomValues(groups * size, seed: 12)
        var s = column.flatMap { [Float](repeating: $0, count: batch) }
        var p = [Float](repeating: 0, count: s.count)
        let examples = (0..<UInt32(batch)).map { $0 }
        examples.withUnsafeBufferPointer { numbers in
          s.withUnsafeMutableBufferPointer { s in
            p.withUnsafeMutableBufferPointer { p in
              StochasticUnits.sampleSoftmax(
                UnsafePointer(s.baseAddress!), bias: bias, into: s.baseAddress!,
                probabilities: p.baseAddress!, groups: groups, size: size, examples: numbers, scale: 2,
                random: random)
            }
          }
        }
        for group in 0..<groups {
          let rows = group * size..<(group + 1) * size
          let weights = rows.map { exp(2 * Double(column[$0]) + Double(bias[$0])) }
          for (place, row) in rows.enumerated() {
            let expected = weights[place] / weights.reduce(0, +)
            #expect(abs(Double(p[row * batch + 7]) - expected) < 1e-6, "\(variant)")
            let share = (0..<batch).reduce(0.0) { $0 + Double(s[row * batch + $1]) } / Double(batch)
            #expect(
              abs(share - expected) < 4 * (expected * (1 - expected) / Double(batch)).squareRoot() + 1e-4)
          }
          for b in 0..<batch { #expect(rows.reduce(0) { $0 + s[$1 * batch + b] } == 1) }
        }
      }
    }

    @Test("Normal units have their input as mean and the deviation asked for")
    func normal() {
      inEveryVariant { _ in
        let (units, batch) = (5, 3000)
        let bias: [Float] = [0, 1, -2, 3, 0.5]
        let x = randomValues(units * batch, seed: 31)
        var y = x
        var z = x
        let examples = (0..<UInt32(batch)).map { $0 }
        examples.withUnsafeBufferPointer { numbers in
          StochasticUnits.sampleNormal(
            x, bias: bias, into: &y, units: units, examples: numbers, deviation: 1.5, scale: 2, random: random
          )
          StochasticUnits.sampleNormal(
            x, bias: bias, into: &z, units: units, examples: numbers, deviation: 0, scale: 2, random: random)
        }
        for f in 0..<units {
          var (sum, squares) = (0.0, 0.0)
          for b in 0..<batch {
            let mean = 2 * x[f * batch + b] + bias[f]
            #expect(abs(z[f * batch + b] - mean) < 1e-6)
            let noise = Double(y[f * batch + b] - mean)
            sum += noise
            squares += noise * noise
          }
          #expect(abs(sum / Double(batch)) < 0.12 && abs((squares / Double(batch)).squareRoot() - 1.5) < 0.1)
        }
      }
    }

    @Test("Sums of softplus and weighted sums agree with double precision over odd sizes")
    func sums() {
      inEveryVariant { variant in
        for (units, batch) in [(1, 1), (15, 7), (16, 16), (17, 33), (100, 50)] {
          let x = randomValues(units * batch, seed: 21, scale: 40)
          let bias = randomValues(units, seed: 22)
          var softplus = [Double](repeating: 1, count: batch)
          var weighted = [Double](repeating: 2, count: batch)
          softplus.withUnsafeMutableBufferPointer {
            StochasticUnits.addSoftplus(x, bias: bias, units: units, scale: 0.5, to: $0)
          }
          weighted.withUnsafeMutableBufferPointer {
            StochasticUnits.addWeighted(x, by: bias, units: units, to: $0)
          }
          for b in 0..<batch {
            var (s, w) = (1.0, 2.0)
            for f in 0..<units {
              let a = Double(x[f * batch + b]) * 0.5 + Double(bias[f])
              s += max(a, 0) + log1p(exp(-abs(a)))
              w += Double(bias[f]) * Double(x[f * batch + b])
            }
            #expect(abs(softplus[b] - s) < 2e-6 * (1 + abs(s)) + 1e-6 * Double(units), "\(variant)")
            #expect(abs(weighted[b] - w) < 1e-4 * (1 + abs(w)))
          }
        }
      }
    }

    @Test("Changed units change the inputs by their weights; values outside of a range are found")
    func changes() {
      inEveryVariant { _ in
        let weights = randomValues(6 * 9, seed: 1)
        let x = randomValues(6 * 4, seed: 2)
        let units: [Int32] = [0, 8, 3, 3]
        let changes: [Float] = [1, -1, 0.5, 0]
        var y = x
        units.withUnsafeBufferPointer { units in
          StochasticUnits.changeUnits(
            x, weights: weights, units: units, changes: changes, into: &y, rows: 6, columns: 9)
        }
        for j in 0..<6 {
          for b in 0..<4 {
            #expect(abs(y[j * 4 + b] - (x[j * 4 + b] + changes[b] * weights[j * 9 + Int(units[b])])) < 1e-6)
          }
        }
        for count in oddLengths where count > 0 {
          var values = randomValues(count, seed: 6).map { abs($0) }
          #expect(!values.withUnsafeBufferPointer { StochasticUnits.any($0, outside: 0...1) })
          for bad in [-0.001, 1.001, Float.nan] {
            let place = count / 2
            let before = values[place]
            values[place] = bad
            #expect(values.withUnsafeBufferPointer { StochasticUnits.any($0, outside: 0...1) })
            values[place] = before
          }
        }
      }
    }
  }
}
