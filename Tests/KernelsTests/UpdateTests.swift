import Kernels
import Testing

extension KernelSuites {
  @Suite("Optimizer updates") struct UpdateTests {
    typealias Buffer = UnsafeMutableBufferPointer<Float>
    typealias Rule =
      @Sendable (
        _ w: Buffer, _ s: Buffer, _ t: Buffer, _ g: UnsafeBufferPointer<Float>, _ time: Int
      ) -> Void

    static let scale: Float = 1 / 64
    static let decay: Float = 0.01

    /// Each rule as a kernel, and by its definition for one element in double precision: (w, s, t, G, time).
    static let rules: [(String, Rule, @Sendable (inout (Double, Double, Double), Double, Int) -> Void)] = [
      (
        "SGD",
        { w, _, _, g, _ in ParameterUpdate.sgd(w, gradient: g, rate: 0.1, scale: scale, decay: decay) },
        { state, gradient, _ in state.0 -= 0.1 * gradient }
      ),
      (
        "momentum",
        { w, s, _, g, _ in
          ParameterUpdate.momentum(
            w, velocity: s, gradient: g, rate: 0.1, momentum: 0.9, scale: scale, decay: decay)
        },
        { state, gradient, _ in
          state.1 = 0.9 * state.1 + gradient
          state.0 -= 0.1 * state.1
        }
      ),
      (
        "Nesterov",
        { w, s, _, g, _ in
          ParameterUpdate.momentum(
            w, velocity: s, gradient: g, rate: 0.1, momentum: 0.9, scale: scale, decay: decay, nesterov: true)
        },
        { state, gradient, _ in
          state.1 = 0.9 * state.1 + gradient
          state.0 -= 0.1 * (gradient + 0.9 * state.1)
        }
      ),
      (
        "RMSProp",
        { w, s, _, g, _ in
          ParameterUpdate.rmsProp(
            w, squares: s, gradient: g, rate: 0.01, alpha: 0.9, scale: scale, decay: decay)
        },
        { state, gradient, _ in
          state.1 = 0.9 * state.1 + 0.1 * gradient * gradient
          state.0 -= 0.01 * gradient / (state.1.squareRoot() + 1e-8)
        }
      ),
      (
        "RMSProp with momentum",
        { w, s, t, g, _ in
          ParameterUpdate.rmsProp(
            w, squares: s, velocity: t, gradient: g, rate: 0.01, alpha: 0.9, momentum: 0.5, scale: scale,
            decay: decay)
        },
        { state, gradient, _ in
          state.1 = 0.9 * state.1 + 0.1 * gradient * gradient
          state.2 = 0.5 * state.2 + gradient / (state.1.squareRoot() + 1e-8)
          state.0 -= 0.01 * state.2
        }
      ),
      (
        "AdamW",
        { w, s, t, g, time in
          ParameterUpdate.adam(
            w, mean: s, squares: t, gradient: g, time: time, rate: 0.01, scale: scale, decay: decay,
            decoupledDecay: 0.3)
        },
        { state, gradient, time in
          state.1 = 0.9 * state.1 + 0.1 * gradient
          state.2 = 0.999 * state.2 + 0.001 * gradient * gradient
          var power1 = 1.0
          var power2 = 1.0
          for _ in 0..<time {
            power1 *= 0.9
            power2 *= 0.999
          }
          let step = state.1 / (1 - power1) / ((state.2 / (1 - power2)).squareRoot() + 1e-8)
          state.0 = (1 - 0.01 * 0.3) * state.0 - 0.01 * step
        }
      ),
      (
        "Levenberg-Marquardt",
        { w, _, t, g, _ in
          ParameterUpdate.levenbergMarquardt(
            w, curvature: .init(t), gradient: g, rate: 0.01, mu: 0.02, scale: scale, decay: decay)
        },
        { state, gradient, _ in state.0 -= 0.01 / (0.02 + state.2) * gradient }
      ),
    ]

    @Test(
      "Every rule follows its definition over several steps, with scale and weight decay, for odd lengths")
    func definitions() {
      inEveryVariant { variant in
        for (name, kernel, definition) in Self.rules {
          for count in [0, 1, 15, 16, 35, 130] {
            var w = randomValues(count, seed: 1)
            var s = [Float](repeating: 0, count: count)
            var t = name == "Levenberg-Marquardt" ? randomValues(count, seed: 7).map(abs) : s
            var truth = (0..<count).map { (Double(w[$0]), 0.0, Double(t[$0])) }
            for time in 1...5 {
              let g = randomValues(count, seed: UInt64(10 + time), scale: 50)
              for i in 0..<count {
                let gradient = Double(g[i]) * Double(Self.scale) + Double(Self.decay) * truth[i].0
                definition(&truth[i], gradient, time)
              }
              step(kernel, &w, &s, &t, g, time)
            }
            #expect(agree(w, truth.map { Float($0.0) }, tolerance: 2e-5), "\(name) of \(count) in \(variant)")
          }
        }
      }
    }

    @Test("A buffer updated in any ranges gets the same bits as in one piece")
    func ranges() {
      inEveryVariant { variant in
        for (name, kernel, _) in Self.rules {
          let start = [1, 2, 3].map { randomValues(1000, seed: $0).map(abs) }
          let g = randomValues(1000, seed: 9, scale: 40)
          var (w, s, t) = (start[0], start[1], start[2])
          var (wholeW, wholeS, wholeT) = (w, s, t)
          for time in 1...3 {
            step(kernel, &wholeW, &wholeS, &wholeT, g, time)
            for range in [0..<5, 5..<400, 400..<417, 417..<1000] {
              w.withUnsafeMutableBufferPointer { w in
                s.withUnsafeMutableBufferPointer { s in
                  t.withUnsafeMutableBufferPointer { t in
                    g.withUnsafeBufferPointer { g in
                      kernel(
                        .init(rebasing: w[range]), .init(rebasing: s[range]), .init(rebasing: t[range]),
                        .init(rebasing: g[range]), time)
                    }
                  }
                }
              }
            }
          }
          let same = sameBits(wholeW + wholeS + wholeT, w + s + t)
          #expect(same, "\(name) in \(variant)")
        }
      }
    }

    private func step(
      _ kernel: Rule, _ w: inout [Float], _ s: inout [Float], _ t: inout [Float], _ g: [Float], _ time: Int
    ) {
      w.withUnsafeMutableBufferPointer { w in
        s.withUnsafeMutableBufferPointer { s in
          t.withUnsafeMutableBufferPointer { t in g.withUnsafeBufferPointer { kernel(w, s, t, $0, time) } }
        }
      }
    }
  }
}
