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
        let sum = (0..<rows).reduce(0.5) { $0 + a[$1 * n + i] * a[$1 * n + j] }
        #expect(abs(gram[i * n + j] - sum) < 1e-11)
      }
      for j in 0..<4 {
        let sum = (0..<rows).reduce(0) { $0 + a[$1 * n + i] * b[$1 * 4 + j] }
        #expect(abs(product[i * 4 + j] - sum) < 1e-11)
      }
    }
    for i in 0..<rows {
      let sum = (0..<n).reduce(0) { $0 + a[i * n + $1] * gram[(n - 1) * n + $1] }
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
        let dot = (0..<n).reduce(0) { $0 + vectors[i * n + $1] * vectors[j * n + $1] }
        #expect(abs(dot - (i == j ? 1 : 0)) < 1e-10)
        let entry = (0..<n).reduce(0) { $0 + eigenvalues[$1] * vectors[$1 * n + i] * vectors[$1 * n + j] }
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
