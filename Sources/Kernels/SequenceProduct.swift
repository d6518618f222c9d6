import CKernels

/// Products of a weight matrix with the slices of a sequence.
///
/// The matrix is packed once and then used at every step. Each element of a result is one sum in ascending order
/// whatever its place, so that a sequence's numbers do not depend on its neighbours in the batch: vectors run along the
/// batch, or along the rows of A where the batch would fill little of them.
public enum SequenceProduct {
  /// The floats of a packed A [rows, inner].
  public static func packedCount(rows: Int, inner: Int) -> Int { TimeSlices.pitch(rows) * inner }

  /// Packs A [m, k] for products with slices of so many sequences, `steps` of them in one call.
  ///
  /// - Parameters:
  ///   - a: A(i, p) = a[i * row + p * column].
  ///   - packed: `packedCount` floats.
  public static func pack(
    _ a: UnsafePointer<Float>, row: Int, column: Int, rows m: Int, inner k: Int, columns: Int, steps: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    ck_pack_tiles(packed, a, row, column, m, k, TimeSlices.pitch(columns), columns, steps)
  }

  /// C_t = [C_t +] A B_t [+ bias] for t < steps. 2 m k columns steps operations, of few columns; otherwise 2 m k pitch steps.
  ///
  /// - Parameters:
  ///   - packed: A, packed for the same columns and steps.
  ///   - bias: What C_t begins with where it is not added to; nil for 0.
  ///   - columns: the sequences; what stands in the columns beyond counts nowhere, and zeros there stay zeros.
  public static func multiply(
    _ packed: UnsafePointer<Float>, _ b: TimeSlices, into c: TimeSlices, bias: UnsafePointer<Float>? = nil,
    columns: Int, steps: Int, accumulate: Bool = false
  ) {
    precondition(c.pitch == TimeSlices.pitch(columns) && b.pitch == c.pitch, "slices are [rows, pitch]")
    ck_sequence_product(
      c.base, c.step, packed, b.base, b.step, bias, c.rows, b.rows, c.pitch, columns, steps, accumulate)
  }

  /// C [m, n] (+)= Σ over t < steps of A_t B_tᵀ: the gradient of a weight matrix over a whole sequence.
  ///
  /// - Parameter columns: the sequences; what stands in the columns beyond counts nowhere.
  public static func outer(
    _ a: TimeSlices, _ b: TimeSlices, into c: UnsafeMutablePointer<Float>, leading: Int? = nil, columns: Int,
    steps: Int, accumulate: Bool
  ) {
    ck_sequence_outer(
      c, leading ?? b.rows, a.base, a.step, b.base, b.step, a.rows, b.rows, a.pitch, columns, steps,
      accumulate)
  }
}
