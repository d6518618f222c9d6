import Foundation
import Networks
import Testing

@Suite("Figures of samples by a classifier")
struct SampleFiguresTests {
  @Test("The score is the number of classes for clear and even samples, 1 for samples that are all alike")
  func score() {
    func score(_ rows: [[Float]]) -> Double {
      var score = ClassifierScore(classes: 3)
      for row in rows { score.add(logits: row) }
      return score.value
    }
    #expect(abs(score([[50, 0, 0], [0, 50, 0], [0, 0, 50]]) - 3) < 1e-6)
    #expect(abs(score([[0, 50, 0], [0, 50, 0]]) - 1) < 1e-6)
    #expect(abs(score([[7, 7, 7], [-1, -1, -1]]) - 1) < 1e-9)
    // Two samples of probabilities (3/4, 1/4) and (1/4, 3/4): KL = 3/4 ln 3/2 + 1/4 ln 1/2 each.
    var two = ClassifierScore(classes: 2)
    two.add(logits: [Float(log(3.0)), 0, 0, Float(log(3.0))])
    #expect(abs(two.value - exp(0.75 * log(1.5) + 0.25 * log(0.5))) < 1e-6)
    #expect(two.shares == [0.5, 0.5])
  }

  @Test("The Fréchet distance is that of known normal distributions")
  func frechet() throws {
    // Points on the axes around a centre: covariance diag(a², b²) · 4 / (2 · 3), exactly.
    func statistics(_ x: Float, _ y: Float, _ a: Float, _ b: Float) -> FeatureStatistics {
      var statistics = FeatureStatistics(features: 2)
      statistics.add([x + a, y, x - a, y])
      statistics.add([x, y + b, x, y - b])
      return statistics
    }
    let first = statistics(0, 0, 1, 2)
    #expect(first.mean == [0, 0] && first.count == 4)
    #expect(zip(first.covariance, [2.0 / 3, 0, 0, 8.0 / 3]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try #require(first.frechetDistance(to: first)) < 1e-9)
    // Axes that agree: |m - m'|² + Σ (σ - σ')².
    let distance = try #require(first.frechetDistance(to: statistics(3, -1, 4, 1)))
    let scale = (2.0 / 3).squareRoot()
    #expect(abs(distance - (10 + pow(3 * scale, 2) + pow(scale, 2))) < 1e-9)
  }

  @Test("A covariance without full rank has a distance, too")
  func singular() throws {
    var (one, other) = (FeatureStatistics(features: 3), FeatureStatistics(features: 3))
    one.add([1, 2, 3, 1, 2, 3])
    other.add([1, 2, 5, 1, 2, 5])
    #expect(abs(try #require(one.frechetDistance(to: other)) - 4) < 1e-9)
    other.add([.nan, 0, 0])
    #expect(one.frechetDistance(to: other) == nil)
  }
}
