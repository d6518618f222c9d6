import Kernels
import Testing

@Suite struct SymmetricMatrixTests {
  /// Values without a pattern.
  private func values(_ count: Int, _ seed: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919 + seed * 104_729) % 1009) / 500 - 1 }
  }

  @Test(
    "The Gram matrix and products are those of a triple loop",
    arguments: [(1, 1), (5, 3), (17, 13), (64, 33)])
  func products(rows: Int, n: Int) {
    let a = values(rows * n, 1)
    var gram = [Double](repeating: 0.5, count: n * n)
    SymmetricMatrix.addGram(a, rows: rows, to: &gram, order: n)
    let b = values(rows * 4, 2)
    let product = SymmetricMatrix.product(a, b, rows: n, columns: 4, inner: rows, transposeA: true)
    let other = SymmetricMatrix.product(a, gram, rows: rows, columns: n, inner: n, transposeB: true)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.5
        for k in 0..<rows { sum += a[k * n + i] * a[k * n + j] }
        #expect(abs(gram[i * n + j] - sum) < 1e-11)
      }
      for j in 0..<4 {
        var sum = 0.0
        for k in 0..<rows { sum += a[k * n + i] * b[k * 4 + j] }
        #expect(abs(product[i * 4 + j] - sum) < 1e-11)
      }
    }
    for i in 0..<rows {
      var sum = 0.0
      for k in 0..<n { sum += a[i * n + k] * gram[(n - 1) * n + k] }
      #expect(abs(other[i * n + n - 1] - sum) < 1e-10)
    }
  }

  @Test("Eigenvectors are orthonormal and give the matrix back, values rise", arguments: [1, 2, 7, 40])
  func eigenvectors(n: Int) throws {
    let a = values(2 * n * n, 3)
    var matrix = [Double](repeating: 0, count: n * n)
    SymmetricMatrix.addGram(a, rows: 2 * n, to: &matrix, order: n)
    let (eigenvalues, vectors) = try #require(SymmetricMatrix.eigenvectors(matrix, order: n))
    #expect(eigenvalues == eigenvalues.sorted())
    for i in 0..<n {
      for j in 0..<n {
        var (dot, entry) = (0.0, 0.0)
        for k in 0..<n {
          dot += vectors[i * n + k] * vectors[j * n + k]
          entry += eigenvalues[k] * vectors[k * n + i] * vectors[k * n + j]
        }
        #expect(abs(dot - (i == j ? 1 : 0)) < 1e-10)
        #expect(abs(entry - matrix[i * n + j]) < 1e-8)
      }
    }
  }

  @Test("A matrix with a value that is not finite has no eigenvectors")
  func refused() {
    #expect(SymmetricMatrix.eigenvectors([1, .nan, .nan, 1], order: 2) == nil)
    #expect(SymmetricMatrix.eigenvectors([], order: 0)?.values == [])
  }
}
