import Foundation
import Kernels

// What the units of a side sum up to over their states, given their inputs a:
//
//     binary ln(1 + e^a), softmax ln Σ e^a_k, Gaussian a²/2 (its constant ½ ln 2π stands where all states are summed)
extension UnitLayer {
  /// Adds Σ ln Σ_s e^(a s) over the units to `sums`, for each column; a = scale · x + bias.
  func addLogPartition(
    _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, scale: Float = 1,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    let batch = sums.count
    for block in blocks {
      let (start, bias) = (x + block.units.lowerBound * batch, bias + block.units.lowerBound)
      let units = block.units.count
      switch block.kind {
      case .binary: StochasticUnits.addSoftplus(start, bias: bias, units: units, scale: scale, to: sums)
      case .gaussian:
        for row in 0..<units {
          for column in 0..<batch {
            let input = Double(scale * start[row * batch + column] + bias[row])
            sums[column] += input * input / 2
          }
        }
      case .softmax(let size):
        for first in stride(from: 0, to: units, by: size) {
          for column in 0..<batch {
            var total = LogSum()
            for row in first..<first + size {
              total.add(Double(scale * start[row * batch + column] + bias[row]))
            }
            sums[column] += total.value
          }
        }
      }
    }
  }

  /// The same for units whose inputs are their biases, ½ ln 2π of each Gaussian unit included.
  func logPartition(inputs bias: UnsafePointer<Float>) -> Double {
    let zeros = [Float](repeating: 0, count: count)
    var sum = gaussianConstant
    withUnsafeMutablePointer(to: &sum) { sum in
      zeros.withUnsafeBufferPointer {
        addLogPartition(
          $0.baseAddress!, bias: bias, to: UnsafeMutableBufferPointer(start: sum, count: 1))
      }
    }
    return sum
  }

  /// ½ ln 2π of each Gaussian unit: what an integral over its states adds.
  var gaussianConstant: Double {
    blocks.reduce(0) { $0 + ($1.kind == .gaussian ? Double($1.units.count) * log(2 * .pi) / 2 : 0) }
  }

  /// The biases that give units on their own these mean activities: ln m/(1 - m), ln m, m.
  func biases(of means: [Double]) -> [Float] {
    var biases = [Float](repeating: 0, count: count)
    for block in blocks {
      for unit in block.units {
        let mean = means[unit]
        biases[unit] =
          switch block.kind {
          case .binary: Float(log(mean / (1 - mean)))
          case .gaussian: Float(mean)
          case .softmax: Float(log(mean))
          }
      }
    }
    return biases
  }
}

/// ln Σ e^x of numbers that come one after the other.
struct LogSum {
  private var largest = -Double.infinity
  private var sum = 0.0

  mutating func add(_ x: Double) {
    if x <= largest {
      sum += exp(x - largest)
    } else {
      sum = sum * exp(largest - x) + 1
      largest = x
    }
  }

  var value: Double { largest + log(sum) }
}
