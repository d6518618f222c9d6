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
    let after = overlaps(count, stored, scale: beta)
    for place in 0..<count {
      let exponents = (0..<patterns).map { Double(after[$0 * count + place]) }
      let largest = exponents.max()!
      let logarithm = largest + log(exponents.reduce(0) { $0 + exp($1 - largest) })
      workspace.setEnergy(0.5 * Double(units) - logarithm / Double(beta), at: place)
    }
  }
}
