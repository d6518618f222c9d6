import CKernels

/// Activations of a sequence: slices `[rows, pitch]`, one for each time step, the batch innermost.
///
/// The pitch is the batch rounded up to a multiple of 16, so that every loop works on whole vectors; the columns beyond
/// the batch hold finite values that count nowhere. Rows of a slice may belong to a larger slice: `step` is the distance
/// from one slice to the next.
public struct TimeSlices {
  /// Value (0, 0) of slice 0.
  public var base: UnsafeMutablePointer<Float>
  /// The floats from a slice to the next.
  public var step: Int
  /// The rows of a slice.
  public var rows: Int
  /// The floats of a row.
  public var pitch: Int

  /// Slices over memory that the caller keeps; one right behind the other unless `step` says more.
  public init(_ base: UnsafeMutablePointer<Float>, rows: Int, pitch: Int, step: Int? = nil) {
    self.base = base
    self.rows = rows
    self.pitch = pitch
    self.step = step ?? rows * pitch
  }

  /// The address of slice t.
  @inline(__always)
  public subscript(t: Int) -> UnsafeMutablePointer<Float> { base + t * step }

  /// The same slices, counted from slice `first`.
  public func from(_ first: Int) -> TimeSlices {
    TimeSlices(base + first * step, rows: rows, pitch: pitch, step: step)
  }

  /// Some of the rows of each slice.
  public func rows(_ range: Range<Int>) -> TimeSlices {
    TimeSlices(base + range.lowerBound * pitch, rows: range.count, pitch: pitch, step: step)
  }

  /// The pitch for a batch: the next multiple of 16.
  public static func pitch(_ batch: Int) -> Int { (batch + 15) / 16 * 16 }
}

extension TimeSlices {
  /// sums[r] (+)= Σ over t < steps and columns of x_t[r, b], or of x_t[r, b] y_t[r, b].
  public func rowSums(
    times y: TimeSlices? = nil, steps: Int, into sums: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    ck_sequence_row_sums(sums, base, step, y?.base, y?.step ?? 0, rows, pitch, steps, accumulate)
  }

  /// Clears the columns of slice t whose sequence has ended: lengths[b] <= t.
  public func mask(_ t: Int, lengths: UnsafePointer<Int32>) {
    ck_mask_columns(self[t], lengths, t, rows, pitch)
  }

  /// x_t[f, b] = table[symbols[t, b], f] + bias[f]: what a product with one-hot codes would give.
  public func gather(
    _ table: UnsafePointer<Float>, symbols: UnsafePointer<Int32>, bias: UnsafePointer<Float>?, steps: Int
  ) {
    ck_gather_columns(base, step, pitch, table, symbols, bias, rows, steps)
  }

  /// table[symbols[t, b], f] += x_t[f, b] for the first `columns` columns, in ascending order of t and b.
  public func scatter(
    into table: UnsafeMutablePointer<Float>, symbols: UnsafePointer<Int32>, columns: Int, steps: Int
  ) {
    ck_scatter_columns(table, symbols, base, step, pitch, rows, columns, steps)
  }
}
