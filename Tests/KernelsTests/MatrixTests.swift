import Kernels
import Testing

extension KernelSuites {
  @Suite("Matrix products") struct MatrixTests {
    struct Product {
      var m: Int
      var n: Int
      var k: Int
      var transposeA = false
      var transposeB = false
      var alpha: Float = 1
      var beta: Float = 0
      var pad = 0
      var leadingA: Int { (transposeA ? m : k) + pad }
      var leadingB: Int { (transposeB ? k : n) + pad }
      var leadingC: Int { n + pad }
    }

    /// The product by the definition, in double precision.
    func reference(_ p: Product, _ a: [Float], _ b: [Float], _ c: [Float]) -> [Float] {
      var result = c
      for i in 0..<p.m {
        for j in 0..<p.n {
          var sum = 0.0
          for q in 0..<p.k {
            let x = p.transposeA ? a[q * p.leadingA + i] : a[i * p.leadingA + q]
            let y = p.transposeB ? b[j * p.leadingB + q] : b[q * p.leadingB + j]
            sum += Double(x) * Double(y)
          }
          let at = i * p.leadingC + j
          result[at] = Float(Double(p.alpha) * sum + (p.beta == 0 ? 0 : Double(p.beta) * Double(c[at])))
        }
      }
      return result
    }

    /// What computes a product.
    enum Way: CaseIterable { case multiply, directly, sparsely }

    /// - Parameter share: how much of B is not 0.
    func check(_ p: Product, _ variant: KernelVariant, share: Float = 1) {
      let a = randomValues((p.transposeA ? p.k : p.m) * p.leadingA, seed: 1)
      let chances = randomValues((p.transposeB ? p.n : p.k) * p.leadingB, seed: 4)
      let b = zip(randomValues(chances.count, seed: 2), chances).map { abs($1) < share ? $0 : 0 }
      let c =
        p.beta == 0
        ? [Float](repeating: .nan, count: p.m * p.leadingC) : randomValues(p.m * p.leadingC, seed: 3)
      let expected = reference(p, a, b, c)
      for way in Way.allCases {
        var result = c
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            result.withUnsafeMutableBufferPointer { c in
              if way == .directly {
                Matrix.multiplyDirectly(
                  a, b, into: c, p.m, p.n, p.k, p.transposeA, p.transposeB, p.alpha, p.beta,
                  leadingA: p.leadingA,
                  leadingB: p.leadingB, leadingC: p.leadingC)
              } else {
                Matrix.multiply(
                  a, b, into: c, rows: p.m, columns: p.n, inner: p.k, transposeA: p.transposeA,
                  transposeB: p.transposeB, alpha: p.alpha, beta: p.beta, isSparse: way == .sparsely,
                  leadingA: p.leadingA, leadingB: p.leadingB, leadingC: p.leadingC)
              }
            }
          }
        }
        #expect(agree(result, expected, tolerance: 2e-5), "\(p), \(way), share \(share), in \(variant)")
      }
    }

    @Test("Every form agrees with three nested loops, over odd sizes, scales and leading dimensions")
    func againstLoops() {
      let sizes = [
        (1, 1, 1), (2, 3, 4), (7, 1, 5), (1, 9, 6), (10, 64, 33), (6, 16, 8), (13, 15, 17), (12, 65, 4),
        (5, 100, 1),
        (31, 70, 300), (3, 129, 257), (50, 12, 20), (64, 1, 100), (11, 33, 40),
      ]
      inEveryVariant { variant in
        for (m, n, k) in sizes {
          for form in 0..<4 {
            var p = Product(m: m, n: n, k: k, transposeA: form & 1 == 1, transposeB: form & 2 == 2)
            check(p, variant)
            p.alpha = -0.5
            p.beta = 1
            p.pad = 3
            check(p, variant)
            check(p, variant, share: 0.02)
            p.beta = 0.25
            check(p, variant)
            p.beta = 0
            check(p, variant, share: 0.1)
          }
        }
      }
    }

    @Test("Long rows that are packed piece by piece agree too")
    func packed() {
      inEveryVariant { variant in
        check(Product(m: 50, n: 70, k: 300, transposeA: true, beta: 1, pad: 1000), variant)
        check(Product(m: 1031, n: 40, k: 9, transposeA: true), variant)
        check(Product(m: 9, n: 1100, k: 270), variant)
        check(Product(m: 30, n: 300, k: 600, transposeB: true, beta: 1), variant, share: 0.03)
      }
    }

    @Test("A sparse product passes over what meets nothing but zeros, unless few columns hold zeros")
    func sparse() {
      let (m, n, k) = (3, 40, 300)
      func product(nonzero rows: Set<Int>) -> [Float] {
        // A is not a number in the columns that meet zeros.
        let a = (0..<m * k).map { rows.contains($0 % k) ? Float($0 % 7) : .nan }
        let b = (0..<k * n).map { rows.contains($0 / n) ? Float($0 % 5) : 0 }
        var c = [Float](repeating: 0, count: m * n)
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            c.withUnsafeMutableBufferPointer {
              Matrix.multiply(a, b, into: $0, rows: m, columns: n, inner: k, isSparse: true)
            }
          }
        }
        return c
      }
      inEveryVariant { _ in
        #expect(product(nonzero: [2, 5, 299]).allSatisfy { $0.isFinite })
        #expect(product(nonzero: Set(0..<290)).allSatisfy { $0.isNaN })
      }
    }

    @Test("An empty inner dimension leaves beta C, and NaN in C is not read with beta 0")
    func emptyInner() {
      var c: [Float] = [1, 2, 3, .nan]
      let none = UnsafeBufferPointer<Float>(start: nil, count: 0)
      c.withUnsafeMutableBufferPointer {
        Matrix.multiply(none, none, into: $0, rows: 2, columns: 2, inner: 0, beta: 2)
      }
      #expect(c[0..<3] == [2, 4, 6])
      c.withUnsafeMutableBufferPointer {
        Matrix.multiply(none, none, into: $0, rows: 2, columns: 2, inner: 0)
      }
      #expect(c == [0, 0, 0, 0])
      c.withUnsafeMutableBufferPointer {
        Matrix.multiply(none, none, into: .init(rebasing: $0[0..<0]), rows: 0, columns: 2, inner: 0)
      }
    }

    @Test("OpenBLAS runs on one thread, and concurrent products give the bits of one at a time")
    func concurrent() async {
      #expect(Matrix.threads == 1)
      let a = randomValues(40 * 90, seed: 1)
      let b = randomValues(90 * 11, seed: 2)
      let expected = product(a, b)
      await withTaskGroup(of: [Float].self) { group in
        for _ in 0..<64 { group.addTask { product(a, b) } }
        for await result in group { #expect(sameBits(result, expected)) }
      }
    }

    @Test("A column's result does not depend on the columns beside it")
    func columnsAreIndependent() {
      inEveryVariant { variant in
        let a = randomValues(13 * 40, seed: 1)
        let whole = randomValues(40 * 64, seed: 2)
        let half = (0..<40).flatMap { whole[$0 * 64 + 32..<$0 * 64 + 64] }
        var c = [Float](repeating: 0, count: 13 * 64)
        var d = [Float](repeating: 0, count: 13 * 32)
        a.withUnsafeBufferPointer { a in
          whole.withUnsafeBufferPointer { b in
            c.withUnsafeMutableBufferPointer {
              Matrix.multiplyDirectly(
                a, b, into: $0, 13, 64, 40, false, false, 1, 0, leadingA: 40, leadingB: 64, leadingC: 64)
            }
          }
          half.withUnsafeBufferPointer { b in
            d.withUnsafeMutableBufferPointer {
              Matrix.multiplyDirectly(
                a, b, into: $0, 13, 32, 40, false, false, 1, 0, leadingA: 40, leadingB: 32, leadingC: 32)
            }
          }
        }
        let right = (0..<13).flatMap { c[$0 * 64 + 32..<$0 * 64 + 64] }
        #expect(sameBits(right, d), "in \(variant)")
      }
    }
  }
}

/// A small product [40, 90] [90, 11] through OpenBLAS.
private func product(_ a: [Float], _ b: [Float]) -> [Float] {
  [Float](unsafeUninitializedCapacity: 440) { c, count in
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        Matrix.multiply(a, b, into: .init(rebasing: c[0..<440]), rows: 40, columns: 11, inner: 90)
      }
    }
    count = 440
  }
}
