import CKernels
import COpenBLAS

/// Products of row-major matrices of `Float`, on the calling thread alone.
///
/// They go to our own loops or to OpenBLAS, by the shape and the variant in use alone. OpenBLAS is set to one
/// thread at first use, whatever `OPENBLAS_NUM_THREADS` or `OMP_NUM_THREADS` say: a rank has one core, and
/// its result must not depend on how a product is divided. Calls from several threads at once are safe.
public enum Matrix {
  /// C = alpha op(A) op(B) + beta C.
  ///
  /// op(A) is [m, k], op(B) is [k, n] and C is [m, n], each row-major. With `transposeA` the buffer holds A
  /// as [k, m], with `transposeB` it holds B as [n, k]. A leading dimension is the distance from one row of a
  /// buffer to the next. With beta 0 the old C is not read. Cost: 2 m n k floating-point operations.
  ///
  /// - Parameters:
  ///   - rows: m.
  ///   - columns: n.
  ///   - inner: k. With k = 0 the product is beta C.
  ///   - isSparse: whether most of B may be zeros, such as the states of units that are seldom on: then groups of columns
  ///     pass over the rows in which they hold nothing else, if that is a quarter of them or more. An element of A that is
  ///     not finite need not show in C then.
  public static func multiply(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>,
    into c: UnsafeMutableBufferPointer<Float>,
    rows m: Int, columns n: Int, inner k: Int, transposeA: Bool = false, transposeB: Bool = false,
    alpha: Float = 1, beta: Float = 0, isSparse: Bool = false, leadingA: Int? = nil, leadingB: Int? = nil,
    leadingC: Int? = nil
  ) {
    let lda = leadingA ?? (transposeA ? m : k)
    let ldb = leadingB ?? (transposeB ? k : n)
    let ldc = leadingC ?? n
    precondition(m >= 0 && n >= 0 && k >= 0, "a matrix product of negative size")
    precondition(
      lda >= (transposeA ? m : k) && ldb >= (transposeB ? k : n) && ldc >= n,
      "a leading dimension is shorter than its row")
    precondition(a.count >= extent(transposeA ? k : m, transposeA ? m : k, lda), "A is too short")
    precondition(b.count >= extent(transposeB ? n : k, transposeB ? k : n, ldb), "B is too short")
    precondition(c.count >= extent(m, n, ldc), "C is too short")
    guard m > 0, n > 0 else { return }
    guard k > 0 else { return scale(c, rows: m, columns: n, leading: ldc, by: beta) }
    if isSparse {
      var isDone: Int32 = 0
      ck_sparse_product(
        c.baseAddress, ldc, a.baseAddress, transposeA ? 1 : lda, transposeA ? lda : 1, b.baseAddress, ldb,
        transposeB, m, n, k, alpha, beta, &isDone)
      if isDone != 0 { return }
    }
    // Our own loops do not pack A: with wide vectors they are 5 to 30 % faster for a layer's products with a
    // batch. OpenBLAS is better at few columns, and knows older processors better.
    if KernelVariant.inUse == .avx512 && n >= 12 && k >= 4 {
      return multiplyDirectly(
        a, b, into: c, m, n, k, transposeA, transposeB, alpha, beta, leadingA: lda, leadingB: ldb,
        leadingC: ldc)
    }
    _ = oneThread
    let operationA = transposeA ? CblasTrans : CblasNoTrans
    if n == 1 && (transposeB || ldb == 1) && ldc == 1 {
      cblas_sgemv(
        CblasRowMajor, operationA, Int32(transposeA ? k : m), Int32(transposeA ? m : k), alpha, a.baseAddress,
        Int32(lda), b.baseAddress, 1, beta, c.baseAddress, 1)
    } else {
      cblas_sgemm(
        CblasRowMajor, operationA, transposeB ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k),
        alpha,
        a.baseAddress, Int32(lda), b.baseAddress, Int32(ldb), beta, c.baseAddress, Int32(ldc))
    }
  }

  /// The product by our own loops, whatever its size; m, n and k are at least 1.
  package static func multiplyDirectly(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>,
    into c: UnsafeMutableBufferPointer<Float>,
    _ m: Int, _ n: Int, _ k: Int, _ transposeA: Bool, _ transposeB: Bool, _ alpha: Float, _ beta: Float,
    leadingA lda: Int, leadingB ldb: Int, leadingC ldc: Int
  ) {
    ck_product(
      c.baseAddress, ldc, a.baseAddress, transposeA ? 1 : lda, transposeA ? lda : 1, b.baseAddress, ldb,
      transposeB,
      m, n, k, alpha, beta)
  }

  /// How many threads OpenBLAS uses: 1.
  package static var threads: Int {
    _ = oneThread
    return Int(openblas_get_num_threads())
  }

  /// Runs once in the process, at first use.
  private static let oneThread: Void = openblas_set_num_threads(1)

  private static func extent(_ rows: Int, _ columns: Int, _ leading: Int) -> Int {
    rows == 0 || columns == 0 ? 0 : (rows - 1) * leading + columns
  }

  private static func scale(
    _ c: UnsafeMutableBufferPointer<Float>, rows: Int, columns: Int, leading: Int, by beta: Float
  ) {
    for row in 0..<rows {
      let start = c.baseAddress! + row * leading
      if beta == 0 { ck_fill(start, 0, columns) } else { ck_scale(start, beta, columns) }
    }
  }
}
