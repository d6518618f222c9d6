import Foundation
import Networks
import Testing

@Suite("Adversarial losses and their figures")
struct AdversarialTests {
  private func evaluate(
    _ loss: AdversarialLoss, _ outputs: [Float], _ judgement: AdversarialLoss.Judgement, target: Float = 1
  ) -> (loss: Double, gradient: [Float], real: Int) {
    var gradient = [Float](repeating: 0, count: outputs.count)
    let workspace = AdversarialWorkspace(maximumBatch: outputs.count)
    let result = outputs.withUnsafeBufferPointer { outputs in
      gradient.withUnsafeMutableBufferPointer {
        loss.evaluate(outputs, judgement, target: target, gradient: $0, workspace: workspace)
      }
    }
    return (result.loss, gradient, result.takenForReal)
  }

  @Test("The gradient of each loss is its central difference", arguments: AdversarialLoss.allCases.indices)
  func gradients(_ index: Int) {
    let loss = AdversarialLoss.allCases[index]
    let outputs: [Float] = [-2, -0.3, 0.1, 1.7]
    for judgement in [AdversarialLoss.Judgement.real, .generated, .generator] {
      let gradient = evaluate(loss, outputs, judgement, target: 0.9).gradient
      for place in outputs.indices {
        var (above, below) = (outputs, outputs)
        above[place] += 0.01
        below[place] -= 0.01
        let difference =
          evaluate(loss, above, judgement, target: 0.9).loss
          - evaluate(loss, below, judgement, target: 0.9).loss
        #expect(abs(difference / 0.02 - Double(gradient[place])) < 2e-3, "\(loss) \(judgement)")
      }
    }
  }

  @Test("The losses have the values of their papers where the discriminator is undecided")
  func values() {
    let outputs: [Float] = [0, 0]
    #expect(abs(evaluate(.minimax, outputs, .generator).loss + 2 * log(2)) < 1e-6)
    #expect(abs(evaluate(.nonSaturating, outputs, .generator).loss - 2 * log(2)) < 1e-6)
    #expect(evaluate(.leastSquares, outputs, .real).loss == 1)
    #expect(evaluate(.leastSquares, outputs, .generated).loss == 0)
    #expect(evaluate(.wasserstein, [3, 1], .real).loss == -4)
    #expect(evaluate(.wasserstein, [3, 1], .generated).loss == 4)
    #expect(evaluate(.minimax, [3, -1], .real).real == 1)
  }

  @Test("Parzen windows give the density of a mixture of bells, and choose the width that fits")
  func parzen() {
    let samples: [Float] = [0, 0, 1, 0, 0.5, 2]
    let examples: [Float] = [0.2, 0.1, 5, 5]
    let window = ParzenWindow(samples: samples, features: 2)
    for width in [0.1, 0.7] {
      let given = window.logLikelihoods(examples, widths: [width])[0]
      for place in 0..<2 {
        let density =
          (0..<3).map { index -> Double in
            let (x, y) = (
              examples[2 * place] - samples[2 * index], examples[2 * place + 1] - samples[2 * index + 1]
            )
            return exp(-Double(x * x + y * y) / (2 * width * width)) / (2 * .pi * width * width)
          }.reduce(0, +) / 3
        // Far away the density is below what a Double holds: the logarithm of the nearest bell is exact there.
        guard density > 0 else { continue }
        #expect(abs(given[place] - log(density)) < 1e-3 * max(1, abs(log(density))))
      }
    }
    // Samples 0.3 apart from what is to be explained.
    let estimate = ParzenWindow(samples: [0, 0], features: 2)
      .estimate([0.3, 0, 0, 0.3], validation: [0.3, 0, 0, 0.3, -0.3, 0])
    let best = ParzenWindow.widths.min { abs($0 - 0.3 / 2.0.squareRoot()) < abs($1 - 0.3 / 2.0.squareRoot()) }
    #expect(estimate.sigma == best)
    #expect(estimate.standardError < 1e-6)
    #expect(ParzenWindow.widths.first == 0.1 && abs(ParzenWindow.widths.last! - 1) < 1e-12)
  }

  @Test("Modes are counted by the good samples near them")
  func modes() throws {
    let examples: [Float] = [0.1, 0, -0.1, 0, 4.1, 0, 3.9, 0]
    let coverage = try #require(
      ModeCoverage(
        samples: [0, 0, 0.05, 0.1, 2, 0, 9, 9], examples: examples, labels: [0, 0, 1, 1], features: 2))
    #expect(coverage.modes == 2 && coverage.covered == 1)
    #expect(coverage.counts == [2, 0] && coverage.goodShare == 0.5)
    #expect(ModeCoverage(samples: [0, 0], examples: examples, labels: [], features: 2) == nil)
  }

  @Test("Latent vectors belong to examples, wherever they stand")
  func latent() {
    let random = RandomAddress(seed: 4, step: 2, stream: .model(1))
    func draw(_ distribution: LatentDistribution, _ examples: [UInt32]) -> [[Float]] {
      let memory = FlatBuffer(count: 6 * examples.count)
      return withExtendedLifetime(memory) {
        let z = Tensor(shape: [6], batch: examples.count, base: memory.base)
        examples.withUnsafeBufferPointer { distribution.draw(z, examples: $0, random: random) }
        return examples.indices.map { Array(z.examples(examples.count)[$0 * 6..<($0 + 1) * 6]) }
      }
    }
    for distribution in [LatentDistribution.normal, .uniform(bound: 2)] {
      let three = draw(distribution, [5, 9, 2])
      #expect(draw(distribution, [9])[0] == three[1])
      #expect(three[0] != three[1])
    }
    #expect(draw(.uniform(bound: 2), Array(0..<500)).allSatisfy { $0.allSatisfy { abs($0) <= 2 } })
  }
}
