import Kernels
import Testing

extension KernelSuites {
  @Suite("Elementwise arithmetic") struct ElementwiseTests {
    @Test("Every operation does what its equation says, for every length")
    func operations() {
      inEveryVariant { variant in
        for count in oddLengths {
          let a = randomValues(count, seed: 1, scale: 4)
          let b = randomValues(count, seed: 2, scale: 4)
          func result(_ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void)
            -> [Float]
          {
            var y = a
            b.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { body(x, $0) } }
            return y
          }
          let pairs = zip(a, b)
          let note: Comment = "\(count) elements in \(variant)"
          #expect(result { Elementwise.fill($1, with: 3) } == a.map { _ in 3 }, note)
          #expect(result { Elementwise.copy($0, to: $1) } == b, note)
          #expect(result { Elementwise.add($0, to: $1) } == pairs.map { $0 + $1 }, note)
          #expect(result { Elementwise.sum($0, $0, into: $1) } == b.map { $0 + $0 }, note)
          #expect(result { Elementwise.sum($0, .init($1), into: $1) } == pairs.map { $0 + $1 }, note)
          #expect(agree(result { Elementwise.axpy(0.3, $0, to: $1) }, pairs.map { $0 + 0.3 * $1 }), note)
          #expect(result { Elementwise.scale($1, by: -0.3) } == a.map { -0.3 * $0 }, note)
          #expect(result { Elementwise.multiply($1, by: $0) } == pairs.map { $0 * $1 }, note)
          #expect(result { Elementwise.square($0, into: $1) } == b.map { $0 * $0 }, note)
          #expect(result { Elementwise.square(.init($1), into: $1) } == a.map { $0 * $0 }, note)
          #expect(
            result { Elementwise.clamp($0, to: -1...2, into: $1) } == b.map { min(max($0, -1), 2) }, note)
          #expect(
            agree(
              result { Elementwise.moveAverage($1, towards: $0, rate: 0.1) },
              pairs.map { 0.9 * $0 + 0.1 * $1 }),
            note)
        }
      }
    }

    @Test("An array worked on in pieces gives the same bits as in one call")
    func pieces() {
      inEveryVariant { variant in
        let x = randomValues(1000, seed: 1)
        let start = randomValues(1000, seed: 2)
        var whole = start
        var parts = start
        x.withUnsafeBufferPointer { x in
          whole.withUnsafeMutableBufferPointer {
            Elementwise.axpy(0.37, x, to: $0)
            Elementwise.moveAverage($0, towards: x, rate: 0.01)
          }
          parts.withUnsafeMutableBufferPointer { y in
            for range in [0..<3, 3..<20, 20..<333, 333..<334, 334..<1000] {
              let piece = UnsafeMutableBufferPointer(rebasing: y[range])
              Elementwise.axpy(0.37, .init(rebasing: x[range]), to: piece)
              Elementwise.moveAverage(piece, towards: .init(rebasing: x[range]), rate: 0.01)
            }
          }
        }
        #expect(sameBits(whole, parts), "in \(variant)")
      }
    }

    @Test("NaN survives clamping and rectifying")
    func keepsNaN() {
      inEveryVariant { _ in
        var x = [Float](repeating: .nan, count: 37)
        x.withUnsafeMutableBufferPointer {
          Elementwise.clamp(.init($0), to: 0...1, into: $0)
          Activation.relu.apply(.init($0), into: $0)
          Activation.relu.backward($0, output: .init($0))
        }
        let survivors = x.filter { $0.isNaN }.count
        #expect(survivors == x.count)
      }
    }

    @Test("Several vectors are added pairwise in one fixed order")
    func pairwise() {
      inEveryVariant { variant in
        for parts in 1...9 {
          for count in [0, 1, 17, 5000] {
            let vectors = (0..<parts).map { randomValues(count, seed: UInt64($0), scale: 100) }
            // By the definition: halves of the list, the first half the larger power of two.
            func tree(_ range: Range<Int>) -> [Float] {
              if range.count == 1 { return vectors[range.lowerBound] }
              var half = 1
              while half * 2 < range.count { half *= 2 }
              let middle = range.lowerBound + half
              return zip(tree(range.lowerBound..<middle), tree(middle..<range.upperBound)).map { $0 + $1 }
            }
            let flat = vectors.flatMap { $0 }
            var result = [Float](repeating: .nan, count: count)
            flat.withUnsafeBufferPointer { flat in
              result.withUnsafeMutableBufferPointer { y in
                Elementwise.pairwiseSum(
                  of: parts, into: y, part: { .init(rebasing: flat[$0 * count..<($0 + 1) * count]) })
              }
            }
            #expect(sameBits(result, tree(0..<parts)), "\(parts) of \(count) in \(variant)")
          }
        }
      }
    }
  }

  @Suite("Reductions") struct ReductionTests {
    @Test("Sums and extremes agree with plain loops, for every length")
    func sums() {
      inEveryVariant { variant in
        for count in oddLengths {
          let x = randomValues(count, seed: 3, scale: 5)
          let y = randomValues(count, seed: 4, scale: 5)
          let note: Comment = "\(count) elements in \(variant)"
          x.withUnsafeBufferPointer { x in
            let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(abs(Reduction.sumOfSquares(x) - squares) <= 1e-12 * (1 + squares), note)
            #expect(abs(Reduction.sum(x) - x.reduce(0.0) { $0 + Double($1) }) <= 1e-10, note)
            #expect(Reduction.maximumMagnitude(x) == x.reduce(0) { max($0, abs($1)) }, note)
            #expect(!Reduction.hasNonfinite(x), note)
            y.withUnsafeBufferPointer { y in
              let dot = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
              #expect(abs(Reduction.dot(x, y) - dot) <= 1e-10, note)
            }
            var partial = [Double](repeating: .nan, count: Reduction.blockCount(count))
            partial.withUnsafeMutableBufferPointer { Reduction.squareSums(x, into: $0) }
            #expect(partial.reduce(0, +) == Reduction.sumOfSquares(x), note)
          }
        }
      }
    }

    @Test("Partial sums of whole blocks do not depend on who owns which blocks")
    func shards() {
      inEveryVariant { _ in
        let x = randomValues(5000, seed: 3)
        var whole = [Double](repeating: 0, count: 5)
        var parts = whole
        x.withUnsafeBufferPointer { x in
          whole.withUnsafeMutableBufferPointer { Reduction.squareSums(x, into: $0) }
          parts.withUnsafeMutableBufferPointer { parts in
            Reduction.squareSums(.init(rebasing: x[0..<3072]), into: .init(rebasing: parts[0..<3]))
            Reduction.squareSums(.init(rebasing: x[3072...]), into: .init(rebasing: parts[3...]))
          }
        }
        #expect(whole == parts)
      }
    }

    @Test("One NaN or infinity is found wherever it stands, and large finite numbers are not mistaken for it")
    func nonfinite() {
      inEveryVariant { variant in
        for count in [1, 5, 16, 17, 100] {
          for at in 0..<count {
            for bad in [Float.nan, .infinity, -.infinity] {
              var x = [Float](repeating: -.greatestFiniteMagnitude, count: count)
              x.withUnsafeBufferPointer { #expect(!Reduction.hasNonfinite($0)) }
              x[at] = bad
              x.withUnsafeBufferPointer {
                #expect(Reduction.hasNonfinite($0), "\(bad) at \(at) of \(count) in \(variant)")
                let most = Reduction.maximumMagnitude($0)
                #expect(bad.isNaN ? most.isNaN : most == .infinity)
              }
            }
          }
        }
      }
    }

    @Test("Row sums and added bias run over rows of any length, replacing or accumulating")
    func rows() {
      inEveryVariant { variant in
        for (rows, batch) in [
          (1, 1), (4, 1), (3, 5), (2, 16), (5, 17), (3, 33), (2, 64), (1, 100), (0, 4), (3, 0),
        ] {
          let x = randomValues(rows * batch, seed: 5)
          let bias = randomValues(rows, seed: 6)
          let totals = (0..<rows).map { r in x[r * batch..<(r + 1) * batch].reduce(0, +) }
          var sums = [Float](repeating: .nan, count: rows)
          var more = bias
          var y = x
          x.withUnsafeBufferPointer { x in
            sums.withUnsafeMutableBufferPointer { Reduction.rowSums(x, into: $0, rows: rows, batch: batch) }
            more.withUnsafeMutableBufferPointer {
              Reduction.rowSums(x, into: $0, rows: rows, batch: batch, accumulate: true)
            }
          }
          bias.withUnsafeBufferPointer { bias in
            y.withUnsafeMutableBufferPointer { Elementwise.addBias(bias, to: $0, rows: rows, batch: batch) }
          }
          #expect(agree(sums, totals), "\(rows) x \(batch) in \(variant)")
          #expect(agree(more, zip(totals, bias).map { $0 + $1 }), "\(rows) x \(batch) in \(variant)")
          #expect(y == x.enumerated().map { $1 + bias[$0 / batch] }, "\(rows) x \(batch) in \(variant)")
        }
      }
    }
  }
}
