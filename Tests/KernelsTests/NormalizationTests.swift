import Kernels
import Testing

extension KernelSuites {
  @Suite("Normalisation of rows, and maxout")
  struct NormalizationTests {
    private static let columns = [1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 100, 257]

    @Test("Moments, normalisation and its gradient are those of plain loops", arguments: columns)
    func rows(_ columns: Int) {
      let rows = 3
      let x = randomValues(rows * columns, seed: 1, scale: 3)
      let d = randomValues(rows * columns, seed: 2)
      let (scale, shift) = (randomValues(rows, seed: 3), randomValues(rows, seed: 4))
      inEveryVariant { _ in
        var (mean, variance) = ([Float](repeating: 0, count: rows), [Float](repeating: 0, count: rows))
        var (sums, products) = (mean, mean)
        var (y, dx) = ([Float](repeating: 0, count: x.count), [Float](repeating: 0, count: x.count))
        let inverse: [Float] = [0.5, 2, 1]
        x.withUnsafeBufferPointer { x in
          mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
              RowNormalization.moments(x, columns: columns, mean: mean, variance: variance)
            }
          }
        }
        let m = mean
        x.withUnsafeBufferPointer { x in
          d.withUnsafeBufferPointer { d in
            m.withUnsafeBufferPointer { m in
              scale.withUnsafeBufferPointer { scale in
                inverse.withUnsafeBufferPointer { inverse in
                  y.withUnsafeMutableBufferPointer { y in
                    shift.withUnsafeBufferPointer { shift in
                      RowNormalization.normalize(
                        x, columns: columns, mean: m, scale: scale, shift: shift, into: y)
                    }
                  }
                  sums.withUnsafeMutableBufferPointer { sums in
                    products.withUnsafeMutableBufferPointer { products in
                      RowNormalization.gradientSums(
                        d, x, columns: columns, mean: m, inverse: inverse, sums: sums, products: products)
                      dx.withUnsafeMutableBufferPointer { dx in
                        RowNormalization.gradient(
                          d, x, columns: columns, mean: m, inverse: inverse, scale: scale,
                          sums: UnsafeBufferPointer(sums), products: UnsafeBufferPointer(products), into: dx)
                      }
                    }
                  }
                }
              }
            }
          }
        }
        for row in 0..<rows {
          let range = row * columns..<(row + 1) * columns
          let trueMean = x[range].reduce(0, +) / Float(columns)
          var squares: Float = 0
          for i in range { squares += (x[i] - trueMean) * (x[i] - trueMean) }
          let trueVariance = squares / Float(columns)
          #expect(agree([mean[row], variance[row]], [trueMean, trueVariance], tolerance: 2e-5))
          let sum = d[range].reduce(0, +)
          var product: Float = 0
          for i in range { product += d[i] * (x[i] - m[row]) * inverse[row] }
          #expect(agree([sums[row], products[row]], [sum, product], tolerance: 5e-5))
          for i in range {
            let centred: Float = x[i] - m[row]
            let normalized: Float = centred * scale[row] + shift[row]
            #expect(agree([y[i]], [normalized]))
            let taken: Float = sums[row] + centred * inverse[row] * products[row]
            let slope: Float = scale[row] * (d[i] - taken)
            #expect(agree([dx[i]], [slope], tolerance: 1e-4))
          }
        }
      }
    }

    @Test("Maxout takes the largest piece and gives its gradient to that piece alone", arguments: columns)
    func maxout(_ batch: Int) {
      let (units, pieces) = (3, 4)
      let z = randomValues(units * pieces * batch, seed: 5)
      let bias = randomValues(units * pieces, seed: 6)
      let dy = randomValues(units * batch, seed: 7)
      inEveryVariant { _ in
        var y = [Float](repeating: 0, count: units * batch)
        var choices = [Int32](repeating: -1, count: y.count)
        var dz = [Float](repeating: 9, count: z.count)
        z.withUnsafeBufferPointer { z in
          bias.withUnsafeBufferPointer { bias in
            y.withUnsafeMutableBufferPointer { y in
              choices.withUnsafeMutableBufferPointer { choices in
                Maximum.ofPieces(
                  z, bias: bias, units: units, pieces: pieces, batch: batch, into: y, choices: choices)
                dy.withUnsafeBufferPointer { dy in
                  dz.withUnsafeMutableBufferPointer { dz in
                    Maximum.backward(
                      dy, choices: UnsafeBufferPointer(choices), units: units, pieces: pieces, batch: batch,
                      into: dz)
                  }
                }
              }
            }
          }
        }
        for unit in 0..<units {
          for example in 0..<batch {
            let sums = (0..<pieces).map { piece -> Float in
              z[(unit * pieces + piece) * batch + example] + bias[unit * pieces + piece]
            }
            let place = unit * batch + example
            #expect(y[place] == sums.max())
            for piece in 0..<pieces {
              let expected: Float = sums[piece] == y[place] ? dy[place] : 0
              #expect(dz[(unit * pieces + piece) * batch + example] == expected)
            }
          }
        }
      }
    }
  }
}
