/// Turns a matrix with normal entries into one that keeps lengths: uniform over all matrices with orthonormal rows.
///
/// Saxe, McClelland & Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, ICLR
/// 2014: what passes through such weights many times, in depth or in time, neither fades nor grows.
enum Orthogonalization {
  /// Makes the rows of `elements` [rows, …], or the columns where these are fewer, orthonormal, and multiplies by `gain`.
  ///
  /// Gram and Schmidt's method, each vector twice, in double precision and in ascending order: the same bits on every
  /// machine. 4 · n² · length operations for n vectors.
  static func apply(to elements: UnsafeMutableBufferPointer<Float>, rows: Int, gain: Float) {
    let columns = elements.count / rows
    let (count, length) = (min(rows, columns), max(rows, columns))
    let (across, along) = rows <= columns ? (columns, 1) : (1, columns)
    var vectors = [Double](repeating: 0, count: count * length)
    vectors.withUnsafeMutableBufferPointer { vectors in
      for i in 0..<count {
        let vector = vectors.baseAddress! + i * length
        for j in 0..<length { vector[j] = Double(elements[i * across + j * along]) }
        for _ in 0..<2 {
          for k in 0..<i {
            let other = UnsafePointer(vectors.baseAddress! + k * length)
            let overlap = product(vector, other, length)
            for j in 0..<length { vector[j] -= overlap * other[j] }
          }
          let scale = 1 / product(vector, vector, length).squareRoot()
          for j in 0..<length { vector[j] *= scale }
        }
        for j in 0..<length { elements[i * across + j * along] = gain * Float(vector[j]) }
      }
    }
  }

  private static func product(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double
  {
    var sum = 0.0
    for j in 0..<count { sum += a[j] * b[j] }
    return sum
  }
}
