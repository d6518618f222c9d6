import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Sequences") struct SequenceTests {
    /// Slices [rows, pitch] of random numbers, a few floats apart.
    struct Slices {
      var values: [Float]
      let rows: Int
      let pitch: Int
      let step: Int

      init(_ steps: Int, rows: Int, pitch: Int, seed: UInt64, gap: Int = 0) {
        self.rows = rows
        self.pitch = pitch
        step = rows * pitch + gap
        values = randomValues(steps * step + 1, seed: seed)
      }

      func at(_ t: Int, _ r: Int, _ b: Int) -> Double { Double(values[t * step + r * pitch + b]) }

      mutating func with<Result>(_ body: (TimeSlices) -> Result) -> Result {
        values.withUnsafeMutableBufferPointer {
          body(TimeSlices($0.baseAddress!, rows: rows, pitch: pitch, step: step))
        }
      }
    }

    static let sizes = [
      (m: 1, k: 1, pitch: 16, steps: 1), (m: 5, k: 7, pitch: 16, steps: 3),
      (m: 13, k: 3, pitch: 16, steps: 9),
      (m: 144, k: 36, pitch: 16, steps: 1), (m: 12, k: 200, pitch: 32, steps: 1),
      (m: 25, k: 97, pitch: 48, steps: 1),
      (m: 31, k: 193, pitch: 64, steps: 2), (m: 7, k: 11, pitch: 80, steps: 2),
      (m: 9, k: 5, pitch: 272, steps: 3),
    ]
    /// Batches, of which some fill little of their slices.
    static let batches =
      sizes.map { (m: $0.m, k: $0.k, columns: $0.pitch, steps: $0.steps) } + [
        (m: 1, k: 3, columns: 1, steps: 1), (m: 7, k: 5, columns: 1, steps: 4),
        (m: 100, k: 88, columns: 1, steps: 1), (m: 100, k: 88, columns: 1, steps: 7),
        (m: 131, k: 20, columns: 2, steps: 1), (m: 400, k: 100, columns: 2, steps: 5),
        (m: 47, k: 9, columns: 3, steps: 1), (m: 90, k: 31, columns: 4, steps: 1),
        (m: 257, k: 12, columns: 4, steps: 3), (m: 64, k: 33, columns: 5, steps: 2),
        (m: 30, k: 40, columns: 11, steps: 2), (m: 20, k: 6, columns: 17, steps: 2),
      ]

    @Test("C_t = A B_t + bias, and C_t += A B_t, for A as it is and transposed", arguments: batches)
    func products(m: Int, k: Int, columns: Int, steps: Int) {
      let a = randomValues(m * k, seed: 1)
      let bias = randomValues(m, seed: 2)
      let pitch = TimeSlices.pitch(columns)
      inEveryVariant { variant in
        for isTransposed in [false, true] {
          for accumulate in [false, true] {
            var b = Slices(steps, rows: k, pitch: pitch, seed: 3, gap: 16)
            var c = Slices(steps, rows: m, pitch: pitch, seed: 4, gap: 32)
            let before = c
            var packed = [Float](repeating: .nan, count: SequenceProduct.packedCount(rows: m, inner: k))
            SequenceProduct.pack(
              a, row: isTransposed ? 1 : k, column: isTransposed ? m : 1, rows: m, inner: k, columns: columns,
              steps: steps, into: &packed)
            b.with { b in
              c.with { c in
                SequenceProduct.multiply(
                  packed, b, into: c, bias: bias, columns: columns, steps: steps, accumulate: accumulate)
              }
            }
            var worst = 0.0
            for t in 0..<steps {
              for i in 0..<m {
                for j in 0..<columns {
                  var sum = accumulate ? before.at(t, i, j) : Double(bias[i])
                  for p in 0..<k { sum += Double(a[isTransposed ? p * m + i : i * k + p]) * b.at(t, p, j) }
                  worst = max(worst, abs(sum - c.at(t, i, j)))
                }
              }
            }
            #expect(worst < 1e-5 * Double(k + 1).squareRoot() * 4, "\(variant)")
            let isFinite = c.values.allSatisfy(\.isFinite)
            #expect(isFinite, "\(variant)")
            // The floats between slices stay as they were.
            for t in 0..<steps {
              for i in m * pitch..<c.step {
                #expect(c.values[t * c.step + i] == before.values[t * c.step + i])
              }
            }
          }
        }
      }
    }

    @Test(
      "Products with slices that are mostly zeros have the bits of those that work on everything",
      arguments: batches.filter { 2 * $0.columns > TimeSlices.pitch($0.columns) } + [
        (m: 144, k: 88, columns: 16, steps: 7), (m: 36, k: 300, columns: 30, steps: 2),
      ])
    func sparse(m: Int, k: Int, columns: Int, steps: Int) {
      let a = randomValues(m * k, seed: 1)
      let bias = randomValues(m, seed: 2)
      let pitch = TimeSlices.pitch(columns)
      inEveryVariant { variant in
        var b = Slices(steps, rows: k, pitch: pitch, seed: 3, gap: 16)
        // The columns beyond the batch count nowhere, whatever they hold.
        for place in b.values.indices where place % 11 != 0 && place % pitch < columns { b.values[place] = 0 }
        var (dense, sparse) = (
          Slices(steps, rows: m, pitch: pitch, seed: 4, gap: 32),
          Slices(steps, rows: m, pitch: pitch, seed: 4, gap: 32)
        )
        var packed = [Float](repeating: .nan, count: SequenceProduct.packedCount(rows: m, inner: k))
        SequenceProduct.pack(
          a, row: k, column: 1, rows: m, inner: k, columns: columns, steps: steps, into: &packed)
        var room = [Float](repeating: .nan, count: SequenceProduct.sparseRoom(rows: m, inner: k))
        b.with { b in
          dense.with {
            SequenceProduct.multiply(packed, b, into: $0, bias: bias, columns: columns, steps: steps)
          }
          sparse.with {
            SequenceProduct.multiplySparse(a, b, into: $0, bias: bias, steps: steps, room: &room)
          }
        }
        for t in 0..<steps {
          for place in 0..<m * pitch where place % pitch < columns {
            let (x, y) = (dense.values[t * dense.step + place], sparse.values[t * sparse.step + place])
            #expect(x == y, "\(variant)")
          }
          for place in m * pitch..<sparse.step {
            #expect(sparse.values[t * sparse.step + place] == dense.values[t * dense.step + place])
          }
        }
        for accumulate in [false, true] {
          var (whole, part) = (randomValues(m * k, seed: 5), randomValues(m * k, seed: 5))
          b.with { b in
            dense.with { a in
              SequenceProduct.outer(
                a, b, into: &whole, columns: columns, steps: steps, accumulate: accumulate)
              room = [Float](repeating: .nan, count: room.count)
              SequenceProduct.outerSparse(
                a, b, into: &part, columns: columns, steps: steps, accumulate: accumulate, room: &room)
            }
          }
          // The dense sum may add what stood there before at its end.
          if accumulate {
            #expect(agree(whole, part), "\(variant)")
          } else {
            #expect(whole == part, "\(variant)")
          }
        }
      }
    }

    @Test("Few values that are not 0 make slices sparse, but not those of small batches")
    func sparseness() {
      inEveryVariant { variant in
        for (columns, share, expected) in [
          (16, 8, true), (16, 9, true), (16, 7, false), (9, 20, true), (8, 20, false), (40, 8, true),
        ] {
          var b = Slices(6, rows: 48, pitch: TimeSlices.pitch(columns), seed: 3, gap: 16)
          let width = b.pitch
          for t in 0..<6 {
            for place in 0..<48 * width {
              // One in `share` of each row's columns, in turn.
              let isOn = (place / width * columns + place % width) % share == 0 && place % width < columns
              b.values[t * b.step + place] = isOn ? -0.5 : 0
            }
          }
          #expect(
            b.with { SequenceProduct.isSparse($0, columns: columns, steps: 6) } == expected, "\(variant)")
        }
      }
    }

    @Test("Zeros beyond the batch stay zeros", arguments: [1, 2, 3, 4, 7, 15, 18])
    func beyond(columns: Int) {
      let (m, k, steps, pitch) = (37, 10, 3, TimeSlices.pitch(columns))
      let a = randomValues(m * k, seed: 1)
      inEveryVariant { variant in
        for accumulate in [false, true] {
          var b = Slices(steps, rows: k, pitch: pitch, seed: 3)
          var c = Slices(steps, rows: m, pitch: pitch, seed: 4)
          for place in b.values.indices where place % pitch >= columns { b.values[place] = 0 }
          if accumulate {
            for place in c.values.indices where place % pitch >= columns { c.values[place] = 0 }
          }
          var packed = [Float](repeating: 0, count: SequenceProduct.packedCount(rows: m, inner: k))
          SequenceProduct.pack(
            a, row: k, column: 1, rows: m, inner: k, columns: columns, steps: steps, into: &packed)
          b.with { b in
            c.with {
              SequenceProduct.multiply(
                packed, b, into: $0, columns: columns, steps: steps, accumulate: accumulate)
            }
          }
          let beyond = (0..<steps * m * pitch).filter { $0 % pitch >= columns }
          let areZero = beyond.allSatisfy { c.values[$0] == 0 }
          #expect(areZero, "\(variant)")
        }
      }
    }

    @Test("The gradient of a weight matrix: C (+)= Σ A_t B_tᵀ", arguments: sizes)
    func outer(m: Int, n: Int, pitch: Int, steps: Int) {
      inEveryVariant { variant in
        for (accumulate, columns) in [(false, pitch), (true, pitch), (true, 1), (false, pitch - 5)] {
          var a = Slices(steps, rows: m, pitch: pitch, seed: 5, gap: 16)
          var b = Slices(steps, rows: n, pitch: pitch, seed: 6)
          let before = randomValues(m * (n + 3), seed: 7)
          var c = before
          a.with { a in
            b.with { b in
              SequenceProduct.outer(
                a, b, into: &c, leading: n + 3, columns: columns, steps: steps, accumulate: accumulate)
            }
          }
          var worst = 0.0
          for i in 0..<m {
            for j in 0..<n + 3 {
              let old = before[i * (n + 3) + j]
              var sum = accumulate || j >= n ? Double(old) : 0
              if j < n {
                for t in 0..<steps { for q in 0..<columns { sum += a.at(t, i, q) * b.at(t, j, q) } }
              }
              worst = max(worst, abs(sum - Double(c[i * (n + 3) + j])))
            }
          }
          #expect(worst < 4e-6 * Double(pitch * steps).squareRoot() * 4, "\(variant)")
        }
      }
    }

    @Test("A column's results depend neither on the columns beside it nor on how many they are")
    func columns() {
      let a = randomValues(30 * 20, seed: 1)
      let bias = randomValues(30, seed: 2)
      inEveryVariant { _ in
        for accumulate in [false, true] {
          func product(_ columns: Int, _ steps: Int) -> [Float] {
            let pitch = TimeSlices.pitch(columns)
            var b = Slices(steps, rows: 20, pitch: pitch, seed: 3)
            var c = Slices(steps, rows: 30, pitch: pitch, seed: 4)
            for i in 0..<20 { b.values[i * pitch] = Float(i) / 7 - 1 }
            for i in 0..<30 { c.values[i * pitch] = Float(i) / 9 }
            var packed = [Float](repeating: 0, count: SequenceProduct.packedCount(rows: 30, inner: 20))
            SequenceProduct.pack(
              a, row: 20, column: 1, rows: 30, inner: 20, columns: columns, steps: steps, into: &packed)
            b.with { b in
              c.with {
                SequenceProduct.multiply(
                  packed, b, into: $0, bias: bias, columns: columns, steps: steps, accumulate: accumulate)
              }
            }
            return (0..<30).map { c.values[$0 * pitch] }
          }
          let alone = product(1, 1)
          for columns in [1, 2, 3, 4, 5, 9, 16, 32, 48, 64, 80] {
            for steps in [1, 2, 3, 7] { #expect(sameBits(product(columns, steps), alone)) }
          }
        }
      }
    }

    @Test(
      "Symbols gather rows of a table, and their gradients are added to the rows in order",
      arguments: [1, 7, 8, 13, 16, 40, 64])
    func symbols(width: Int) {
      let (count, pitch, steps, batch) = (5, 32, 3, 27)
      let table = randomValues(count * width, seed: 1)
      let bias = randomValues(width, seed: 2)
      let symbols = (0..<steps * pitch).map { Int32(($0 * 7 + $0 / 3) % count) }
      inEveryVariant { _ in
        var x = Slices(steps, rows: width, pitch: pitch, seed: 3, gap: 16)
        x.with { $0.gather(table, symbols: symbols, bias: bias, steps: steps) }
        for t in 0..<steps {
          for f in 0..<width {
            for b in 0..<pitch {
              let symbol = Int(symbols[t * pitch + b])
              #expect(x.values[t * x.step + f * pitch + b] == table[symbol * width + f] + bias[f])
            }
          }
        }
        var expected = table
        for t in 0..<steps {
          for b in 0..<batch {
            for f in 0..<width {
              expected[Int(symbols[t * pitch + b]) * width + f] += x.values[t * x.step + f * pitch + b]
            }
          }
        }
        var result = table
        x.with { $0.scatter(into: &result, symbols: symbols, columns: batch, steps: steps) }
        #expect(sameBits(result, expected))
      }
    }

    @Test("Sums of rows over a sequence, and of products with another")
    func rowSums() {
      for pitch in [16, 48] {
        inEveryVariant { _ in
          var x = Slices(4, rows: 5, pitch: pitch, seed: 1, gap: 16)
          var y = Slices(4, rows: 5, pitch: pitch, seed: 2)
          var plain = randomValues(5, seed: 3)
          var products = [Float](repeating: .nan, count: 5)
          let before = plain
          x.with { x in
            x.rowSums(steps: 4, into: &plain, accumulate: true)
            y.with { y in x.rowSums(times: y, steps: 4, into: &products, accumulate: false) }
          }
          for r in 0..<5 {
            var (sum, product) = (Double(before[r]), 0.0)
            for t in 0..<4 {
              for b in 0..<pitch {
                sum += x.at(t, r, b)
                product += x.at(t, r, b) * y.at(t, r, b)
              }
            }
            #expect(abs(sum - Double(plain[r])) < 1e-5 && abs(product - Double(products[r])) < 1e-5)
          }
        }
      }
    }

    @Test("Columns are cleared where their sequence has ended")
    func mask() {
      let lengths = (0..<32).map { Int32($0 % 4) }
      inEveryVariant { _ in
        var x = Slices(3, rows: 2, pitch: 32, seed: 1)
        let before = x
        x.with { x in lengths.withUnsafeBufferPointer { x.mask(2, lengths: $0.baseAddress!) } }
        for i in 0..<64 { #expect(x.values[i] == before.values[i]) }
        for i in 128..<192 {
          #expect(x.values[i] == (lengths[i % 32] <= 2 ? 0 : before.values[i]))
        }
      }
    }
  }
}
