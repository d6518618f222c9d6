import Foundation
import Kernels
import Testing

extension KernelSuites {
  @Suite("Functions of one number") struct FunctionTests {
    /// Numbers of every size and sign, dense where the functions bend.
    static let samples: [Float] = {
      var values: [Float] = []
      for i in -20_000...20_000 { values.append(Float(i) * 0.0055) }
      for i in -20_000...20_000 { values.append(Float(i) * 0.00021) }
      for bits in stride(from: UInt32(0), to: 0x7f80_0000, by: 65_521) {
        values.append(Float(bitPattern: bits))
        values.append(-Float(bitPattern: bits))
      }
      return values + [0, -0.0, .infinity, -.infinity, .nan]
    }()

    typealias Function = (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void

    /// The largest error over the samples in units of the last place; a result that is subnormal may be 1e-38
    /// off.
    func worst(_ function: Function, _ truth: (Double) -> Double) -> (Double, Float) {
      var y = Self.samples
      Self.samples.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { function(x, $0) } }
      var most = (0.0, Float(0))
      for (x, value) in zip(Self.samples, y) {
        let expected = truth(Double(x))
        if abs(expected) < 1.3e-38 && abs(Double(value) - expected) < 1.3e-38 { continue }
        let error = unitsInLastPlace(value, expected)
        if error > most.0 { most = (error, x) }
      }
      return most
    }

    @Test("tanh, exp, log and erf are good to a few units in the last place for every size of number")
    func accuracy() {
      inEveryVariant { variant in
        let checks: [(String, Double, Function, (Double) -> Double)] = [
          ("tanh", 3, { Elementwise.tanh($0, into: $1) }, Foundation.tanh),
          ("exp", 2, { Elementwise.exp($0, into: $1) }, Foundation.exp),
          ("log", 2, { Elementwise.log($0, into: $1) }, { $0 < 0 ? .nan : Foundation.log($0) }),
          ("erf", 3, { Elementwise.erf($0, into: $1) }, Foundation.erf),
        ]
        for (name, bound, function, truth) in checks {
          let (error, at) = worst(function, truth)
          #expect(error <= bound, "\(name) at \(at) in \(variant)")
        }
      }
    }

    /// Every activation with its definition in double precision, and the bound on its error (hard sigmoid:
    /// see below).
    static let activations: [(Activation, Double, @Sendable (Double) -> Double)] = [
      (.identity, 0, { $0 }),
      (.relu, 0, { $0 < 0 ? 0 : $0 }),
      (.leakyReLU(slope: 0.25), 0, { $0 < 0 ? 0.25 * $0 : $0 }),
      (.tanh, 3, { Foundation.tanh($0) }),
      (.scaledTanh(amplitude: 1.7159, slope: 0.5), 4, { Double(Float(1.7159)) * Foundation.tanh(0.5 * $0) }),
      (.sigmoid, 3, { 1 / (1 + Foundation.exp(-$0)) }),
      (.hardSigmoid, .infinity, { $0.isNaN ? $0 : min(max($0 / 6 + 0.5, 0), 1) }),
      (.softplus, 4, { $0 > 40 ? $0 : Foundation.log1p(Foundation.exp($0)) }),
      (.elu(alpha: 0.5), 3, { $0 < 0 ? 0.5 * Foundation.expm1($0) : $0 }),
    ]

    static let gelu: @Sendable (Double) -> Double = { $0 * 0.5 * Foundation.erfc(-$0 / 2.0.squareRoot()) }
    static let swish: @Sendable (Double) -> Double = { $0 / (1 + Foundation.exp(-$0)) }

    @Test("Activations are as defined, saturate rightly, and keep NaN")
    func activationValues() {
      inEveryVariant { variant in
        for (activation, bound, truth) in Self.activations {
          let (error, at) = worst({ activation.apply($0, into: $1) }, truth)
          #expect(error <= bound, "\(activation) at \(at) in \(variant)")
        }
        // These are small differences of larger numbers on the left: an absolute bound instead.
        let hard = Self.activations.first { $0.0 == .hardSigmoid }!.2
        for (activation, truth) in [(Activation.gelu, Self.gelu), (.swish, Self.swish), (.hardSigmoid, hard)]
        {
          let x = Self.samples.filter { abs($0) < 1e6 }
          var y = x
          x.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { activation.apply(x, into: $0) }
          }
          for (x, y) in zip(x, y) {
            let error = abs(Double(y) - truth(Double(x)))
            if error > 4e-7 * max(1, abs(Double(x))) {
              Issue.record("\(activation) at \(x) in \(variant): \(y)")
            }
          }
        }
      }
    }

    @Test("Derivatives from the output and from the input equal the slope of the function")
    func derivatives() {
      let all = Self.activations.map(\.0) + [.gelu, .swish]
      let x = (0..<1003).map { Float($0 - 500) * 0.0171 + 0.001 }
      func value(_ activation: Activation, _ x: Double) -> Double {
        switch activation {
        case .gelu: return Self.gelu(x)
        case .swish: return Self.swish(x)
        default: return Self.activations.first { $0.0 == activation }!.2(x)
        }
      }
      inEveryVariant { variant in
        for activation in all {
          let slope = x.map { x in
            (value(activation, Double(x) + 1e-5) - value(activation, Double(x) - 1e-5)) / 2e-5
          }
          var y = x
          x.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { activation.apply(x, into: $0) }
          }
          let start = randomValues(x.count, seed: 4).map { $0 + 2 }
          let expected = zip(start, slope).map { Float(Double($0) * $1) }
          let squared = zip(start, slope).map { Float(Double($0) * $1 * $1) }
          var d = start
          var h = start
          x.withUnsafeBufferPointer { x in
            d.withUnsafeMutableBufferPointer { activation.backward($0, input: x) }
            h.withUnsafeMutableBufferPointer { activation.backwardCurvature($0, input: x) }
          }
          #expect(agree(d, expected, tolerance: 2e-6), "\(activation) in \(variant)")
          #expect(agree(h, squared, tolerance: 4e-6), "\(activation) in \(variant)")
          if activation.derivativeNeedsInput { continue }
          d = start
          h = start
          y.withUnsafeBufferPointer { y in
            d.withUnsafeMutableBufferPointer { activation.backward($0, output: y) }
            h.withUnsafeMutableBufferPointer { activation.backwardCurvature($0, output: y) }
          }
          #expect(agree(d, expected, tolerance: 2e-6), "\(activation) in \(variant)")
          #expect(agree(h, squared, tolerance: 4e-6), "\(activation) in \(variant)")
        }
      }
    }

    @Test("Bias and activation in one pass give the bits of the two passes, for every batch size")
    func biasActivation() {
      inEveryVariant { variant in
        for (rows, batch) in [(1, 1), (3, 1), (5, 3), (7, 15), (4, 16), (3, 17), (2, 33), (5, 64), (3, 100)] {
          let bias = randomValues(rows, seed: 1)
          let start = randomValues(rows * batch, seed: 2, scale: 3)
          for (activation, _, _) in Self.activations {
            var y = start
            var z = start.enumerated().map { $1 + bias[$0 / batch] }
            bias.withUnsafeBufferPointer { bias in
              y.withUnsafeMutableBufferPointer {
                activation.apply(bias: bias, to: $0, rows: rows, batch: batch)
              }
            }
            z.withUnsafeMutableBufferPointer { activation.apply(.init($0), into: $0) }
            #expect(sameBits(y, z), "\(activation), \(rows) x \(batch) in \(variant)")
          }
        }
      }
    }
  }
}
