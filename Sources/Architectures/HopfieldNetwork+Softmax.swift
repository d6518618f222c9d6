import Foundation
import Kernels
import Networks

extension HopfieldNetwork {
  /// scale Σ_i x_i v_i of each stored pattern x and each of the first `count` states v, both in values of ±1
  /// `[patterns, count]`.
  func overlaps(
    _ count: Int, _ stored: UnsafeBufferPointer<Float>, scale: Float
  ) -> UnsafeMutableBufferPointer<Float> {
    let patterns = stored.count / units
    for place in 0..<count {
      let state = workspace.state(place)
      for i in 0..<units { otherRows.base[place * units + i] = state[i] > 0 ? 1 : -1 }
    }
    let products = UnsafeMutableBufferPointer(start: overlapMemory.base, count: count * patterns)
    Matrix.multiply(
      stored, UnsafeBufferPointer(start: otherRows.base, count: count * units), into: products,
      rows: patterns,
      columns: count, inner: units, transposeB: true, alpha: scale)
    return products
  }

  /// One step V = sign(X softmax(β Xᵀ V)) of the first `count` states, with the energy
  ///
  ///     E = ½ Vᵀ V - β⁻¹ log Σ_m exp(β x_m · V)
  ///
  /// of what comes out. Ramsauer et al. 2020. Cost: three products with the stored patterns.
  func recallBySoftmax(_ count: Int, _ stored: UnsafeBufferPointer<Float>) {
    let patterns = stored.count / units
    let beta = Float(configuration.recall?.beta ?? 1)
    guard patterns > 0 else {
      for place in 0..<count { workspace.set(RecallCourse(sweeps: 1, isAtRest: true), at: place) }
      return
    }
    let products = overlaps(count, stored, scale: beta)
    Softmax.forward(.init(products), into: products, classes: patterns, batch: count)
    let means = UnsafeMutableBufferPointer(start: otherRows.base, count: count * units)
    Matrix.multiply(
      .init(products), stored, into: means, rows: count, columns: units, inner: patterns, transposeA: true)
    for place in 0..<count {
      let state = workspace.state(place)
      var flips = 0
      for i in 0..<units {
        let mean = means[place * units + i]
        let value = mean > 0 ? 1 : mean < 0 ? low : state[i]
        if value != state[i] { flips += 1 }
        state[i] = value
      }
      workspace.set(RecallCourse(sweeps: 1, isAtRest: true, flips: flips, firstFlips: flips), at: place)
    }
    let logarithms = logarithms(of: overlaps(count, stored, scale: beta), count, patterns)
    for place in 0..<count {
      workspace.setEnergy(0.5 * Double(units) - logarithms[place] / Double(beta), at: place)
    }
  }

  /// log Σ_m exp x_m of each column of x `[patterns, count]`.
  private func logarithms(
    of x: UnsafeMutableBufferPointer<Float>, _ count: Int, _ patterns: Int
  ) -> [Double] {
    var largest = [Float](repeating: -.infinity, count: count)
    for pattern in 0..<patterns {
      for place in 0..<count { largest[place] = max(largest[place], x[pattern * count + place]) }
    }
    var sums = [Double](repeating: 0, count: count)
    for pattern in 0..<patterns {
      for place in 0..<count {
        // What is smaller than 10^-16 of the largest does not count.
        let exponent = x[pattern * count + place] - largest[place]
        if exponent > -37 { sums[place] += exp(Double(exponent)) }
      }
    }
    return zip(largest, sums).map { Double($0) + log($1) }
  }
}
