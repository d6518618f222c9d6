import COpenBLAS

/// Symmetric matrices in double precision: for figures that are computed once, on the calling thread alone.
public enum SymmetricMatrix {
  /// C += Aᵀ A for A of [rows, n] and C of [n, n], row-major; both triangles are filled. Cost: rows n² operations.
  public static func addGram(_ a: [Double], rows: Int, to c: inout [Double], order n: Int) {
    precondition(a.count == rows * n && c.count == n * n, "a Gram matrix of another shape")
    guard rows > 0, n > 0 else { return }
    _ = Matrix.threads
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(n), Int32(rows), 1, a, Int32(n), 1, &c, Int32(n))
    for row in 0..<n {
      for column in 0..<row { c[row * n + column] = c[column * n + row] }
    }
  }

  /// C = op(A) op(B) of [m, n] for op(A) of [m, k] and op(B) of [k, n], row-major.
  public static func product(
    _ a: [Double], _ b: [Double], rows m: Int, columns n: Int, inner k: Int, transposeA: Bool = false,
    transposeB: Bool = false
  ) -> [Double] {
    precondition(a.count == m * k && b.count == k * n, "a matrix product of another shape")
    var c = [Double](repeating: 0, count: m * n)
    guard m > 0, n > 0, k > 0 else { return c }
    _ = Matrix.threads
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m),
      Int32(n), Int32(k), 1, a, Int32(transposeA ? m : k), b, Int32(transposeB ? k : n), 0, &c, Int32(n))
    return c
  }

  /// The eigenvalues of a symmetric matrix in rising order, and the eigenvectors as the rows of [n, n].
  ///
  /// LAPACK's dsyevd: divide and conquer, about 9 n³ operations. nil where it does not converge, or where the matrix has
  /// values that are not finite.
  public static func eigenvectors(_ matrix: [Double], order n: Int) -> (values: [Double], vectors: [Double])?
  {
    precondition(matrix.count == n * n, "\(matrix.count) elements are no matrix of order \(n)")
    guard n > 0 else { return ([], []) }
    guard matrix.allSatisfy(\.isFinite) else { return nil }
    _ = Matrix.threads
    var vectors = matrix
    var values = [Double](repeating: 0, count: n)
    var order = Int32(n)
    var leading = order
    var workCount = Int32(1 + 6 * n + 2 * n * n)
    var integerCount = Int32(3 + 5 * n)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    var status: Int32 = 0
    // Fortran's columns are our rows; a symmetric matrix is the same either way.
    dsyevd_(
      "V", "U", &order, &vectors, &leading, &values, &work, &workCount, &integers, &integerCount, &status, 1,
      1)
    return status == 0 ? (values, vectors) : nil
  }
}
