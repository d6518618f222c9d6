import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite struct LinkedUnitTests {
    /// A random wiring, each link with a whole weight: sums of them are exact.
    private struct Wiring {
      var units: Int
      var weights: [[Float]]
      var bias: [Float]
      var starts: [Int32] = [0]
      var neighbours: [Int32] = []
      var rows: [Float] = []

      init(_ units: Int, seed: UInt64) {
        self.units = units
        var stream = RandomStream(seed: seed)
        var weights = [[Float]](repeating: [Float](repeating: 0, count: units), count: units)
        for i in 0..<units {
          for j in 0..<i where stream.happens(0.7) {
            weights[i][j] = Float(stream.below(9)) - 4
            weights[j][i] = weights[i][j]
          }
        }
        self.weights = weights
        bias = (0..<units).map { _ in Float(stream.below(5)) - 2 }
        for i in 0..<units {
          for j in 0..<units where weights[i][j] != 0 {
            neighbours.append(Int32(j))
            rows.append(weights[i][j])
          }
          starts.append(Int32(neighbours.count))
        }
      }

      func input(_ i: Int, _ s: (Int) -> Float) -> Float {
        (0..<units).reduce(bias[i]) { $0 + weights[i][$1] * s($1) }
      }

      func with<Result>(_ body: (LinkedUnits) -> Result) -> Result {
        var room = [Float](repeating: 0, count: LinkedUnits.room(units: units))
        return starts.withUnsafeBufferPointer { starts in
          neighbours.withUnsafeBufferPointer { neighbours in
            rows.withUnsafeBufferPointer { rows in
              bias.withUnsafeBufferPointer { bias in
                room.withUnsafeMutableBufferPointer { room in
                  body(
                    LinkedUnits(
                      starts: starts, neighbours: neighbours, weights: rows, bias: bias, room: room))
                }
              }
            }
          }
        }
      }
    }

    private static let sizes = [(1, 1), (2, 7), (5, 16), (9, 17), (13, 33), (40, 3)]

    private func states(_ units: Int, _ batch: Int, seed: UInt64) -> [Float] {
      var stream = RandomStream(seed: seed)
      return (0..<units * batch).map { _ in stream.happens(0.5) ? 1 : 0 }
    }

    private func anneal(
      _ wiring: Wiring, _ start: [Float], numbers: [UInt32], order: [Int32], scales: [Float],
      sampling: LinkedUnits.Sampling, first: UInt32
    ) -> (states: [Float], samples: [Float]) {
      var own = start
      let looks = (order.count - sampling.burn) / sampling.every
      var samples = [Float](repeating: -1, count: wiring.units * looks * numbers.count)
      wiring.with { links in
        own.withUnsafeMutableBufferPointer { own in
          samples.withUnsafeMutableBufferPointer { samples in
            order.withUnsafeBufferPointer { order in
              scales.withUnsafeBufferPointer { scales in
                numbers.withUnsafeBufferPointer { numbers in
                  links.anneal(
                    own.baseAddress!, order: order, scales: scales, sampling: sampling,
                    samples: samples.baseAddress!, examples: numbers, first: first,
                    random: RandomStream(seed: 77, stream: 5, step: 6))
                }
              }
            }
          }
        }
      }
      return (own, samples)
    }

    @Test(
      "Probed units go on with the chance that their inputs and the temperature say, drawn by example and probe"
    )
    func anneal() {
      inEveryVariant { variant in
        for (units, batch) in Self.sizes {
          let wiring = Wiring(units, seed: 1)
          let start = states(units, batch, seed: 2)
          var stream = RandomStream(seed: 3)
          let count = 6 * units + 1
          let order = (0..<count).map { _ in Int32(stream.below(units)) }
          let scales = (0..<count).map { Float(1 + $0 % 3) / 4 }
          let numbers = (0..<batch).map { UInt32(1000 + 17 * $0) }
          let sampling = LinkedUnits.Sampling(burn: 3, every: max(units, 2))
          let looks = (count - 3) / sampling.every
          var expected = start
          var samples = [Float](repeating: -1, count: units * looks * batch)
          for column in 0..<batch {
            for k in 0..<count {
              let unit = Int(order[k])
              let a = Double(scales[k] * wiring.input(unit) { expected[$0 * batch + column] })
              let at = UInt32(k + 2)
              let word = Philox.block(SIMD4(at >> 2, numbers[column], 6, 5), key: 77)[Int(at & 3)]
              expected[unit * batch + column] = Double(word >> 8) * 0x1p-24 < 1 / (1 + exp(-a)) ? 1 : 0
              guard k >= 3, (k + 1 - 3) % sampling.every == 0 else { continue }
              let look = (k + 1 - 3) / sampling.every - 1
              for u in 0..<units {
                samples[(u * looks + look) * batch + column] = expected[u * batch + column]
              }
            }
          }
          let own = anneal(
            wiring, start, numbers: numbers, order: order, scales: scales, sampling: sampling, first: 2)
          #expect(own.states == expected, "\(variant) \(units) \(batch)")
          #expect(own.samples == samples, "\(variant) \(units) \(batch)")
          // The last column alone comes to the same.
          let alone = anneal(
            wiring, (0..<units).map { start[$0 * batch + batch - 1] }, numbers: [numbers[batch - 1]],
            order: order, scales: scales, sampling: sampling, first: 2)
          #expect(alone.states == (0..<units).map { expected[$0 * batch + batch - 1] })
        }
      }
    }

    @Test("Expectations, inputs, energies and counts are what their formulas say")
    func sums() {
      inEveryVariant { variant in
        for (units, batch) in Self.sizes {
          let wiring = Wiring(units, seed: 4)
          let start = states(units, batch, seed: 5)
          let order = (0..<units).map { Int32(units - 1 - $0) }
          var expected = start
          for column in 0..<batch {
            for unit in order.map({ Int($0) }) {
              let a = wiring.input(unit) { expected[$0 * batch + column] } * 0.3
              expected[unit * batch + column] = Float(1 / (1 + exp(-Double(a))))
            }
          }
          var own = start
          var inputs = [Float](repeating: 0, count: units * batch)
          var energies = [Double](repeating: 1, count: batch)
          let pairs = (0..<units).flatMap { i in (0..<i).map { (Int32($0), Int32(i)) } }
          var counts = [Float](repeating: 2, count: pairs.count)
          wiring.with { links in
            order.withUnsafeBufferPointer { order in
              own.withUnsafeMutableBufferPointer {
                links.expect($0.baseAddress!, order: order, scale: 0.3, batch: batch)
              }
              inputs.withUnsafeMutableBufferPointer {
                links.inputs(of: order, start, batch: batch, into: $0.baseAddress!)
              }
            }
            energies.withUnsafeMutableBufferPointer { links.addEnergies(of: start, scale: 0.5, to: $0) }
          }
          pairs.map(\.0).withUnsafeBufferPointer { one in
            pairs.map(\.1).withUnsafeBufferPointer { other in
              counts.withUnsafeMutableBufferPointer {
                LinkedUnits.addCounts(of: start, one: one, other: other, columns: batch, factor: -1, to: $0)
              }
            }
          }
          #expect(agree(own, expected), "\(variant) \(units) \(batch)")
          for column in 0..<batch {
            func s(_ unit: Int) -> Float { start[unit * batch + column] }
            var energy: Float = 0
            for i in 0..<units {
              #expect(inputs[i * batch + column] == wiring.input(units - 1 - i, s))
              energy += wiring.bias[i] * s(i)
              for j in 0..<i { energy += wiring.weights[i][j] * s(i) * s(j) }
            }
            #expect(energies[column] == 1 + 0.5 * Double(energy), "\(variant) \(units) \(batch)")
          }
          for (place, (i, j)) in pairs.enumerated() {
            let both = (0..<batch).reduce(Float(0)) {
              $0 + start[Int(i) * batch + $1] * start[Int(j) * batch + $1]
            }
            #expect(counts[place] == 2 - both, "\(variant) \(units) \(batch)")
          }
        }
      }
    }
  }
}
