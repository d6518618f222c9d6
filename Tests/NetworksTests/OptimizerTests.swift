import Foundation
import Networks
import Testing

@Suite("Optimizers")
struct OptimizerTests {
  /// A rule in double precision: (w, g, states, rate, step) → w.
  typealias Reference = @Sendable (Double, Double, inout [Double], Double, Int) -> Double

  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let configuration: OptimizerConfiguration
    let states: Int
    let reference: Reference
  }

  static let decay = 0.01

  static let all: [Case] = [
    Case(description: "sgd", configuration: .init(.sgd, weightDecay: decay), states: 0) { w, g, _, rate, _ in
      w - rate * (g + decay * w)
    },
    Case(description: "momentum", configuration: .init(.sgd, momentum: 0.9, weightDecay: decay), states: 1) {
      w, g, s, rate, _ in
      s[0] = 0.9 * s[0] + g + decay * w
      return w - rate * s[0]
    },
    Case(
      description: "nesterov", configuration: .init(.sgd, momentum: 0.8, nesterov: true, weightDecay: decay),
      states: 1
    ) { w, g, s, rate, _ in
      let g = g + decay * w
      s[0] = 0.8 * s[0] + g
      return w - rate * (g + 0.8 * s[0])
    },
    Case(description: "rmsprop", configuration: .init(.rmsprop, beta2: 0.9, weightDecay: decay), states: 1) {
      w, g, s, rate, _ in
      let g = g + decay * w
      s[0] = 0.9 * s[0] + 0.1 * g * g
      return w - rate * g / (s[0].squareRoot() + 1e-8)
    },
    Case(description: "rmsprop with momentum", configuration: .init(.rmsprop, momentum: 0.5), states: 2) {
      w, g, s, rate, _ in
      s[0] = 0.99 * s[0] + 0.01 * g * g
      s[1] = 0.5 * s[1] + g / (s[0].squareRoot() + 1e-8)
      return w - rate * s[1]
    },
    Case(description: "adam", configuration: .init(.adam, weightDecay: decay), states: 2) {
      w, g, s, rate, t in
      adam(w, g + decay * w, &s, rate, t)
    },
    Case(description: "adamw", configuration: .init(.adamw, weightDecay: decay), states: 2) {
      w, g, s, rate, t in
      adam(w, g, &s, rate, t) - rate * decay * w
    },
    Case(description: "sdlm", configuration: .init(.sdlm, weightDecay: decay, mu: 0.05), states: 1) {
      w, g, s, rate, _ in
      w - rate / (0.05 + s[0]) * (g + decay * w)
    },
    Case(
      description: "averaged momentum",
      configuration: .init(.sgd, momentum: 0.9, averaging: .init(.mean, start: 2)),
      states: 2
    ) { w, g, s, rate, t in
      s[0] = 0.9 * s[0] + g
      let w = w - rate * s[0]
      s[1] += (w - s[1]) / Double(max(t - 2, 1))
      return w
    },
    Case(
      description: "exponentially averaged",
      configuration: .init(.sgd, averaging: .init(.exponential, decay: 0.75)),
      states: 1
    ) { w, g, s, rate, t in
      let w = w - rate * g
      s[0] = t == 1 ? w : 0.75 * s[0] + 0.25 * w
      return w
    },
  ]

  private static func adam(_ w: Double, _ g: Double, _ s: inout [Double], _ rate: Double, _ t: Int) -> Double
  {
    s[0] = 0.9 * s[0] + 0.1 * g
    s[1] = 0.999 * s[1] + 0.001 * g * g
    let mean = s[0] / (1 - pow(0.9, Double(t)))
    let square = s[1] / (1 - pow(0.999, Double(t)))
    return w - rate * mean / (square.squareRoot() + 1e-8)
  }

  static let count = 37
  static let scale: Float = 0.25

  @Test("Ten steps of a rule are those of its equations in double precision", arguments: all.indices)
  func tenSteps(_ index: Int) throws {
    let test = Self.all[index]
    let optimizer = try test.configuration.makeOptimizer()
    #expect(optimizer.stateNames.count == test.states)
    let w = Sample([Self.count], batch: 1, seed: 1).buffer
    let states = (0..<test.states).map { _ in FlatBuffer(count: Self.count) }
    var expected = w.doubles
    var expectedStates = Array(repeating: Array(repeating: 0.0, count: test.states), count: Self.count)
    if optimizer.curvatureExamples > 0 {
      let curvature = Sample([Self.count], batch: 1, seed: 99).buffer
      for i in 0..<Self.count { curvature.base[i] = abs(curvature.base[i]) }
      Self.update(w, curvature, states, rate: 0, step: 0) { optimizer.observe(curvature: $0) }
      for i in 0..<Self.count { expectedStates[i][0] = Double(curvature.base[i]) * Double(Self.scale) }
    }
    for step in 1...10 {
      let g = Sample([Self.count], batch: 1, seed: UInt64(step) + 1, bound: 4).buffer
      let rate = Float(0.05) / Float(step)
      Self.update(w, g, states, rate: rate, step: step) { optimizer.apply($0) }
      for i in 0..<Self.count {
        expected[i] = test.reference(
          expected[i], Double(g.base[i]) * Double(Self.scale), &expectedStates[i], Double(rate), step)
      }
    }
    #expect(relativeError(w.doubles, expected) < 2e-5, "\(test)")
    for (number, state) in states.enumerated() {
      #expect(relativeError(state.doubles, expectedStates.map { $0[number] }) < 2e-5, "\(test)")
    }
  }

  @Test("A vector updated in ranges has the same bits as one updated at once", arguments: all.indices)
  func ranges(_ index: Int) throws {
    let optimizer = try Self.all[index].configuration.makeOptimizer()
    let g = Sample([Self.count], batch: 1, seed: 5).buffer
    var results: [[Float]] = []
    for cuts in [[0, Self.count], [0, 1, 16, 29, Self.count]] {
      let w = Sample([Self.count], batch: 1, seed: 1).buffer
      let states = optimizer.stateNames.map { _ in FlatBuffer(count: Self.count) }
      for step in 1...3 {
        for (start, end) in zip(cuts, cuts.dropFirst()) {
          Self.update(w, g, states, rate: 0.01, step: step, range: start..<end) { optimizer.apply($0) }
        }
      }
      results.append(Array(w.elements) + states.flatMap { Array($0.elements) })
    }
    #expect(results[0] == results[1], "\(Self.all[index])")
  }

  @Test("Weight decay leaves alone what does not decay")
  func noDecay() throws {
    for rule in OptimizerConfiguration.Rule.allCases {
      let optimizer = try OptimizerConfiguration(rule, weightDecay: 0.5).makeOptimizer()
      let w = Sample([Self.count], batch: 1, seed: 1).buffer
      let before = Array(w.elements)
      let zero = FlatBuffer(count: Self.count)
      let states = optimizer.stateNames.map { _ in FlatBuffer(count: Self.count) }
      Self.update(w, zero, states, rate: 0.1, step: 1, decays: false) { optimizer.apply($0) }
      #expect(Array(w.elements) == before, "\(rule)")
      Self.update(w, zero, states, rate: 0.1, step: 2) { optimizer.apply($0) }
      #expect(Array(w.elements) != before, "\(rule)")
    }
  }

  @Test("Only an averaging optimizer names an average")
  func averageState() throws {
    #expect(try OptimizerConfiguration(.sgd, momentum: 0.9).makeOptimizer().averageState == nil)
    let averaged = try OptimizerConfiguration(.adam, averaging: .init(.mean)).makeOptimizer()
    #expect(averaged.averageState == 2)
    #expect(averaged.stateNames == ["mean", "mean_square", "average"])
  }

  /// Hands an update of a range to `body` while its memory lives.
  private static func update(
    _ w: FlatBuffer, _ g: FlatBuffer, _ states: [FlatBuffer], rate: Float, step: Int,
    range: Range<Int>? = nil,
    decays: Bool = true, _ body: (borrowing ParameterUpdate) -> Void
  ) {
    let range = range ?? 0..<w.count
    withExtendedLifetime((w, g, states)) {
      body(
        ParameterUpdate(
          parameters: UnsafeMutableBufferPointer(rebasing: w.elements[range]),
          sum: UnsafeBufferPointer(rebasing: g.elements[range]),
          states: states.map { UnsafeMutableBufferPointer(rebasing: $0.elements[range]) }, scale: scale,
          learningRate: rate, step: step, decays: decays))
    }
  }
}
