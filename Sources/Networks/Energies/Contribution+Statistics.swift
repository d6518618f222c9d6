import Kernels

// What machines with an energy add to a contribution: products and sums of states over the columns of a batch.
extension Contribution {
  /// Adds factor · a bᵀ to a slot of [rows, columns]; a is [rows, batch], b [columns, batch], which may be mostly zeros.
  func addProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, rows: Int, columns: Int, batch: Int,
    factor: Float, toSlot slot: Int
  ) {
    let target = self.slot(slot)
    Matrix.multiply(
      UnsafeBufferPointer(start: a, count: rows * batch),
      UnsafeBufferPointer(start: b, count: columns * batch),
      into: target.elements, rows: rows, columns: columns, inner: batch, transposeB: true, alpha: factor,
      beta: target.adds ? 1 : 0, isSparse: true)
  }

  /// Adds factor · x, summed over the columns, to a slot of [rows]; x is [rows, batch].
  ///
  /// - Parameter scratch: room for `rows` numbers.
  func addRowSums(
    of x: UnsafePointer<Float>, rows: Int, batch: Int, factor: Float, toSlot slot: Int, scratch: FlatBuffer
  ) {
    let sums = UnsafeMutableBufferPointer(start: scratch.base, count: rows)
    Reduction.rowSums(
      UnsafeBufferPointer(start: x, count: rows * batch), into: sums, rows: rows, batch: batch)
    let target = self.slot(slot)
    for row in 0..<rows {
      target.elements[row] = (target.adds ? target.elements[row] : 0) + factor * sums[row]
    }
  }

  /// Adds `count` times `values` to a slot: in a phase of means over `count` examples, the slot takes these values.
  public func add(_ values: UnsafeBufferPointer<Float>, times count: Int, toSlot slot: Int) {
    let target = self.slot(slot)
    if !target.adds { target.elements.update(repeating: 0) }
    Elementwise.axpy(Float(count), values, to: target.elements)
  }
}
