import Foundation
import Kernels

/// The log-likelihood of examples under bells of one width around samples of a model.
///
///     log p(x) = log (1/n Σ exp(-|x - μ_i|² / 2σ²)) - d log(σ √2π)
///
/// with n samples μ of d values. That is how Goodfellow et al. 2014 (after Breuleux et al. 2009) compare models that give
/// samples only: 10,000 samples, σ chosen by the first 1,000 validation examples, mean and standard error over the test
/// set. The measure is weak (training images, or the centres of their clusters, may score as high: Theis, van den Oord &
/// Bethge 2016), so a reference from real images belongs beside it. Cost: 2 n d operations an example.
public struct ParzenWindow {
  /// The number of values of an example d.
  public let features: Int
  /// The number of samples n.
  public let count: Int
  private let samples: [Float]
  private let squares: [Float]

  /// Mean and standard error of a log-likelihood, in nats.
  public struct Estimate: Sendable, Hashable {
    /// The width σ.
    public var sigma: Double
    /// The mean over the examples.
    public var mean: Double
    /// The standard deviation over the examples, divided by the root of their number.
    public var standardError: Double
  }

  /// The widths that σ is chosen from: ten, evenly spaced by their logarithm from 0.1 to 1.
  public static let widths = (0..<10).map { pow(10, -1 + Double($0) / 9) }

  /// Windows around `samples`, row-major `[n, features]`.
  public init(samples: [Float], features: Int) {
    precondition(features > 0 && !samples.isEmpty && samples.count.isMultiple(of: features), "no samples")
    self.samples = samples
    self.features = features
    count = samples.count / features
    squares = Self.squares(samples, features)
  }

  /// The log-likelihood of examples with the width that suits the validation examples best.
  ///
  /// - Parameters: rows `[count, features]` each, at least one.
  public func estimate(_ examples: [Float], validation: [Float]) -> Estimate {
    let choices = logLikelihoods(validation, widths: Self.widths).map { $0.reduce(0, +) }
    let best = choices.indices.max { choices[$0] < choices[$1] } ?? 0
    let values = logLikelihoods(examples, widths: [Self.widths[best]])[0]
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return Estimate(
      sigma: Self.widths[best], mean: mean, standardError: (variance / Double(values.count)).squareRoot())
  }

  /// The log-likelihood of each example, for each of some widths.
  public func logLikelihoods(_ examples: [Float], widths: [Double]) -> [[Double]] {
    precondition(examples.count.isMultiple(of: features), "examples of another size")
    let block = 256
    var products = [Float](repeating: 0, count: block * count)
    var scaled = [Float](repeating: 0, count: count)
    var result = widths.map { _ in [Double]() }
    for first in stride(from: 0, to: examples.count / features, by: block) {
      let rows = min(block, examples.count / features - first)
      let part = Array(examples[first * features..<(first + rows) * features])
      multiply(part, rows, into: &products)
      let own = Self.squares(part, features)
      for row in 0..<rows {
        for (index, width) in widths.enumerated() {
          let value = logMean(
            products[row * count..<(row + 1) * count], own[row], width: width, memory: &scaled)
          let size = Double(features) * log(width * (2 * Double.pi).squareRoot())
          result[index].append(value - size)
        }
      }
    }
    return result
  }

  private func multiply(_ rows: [Float], _ count: Int, into products: inout [Float]) {
    rows.withUnsafeBufferPointer { x in
      samples.withUnsafeBufferPointer { means in
        products.withUnsafeMutableBufferPointer { products in
          Matrix.multiply(
            x, means, into: UnsafeMutableBufferPointer(rebasing: products[..<(count * self.count)]),
            rows: count, columns: self.count, inner: features, transposeB: true)
        }
      }
    }
  }

  /// log (1/n Σ exp(-d_i / 2σ²)), d_i = |x|² + |μ_i|² - 2 x μ_i.
  private func logMean(
    _ products: ArraySlice<Float>, _ square: Float, width: Double, memory: inout [Float]
  ) -> Double {
    let factor = Float(-1 / (2 * width * width))
    var largest = -Float.infinity
    products.withUnsafeBufferPointer { products in
      for index in 0..<count {
        let value = factor * max(square + squares[index] - 2 * products[index], 0)
        memory[index] = value
        largest = max(largest, value)
      }
    }
    let sum = memory.withUnsafeMutableBufferPointer { memory in
      for index in 0..<count { memory[index] -= largest }
      Elementwise.exp(UnsafeBufferPointer(memory), into: memory)
      return Reduction.sum(UnsafeBufferPointer(memory))
    }
    return Double(largest) + log(sum / Double(count))
  }

  private static func squares(_ rows: [Float], _ features: Int) -> [Float] {
    rows.withUnsafeBufferPointer { rows in
      stride(from: 0, to: rows.count, by: features).map {
        Float(Reduction.sumOfSquares(UnsafeBufferPointer(rebasing: rows[$0..<$0 + features])))
      }
    }
  }
}
