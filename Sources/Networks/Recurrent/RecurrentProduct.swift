import Kernels

/// The product of recurrent weights U [rows, inner] with a state, and of Uᵀ with the derivatives by the sums.
struct RecurrentProduct {
  let rows: Int
  let inner: Int

  private var firstCount: Int { SequenceProduct.packedCount(rows: rows, inner: inner) }
  /// The floats of the packed U and, behind it, the packed Uᵀ.
  var packedCount: Int { firstCount + SequenceProduct.packedCount(rows: inner, inner: rows) }

  /// Packs U, and Uᵀ for the way back.
  func pack(
    _ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, columns: Int, isTraining: Bool
  ) {
    SequenceProduct.pack(
      weights, row: inner, column: 1, rows: rows, inner: inner, columns: columns, steps: 1, into: packed)
    guard isTraining else { return }
    SequenceProduct.pack(
      weights, row: 1, column: inner, rows: inner, inner: rows, columns: columns, steps: 1,
      into: packed + firstCount)
  }

  /// sums += U state.
  @inline(__always)
  func add(
    _ packed: UnsafePointer<Float>, _ state: UnsafeMutablePointer<Float>,
    to sums: UnsafeMutablePointer<Float>, columns: Int
  ) {
    let pitch = TimeSlices.pitch(columns)
    SequenceProduct.multiply(
      packed, TimeSlices(state, rows: inner, pitch: pitch), into: TimeSlices(sums, rows: rows, pitch: pitch),
      columns: columns, steps: 1, accumulate: true)
  }

  /// dstate (+)= Uᵀ da.
  @inline(__always)
  func back(
    _ packed: UnsafePointer<Float>, _ da: UnsafeMutablePointer<Float>,
    into dstate: UnsafeMutablePointer<Float>, columns: Int, accumulate: Bool
  ) {
    let pitch = TimeSlices.pitch(columns)
    SequenceProduct.multiply(
      packed + firstCount, TimeSlices(da, rows: rows, pitch: pitch),
      into: TimeSlices(dstate, rows: inner, pitch: pitch), columns: columns, steps: 1, accumulate: accumulate)
  }
}
