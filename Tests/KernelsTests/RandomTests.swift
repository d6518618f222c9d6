import Kernels
import Testing

extension KernelSuites {
  @Suite("Random numbers") struct RandomTests {
    @Test("Philox gives the published words for zero, all ones and the digits of pi")
    func knownAnswers() {
      #expect(
        Philox.block(SIMD4(0, 0, 0, 0), key: 0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
      let ones = UInt32.max
      #expect(
        Philox.block(SIMD4(ones, ones, ones, ones), key: .max)
          == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
      #expect(
        Philox.block(SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: 0x299f_31d0_a409_3822)
          == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test(
      "The vector loops draw the same words as the scalar stream from any position, also across 2^32 blocks")
    func flatWords() {
      inEveryVariant { variant in
        for start in [0, 1, 2, 3, 4, 63, (UInt64(1) << 34) - 9] {
          for count in [0, 1, 3, 64, 65, 257] {
            let template = RandomStream(seed: 0x0123_4567_89ab_cdef, stream: 7, step: 99, position: start)
            var scalar = template
            var vector = template
            let expected = (0..<count).map { _ in scalar.nextWord() }
            var words = [UInt32](repeating: 0, count: count)
            words.withUnsafeMutableBufferPointer { vector.fillWords($0) }
            #expect(words == expected, "\(variant) from \(start)")
            #expect(vector == scalar)
          }
        }
      }
    }

    @Test("Uniform and normal arrays are the same bits in every variant and in any pieces")
    func flatPieces() {
      var uniforms: [[Float]] = []
      var normals: [[Float]] = []
      inEveryVariant { _ in
        var stream = RandomStream(seed: 5, stream: 1)
        var x = [Float](repeating: 0, count: 1001)
        x.withUnsafeMutableBufferPointer { stream.fillUniform($0, low: -2, high: 3) }
        uniforms.append(x)
        stream = RandomStream(seed: 5, stream: 1)
        x.withUnsafeMutableBufferPointer { stream.fillNormal($0, mean: 1, deviation: 2) }
        normals.append(x)
        var pieces = [Float](repeating: 0, count: 1001)
        stream = RandomStream(seed: 5, stream: 1)
        pieces.withUnsafeMutableBufferPointer { p in
          for start in stride(from: 0, to: 1001, by: 38) {
            stream.fillNormal(.init(rebasing: p[start..<min(start + 38, 1001)]), mean: 1, deviation: 2)
          }
        }
        #expect(sameBits(pieces, x))
      }
      #expect(uniforms.allSatisfy { sameBits($0, uniforms[0]) })
      #expect(normals.allSatisfy { sameBits($0, normals[0]) })
      #expect(uniforms[0].allSatisfy { $0 >= -2 && $0 < 3 })
    }

    @Test("An example's draws are the same whatever batch it stands in and wherever it stands there")
    func tensorGrouping() {
      inEveryVariant { variant in
        let stream = RandomStream(seed: 11, stream: 3, step: 17)
        let features = 13
        let all = (0..<37).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
        let whole = draw(stream, features, all)
        for (b, example) in all.enumerated() where b % 5 == 0 {
          let alone = draw(stream, features, [example])
          let pair = draw(stream, features, [4_000_000_000, example, 1])
          for f in 0..<features {
            for kind in 0..<4 {
              #expect(alone[kind][f].bitPattern == whole[kind][f * 37 + b].bitPattern, "\(variant)")
              #expect(pair[kind][f * 3 + 1].bitPattern == alone[kind][f].bitPattern)
            }
          }
        }
        // The address: word f mod 4 of the counter (f div 4, example, step, stream).
        for f in 0..<features {
          let block = Philox.block(SIMD4(UInt32(f / 4), all[5], 17, 3), key: 11)
          #expect(whole[0][f * 37 + 5] == Float(block[f % 4] >> 8) * 0x1p-24)
        }
      }
    }

    private func draw(_ stream: RandomStream, _ features: Int, _ examples: [UInt32]) -> [[Float]] {
      let count = features * examples.count
      var results = [[Float]](repeating: [Float](repeating: 0.5, count: count), count: 4)
      examples.withUnsafeBufferPointer { e in
        results[0].withUnsafeMutableBufferPointer { stream.drawUniform($0, features: features, examples: e) }
        results[1].withUnsafeMutableBufferPointer { stream.drawNormal($0, features: features, examples: e) }
        results[2].withUnsafeMutableBufferPointer {
          stream.drawBernoulli(.init($0), into: $0, features: features, examples: e)
        }
        results[3].withUnsafeMutableBufferPointer {
          stream.dropout(.init($0), into: $0, features: features, examples: e, keep: 0.7)
        }
      }
      return results
    }

    @Test("Normal draws have the moments and tails of the normal distribution")
    func normalMoments() {
      var stream = RandomStream(seed: 2024)
      let count = 1_000_000
      var x = [Float](repeating: 0, count: count)
      x.withUnsafeMutableBufferPointer { stream.fillNormal($0) }
      let mean = x.reduce(0.0) { $0 + Double($1) } / Double(count)
      let variance = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
      let fourth = x.reduce(0.0) { $0 + Double($1 * $1) * Double($1 * $1) } / Double(count)
      let beyond = Double(x.filter { abs($0) > 1.959964 }.count) / Double(count)
      let far = Double(x.filter { abs($0) > 3.290527 }.count) / Double(count)
      #expect(abs(mean) < 0.004)
      #expect(abs(variance - 1) < 0.006)
      #expect(abs(fourth - 3) < 0.04)
      #expect(abs(beyond - 0.05) < 0.001)
      #expect(abs(far - 0.001) < 0.00015)
      // Neighbours are independent: the product of the two of a pair, and of neighbouring pairs, averages to
      // 0.
      let product = stride(from: 0, to: count, by: 2).reduce(0.0) { $0 + Double(x[$1] * x[$1 + 1]) }
      #expect(abs(product / Double(count / 2)) < 0.006)
    }

    @Test("Uniform draws fill their interval evenly")
    func uniformHistogram() {
      var stream = RandomStream(seed: 1)
      var x = [Float](repeating: 0, count: 160_000)
      x.withUnsafeMutableBufferPointer { stream.fillUniform($0) }
      var bins = [Int](repeating: 0, count: 16)
      for value in x { bins[Int(value * 16)] += 1 }
      let statistic = bins.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
      #expect(statistic < 37.7)  // chi squared, 15 degrees of freedom, one in a thousand
    }

    @Test("Dropout keeps the share asked for, scales it, and repeats its mask in the backward pass")
    func dropout() {
      inEveryVariant { _ in
        let stream = RandomStream(seed: 3, stream: 9, step: 4)
        let examples = (0..<50).map { UInt32($0) }
        var y = [Float](repeating: 0, count: 50 * 401)
        let x = randomValues(y.count, seed: 8).map { $0 + 2 }
        var d = y
        examples.withUnsafeBufferPointer { e in
          x.withUnsafeBufferPointer { x in
            y.withUnsafeMutableBufferPointer {
              stream.dropout(x, into: $0, features: 401, examples: e, keep: 0.8)
            }
          }
          let ones = [Float](repeating: 1, count: d.count)
          ones.withUnsafeBufferPointer { x in
            d.withUnsafeMutableBufferPointer {
              stream.dropout(x, into: $0, features: 401, examples: e, keep: 0.8)
            }
          }
        }
        #expect(zip(zip(x, y), d).allSatisfy { abs($0.0 * $1 - $0.1) <= 1e-6 * $0.0 })
        #expect(Set(d) == [0, 1.25])
        #expect(abs(Double(d.filter { $0 != 0 }.count) / Double(d.count) - 0.8) < 0.01)
        examples.withUnsafeBufferPointer { e in
          x.withUnsafeBufferPointer { x in
            y.withUnsafeMutableBufferPointer {
              stream.dropout(x, into: $0, features: 401, examples: e, keep: 1)
            }
          }
        }
        #expect(sameBits(x, y))
      }
    }

    @Test("Bernoulli draws follow their probabilities, with 0 never and 1 always")
    func bernoulli() {
      inEveryVariant { _ in
        let stream = RandomStream(seed: 3, stream: 10)
        let examples = (0..<1000).map { UInt32($0) }
        let levels: [Float] = [0, 0.1, 0.5, 0.9, 1]
        let p = (0..<20).flatMap { f in [Float](repeating: levels[f % 5], count: 1000) }
        var s = p
        examples.withUnsafeBufferPointer { e in
          p.withUnsafeBufferPointer { p in
            s.withUnsafeMutableBufferPointer { stream.drawBernoulli(p, into: $0, features: 20, examples: e) }
          }
        }
        for (k, level) in levels.enumerated() {
          let drawn = (0..<20).filter { $0 % 5 == k }.flatMap { s[$0 * 1000..<$0 * 1000 + 1000] }
          let share = drawn.reduce(0, +) / 4000
          #expect(abs(share - level) <= 0.03 * (level * (1 - level)).squareRoot() * 2 + 0)
        }
      }
    }

    @Test("Numbers below a bound are in range and even; a shuffle is a permutation and depends on the seed")
    func scalarDraws() {
      var stream = RandomStream(seed: 42)
      var counts = [Int](repeating: 0, count: 7)
      for _ in 0..<70_000 { counts[stream.below(7)] += 1 }
      #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
      #expect((0..<100).allSatisfy { _ in stream.below(1) == 0 })
      var a = Array(0..<1000)
      var b = a
      stream.shuffle(&a)
      var other = RandomStream(seed: 43)
      other.shuffle(&b)
      #expect(a.sorted() == Array(0..<1000))
      #expect(a != b && a != Array(0..<1000))
      #expect((0..<1000).allSatisfy { _ in (0..<1).contains(stream.uniform()) })
    }

    @Test("A stream is a value that can be saved at any position and taken up again")
    func resume() {
      var stream = RandomStream(seed: 9, stream: 2, step: 5)
      for _ in 0..<13 { _ = stream.nextWord() }
      var again = RandomStream(seed: 9, stream: 2, step: 5, position: stream.position)
      #expect(again == stream)
      #expect(again.next() == stream.next())
      #expect(again.normal() == stream.normal())
      var array = [Float](repeating: 0, count: 2)
      var third = again
      array.withUnsafeMutableBufferPointer { third.fillNormal($0) }
      #expect(array[0] == again.normal())
      var elsewhere = again.with(step: 6)
      #expect(
        elsewhere.position == 0
          && elsewhere.next() != RandomStream(seed: 9, stream: 2, step: 5).with().copyNext())
    }
  }
}

extension RandomStream {
  fileprivate func copyNext() -> UInt64 {
    var copy = self
    return copy.next()
  }
}
