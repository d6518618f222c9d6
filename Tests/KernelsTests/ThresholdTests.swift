import Kernels
import Testing

extension KernelSuites {
  @Suite struct ThresholdTests {
    /// Multiples of `unit` up to `largest` times it, with a diagonal of 0.
    private func links(_ units: Int, seed: UInt64, largest: Int = 9, unit: Int = 1) -> [Float] {
      var stream = RandomStream(seed: seed)
      return (0..<units * units).map {
        $0 / units == $0 % units ? 0 : Float(unit * (stream.below(2 * largest + 1) - largest))
      }
    }

    private func states(_ units: Int, low: Float, seed: UInt64) -> [Float] {
      var stream = RandomStream(seed: seed)
      return (0..<units).map { _ in stream.happens(0.5) ? 1 : low }
    }

    /// Σ_j U_ji s_j, from nothing.
    private func inputs(_ links: [Float], _ states: [Float]) -> [Float] {
      let n = states.count
      return (0..<n).map { i in (0..<n).reduce(Float(0)) { $0 + links[$1 * n + i] * states[$1] } }
    }

    private func sign(_ h: Float, _ old: Float, _ low: Float) -> Float { h > 0 ? 1 : h < 0 ? low : old }

    private static let sizes = [1, 2, 3, 7, 15, 16, 17, 30, 33, 64, 100, 131]

    @Test("A sweep sets each unit by all that was set before it, and leaves the inputs of the new states")
    func sweep() {
      inEveryVariant { variant in
        for units in Self.sizes {
          for low: Float in [-1, 0] {
            let links = links(units, seed: 3)
            var order = (0..<units).map { Int32($0) }
            var stream = RandomStream(seed: 4)
            stream.shuffle(&order)
            var expected = states(units, low: low, seed: 5)
            var own = expected
            var h = inputs(links, own)
            var changes = 0
            for unit in order.map({ Int($0) }) {
              let value = sign(inputs(links, expected)[unit], expected[unit], low)
              if value != expected[unit] { changes += 1 }
              expected[unit] = value
            }
            let flips = own.withUnsafeMutableBufferPointer { states in
              h.withUnsafeMutableBufferPointer { h in
                links.withUnsafeBufferPointer { links in
                  order.withUnsafeBufferPointer {
                    ThresholdUnits.sweep(states, inputs: h, links: links, order: $0, low: low)
                  }
                }
              }
            }
            #expect(own == expected && flips == changes, "\(variant) \(units)")
            #expect(h == inputs(links, expected), "\(variant) \(units)")
          }
        }
      }
    }

    @Test("Setting all units at once lists the changes, and sending them gives the inputs of the new states")
    func setAll() {
      inEveryVariant { variant in
        for units in Self.sizes {
          for low: Float in [-1, 0] {
            let links = links(units, seed: 6)
            let before = states(units, low: low, seed: 7)
            var own = before
            var h = inputs(links, own)
            let expected = zip(h, own).map { sign($0, $1, low) }
            var list = [Int32](repeating: 0, count: units)
            let count = own.withUnsafeMutableBufferPointer { states in
              list.withUnsafeMutableBufferPointer { list in
                h.withUnsafeBufferPointer {
                  ThresholdUnits.setAll(states, inputs: $0, changes: list, low: low)
                }
              }
            }
            #expect(own == expected, "\(variant) \(units)")
            let changed = (0..<units).filter { before[$0] != expected[$0] }
            #expect(list[..<count].map { Int($0.magnitude) - 1 } == changed)
            #expect(list[..<count].allSatisfy { ($0 > 0) == (expected[Int($0.magnitude) - 1] == 1) })
            list[..<count].withUnsafeBufferPointer { list in
              h.withUnsafeMutableBufferPointer { h in
                links.withUnsafeBufferPointer { ThresholdUnits.send(list, to: h, links: $0, low: low) }
              }
            }
            #expect(h == inputs(links, expected), "\(variant) \(units)")
          }
        }
      }
    }

    /// The last two are even: what is packed is half of them. Of the first 14 rows can be summed in bytes, of the others 4,
    /// 2, 1, 4 and 2.
    @Test(
      "In whole numbers everything comes out as in floats",
      arguments: [(9, 1), (31, 1), (63, 1), (127, 1), (31, 2), (63, 2)])
    func whole(largest: Int, unit: Int) {
      inEveryVariant { variant in
        for units in Self.sizes {
          for low: Float in [-1, 0] {
            let links = links(units, seed: 8, largest: largest, unit: unit)
            let pitch = WholeThresholdUnits.pitch(of: units)
            var packed = [Int8](repeating: 1, count: units * pitch)
            var sizes = [Int32](repeating: 0, count: units)
            guard let (foundUnit, depth) = pack(links, &packed, &sizes) else {
              Issue.record("\(variant) \(units): not packed")
              continue
            }
            if units > 64 { #expect(foundUnit == unit && depth == 127 / largest, "\(variant) \(units)") }
            for i in 0..<units {
              #expect(sizes[i] == (0..<units).reduce(0) { $0 + abs(Int32(links[$1 * units + i])) })
            }
            var floatStates = states(units, low: low, seed: 9)
            var floatInputs = inputs(links, floatStates)
            var own = floatStates.map { Int8($0 > 0 ? 1 : 0) } + [Int8](repeating: 0, count: pitch - units)
            var h = floatInputs.map { Int16($0) } + [Int16](repeating: 0, count: pitch - units)
            let change = low == 0 ? 1 : 2
            // Some synchronous steps, then a sweep.
            for _ in 0..<3 {
              floatStates = zip(floatInputs, floatStates).map { sign($0, $1, low) }
              floatInputs = inputs(links, floatStates)
              var list = [Int32](repeating: -1, count: 2 * pitch)
              list.withUnsafeMutableBufferPointer { list in
                own.withUnsafeMutableBufferPointer { own in
                  h.withUnsafeMutableBufferPointer { h in
                    packed.withUnsafeBufferPointer { packed in
                      let packed = WholeThresholdUnits.Links(bytes: packed, unit: foundUnit, depth: depth)
                      let (on, off) = WholeThresholdUnits.setAll(own, inputs: .init(h), changes: list)
                      for (units, change) in [
                        (list[..<on], change), (list[pitch..<pitch + off], -change),
                      ] {
                        WholeThresholdUnits.send(
                          UnsafeBufferPointer(rebasing: units), to: h, links: packed, change: change)
                      }
                    }
                  }
                }
              }
              #expect(own[..<units].map { $0 != 0 } == floatStates.map { $0 > 0 }, "\(variant) \(units)")
              #expect(h[..<units].map { Float($0) } == floatInputs, "\(variant) \(units)")
            }
            var order = (0..<units).map { Int32($0) }
            var stream = RandomStream(seed: 10)
            stream.shuffle(&order)
            let flips = own.withUnsafeMutableBufferPointer { own in
              h.withUnsafeMutableBufferPointer { h in
                packed.withUnsafeBufferPointer { packed in
                  let packed = WholeThresholdUnits.Links(bytes: packed, unit: foundUnit, depth: depth)
                  return order.withUnsafeBufferPointer {
                    WholeThresholdUnits.sweep(own, inputs: h, links: packed, order: $0, change: change)
                  }
                }
              }
            }
            let expected = floatStates.withUnsafeMutableBufferPointer { states in
              floatInputs.withUnsafeMutableBufferPointer { h in
                links.withUnsafeBufferPointer { links in
                  order.withUnsafeBufferPointer {
                    ThresholdUnits.sweep(states, inputs: h, links: links, order: $0, low: low)
                  }
                }
              }
            }
            #expect(flips == expected)
            #expect(own[..<units].map { $0 != 0 } == floatStates.map { $0 > 0 }, "\(variant) \(units)")
            #expect(h[..<units].map { Float($0) } == floatInputs, "\(variant) \(units)")
          }
        }
      }
    }

    @Test("Links that are no whole numbers of a byte, or whose sums leave 16 bits, are not packed")
    func unfit() {
      inEveryVariant { variant in
        var packed = [Int8](repeating: 0, count: 2 * 64)
        var sizes = [Int32](repeating: 0, count: 2)
        for wrong: Float in [0.5, 128, -128, .nan, .infinity] {
          #expect(pack([0, 1, wrong, 0], &packed, &sizes) == nil, "\(variant) \(wrong)")
        }
        var many = [Int8](repeating: 0, count: 300 * 320)
        var large = [Int32](repeating: 0, count: 300)
        #expect(pack([Float](repeating: 109, count: 90_000), &many, &large) != nil)
        #expect(pack([Float](repeating: -110, count: 90_000), &many, &large) == nil)
      }
    }

    private func pack(
      _ links: [Float], _ packed: inout [Int8], _ sizes: inout [Int32]
    ) -> (unit: Int, depth: Int)? {
      packed.withUnsafeMutableBufferPointer { packed in
        sizes.withUnsafeMutableBufferPointer { sizes in
          links.withUnsafeBufferPointer {
            WholeThresholdUnits.pack($0, into: packed, sizes: sizes).map { ($0.unit, $0.depth) }
          }
        }
      }
    }
  }
}
