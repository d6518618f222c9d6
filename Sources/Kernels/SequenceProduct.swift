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

  /// Whether so few of the slices' values are not 0 that the sparse forms are faster; counts them.
  public static func isSparse(_ b: TimeSlices, columns: Int, steps: Int) -> Bool {
    // Of few columns, what is done for each slice whatever it holds takes longer.
    guard 2 * columns > b.pitch, steps > 0 else { return false }
    var count: Int64 = 0
    ck_sequence_nonzeros(b.base, b.step, b.rows, b.pitch, steps, &count)
    return 8 * Int(count) <= b.rows * columns * steps
  }

  /// The floats that the sparse forms work in.
  public static func sparseRoom(rows: Int, inner: Int) -> Int { (17 + inner) * TimeSlices.pitch(rows) }

  /// C_t = A B_t [+ bias] for t < steps, A [m, k] as it is, by the values of B_t that are not 0: the bits of `multiply`, but
  /// where they are 0 an element of A that is not finite does not show.
  public static func multiplySparse(
    _ a: UnsafePointer<Float>, _ b: TimeSlices, into c: TimeSlices, bias: UnsafePointer<Float>?, steps: Int,
    room: UnsafeMutablePointer<Float>
  ) {
    precondition(b.pitch == c.pitch, "slices of different batches")
    ck_sequence_sparse_product(
      c.base, c.step, a, b.base, b.step, bias, c.rows, b.rows, c.pitch, steps, room)
  }

  /// C [m, n] (+)= Σ over t < steps of A_t B_tᵀ, by the values of B_t that are not 0.
  public static func outerSparse(
    _ a: TimeSlices, _ b: TimeSlices, into c: UnsafeMutablePointer<Float>, columns: Int, steps: Int,
    accumulate: Bool, room: UnsafeMutablePointer<Float>
  ) {
    precondition(a.pitch == b.pitch, "slices of different batches")
    ck_sequence_sparse_outer(
      c, b.rows, a.base, a.step, b.base, b.step, a.rows, b.rows, a.pitch, columns, steps, accumulate, room)
  }
}
