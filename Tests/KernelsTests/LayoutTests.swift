import Kernels
import Testing

extension KernelSuites {
  @Suite("Layout") struct LayoutTests {
    static let shapes = [
      (1, 1), (1, 64), (3, 2), (7, 16), (8, 8), (15, 17), (16, 16), (17, 15), (33, 31), (40, 5), (100, 64),
      (784, 20),
    ]

    func indices(_ batch: Int, of examples: Int) -> [UInt32] {
      var stream = RandomStream(seed: 77)
      return (0..<batch).map { _ in UInt32(stream.below(examples)) }
    }

    @Test("Bytes and floats are gathered by index with scale and offset, whatever the shape")
    func gather() {
      inEveryVariant { variant in
        for (features, batch) in Self.shapes {
          let examples = 9
          let bytes = (0..<examples * features).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 256) }
          let chosen = indices(batch, of: examples)
          var fromBytes = [Float](repeating: .nan, count: features * batch)
          var fromFloats = fromBytes
          chosen.withUnsafeBufferPointer { chosen in
            bytes.withUnsafeBytes { rows in
              fromBytes.withUnsafeMutableBufferPointer {
                Layout.gather(rows, features: features, indices: chosen, into: $0, scale: 0.5, offset: -3)
              }
            }
            bytes.map { Float($0) }.withUnsafeBufferPointer { rows in
              fromFloats.withUnsafeMutableBufferPointer {
                Layout.gather(rows, features: features, indices: chosen, into: $0, scale: 0.5, offset: -3)
              }
            }
          }
          let expected = (0..<features * batch).map { at in
            Float(bytes[Int(chosen[at % batch]) * features + at / batch]) * 0.5 - 3
          }
          #expect(fromBytes == expected, "\(features) x \(batch) in \(variant)")
          #expect(fromFloats == expected, "\(features) x \(batch) in \(variant)")
        }
      }
    }

    @Test("Scattering a batch undoes gathering it")
    func scatter() {
      inEveryVariant { variant in
        for (features, batch) in Self.shapes {
          let rows = randomValues(features * batch, seed: 1)
          let order = (0..<batch).map { UInt32($0) }
          var x = [Float](repeating: .nan, count: rows.count)
          var back = x
          order.withUnsafeBufferPointer { order in
            rows.withUnsafeBufferPointer { rows in
              x.withUnsafeMutableBufferPointer {
                Layout.gather(rows, features: features, indices: order, into: $0)
              }
            }
          }
          x.withUnsafeBufferPointer { x in
            back.withUnsafeMutableBufferPointer {
              Layout.scatter(x, features: features, batch: batch, into: $0)
            }
          }
          #expect(sameBits(back, rows), "\(features) x \(batch) in \(variant)")
        }
      }
    }

    @Test("Images are placed in the middle of larger ones over a background")
    func padding() {
      inEveryVariant { variant in
        for (planes, h, w, oh, ow, batch) in [
          (1, 28, 28, 32, 32, 7), (1, 28, 28, 28, 28, 16), (3, 5, 4, 8, 9, 3), (2, 1, 1, 1, 4, 17),
          (1, 2, 3, 7, 3, 1),
        ] {
          let features = planes * h * w
          let bytes = (0..<features * 5).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ 1) }
          let chosen = indices(batch, of: 5)
          var x = [Float](repeating: .nan, count: planes * oh * ow * batch)
          chosen.withUnsafeBufferPointer { chosen in
            bytes.withUnsafeBytes { rows in
              x.withUnsafeMutableBufferPointer {
                Layout.gatherPadded(
                  rows, planes: planes, height: h, width: w, outHeight: oh, outWidth: ow, indices: chosen,
                  into: $0,
                  scale: 2, offset: 1, background: -0.5)
              }
            }
          }
          var expected = [Float](repeating: -0.5, count: x.count)
          let (top, left) = ((oh - h) / 2, (ow - w) / 2)
          for p in 0..<planes {
            for r in 0..<h {
              for c in 0..<w {
                for b in 0..<batch {
                  let byte = bytes[Int(chosen[b]) * features + (p * h + r) * w + c]
                  expected[((p * oh + top + r) * ow + left + c) * batch + b] = Float(byte) * 2 + 1
                }
              }
            }
          }
          #expect(x == expected, "\(h)x\(w) into \(oh)x\(ow), batch \(batch), in \(variant)")
        }
      }
    }

    @Test("One-hot codes carry the on value at the label and the off value elsewhere")
    func oneHot() {
      inEveryVariant { variant in
        for batch in [0, 1, 5, 16, 33] {
          let labels = (0..<batch).map { Int32($0 * 3 % 10) }
          var y = [Float](repeating: .nan, count: 10 * batch)
          labels.withUnsafeBufferPointer { labels in
            y.withUnsafeMutableBufferPointer {
              Layout.oneHot(labels, classes: 10, into: $0, on: 0.9, off: -0.1)
            }
          }
          let expected = (0..<10 * batch).map { labels[$0 % batch] == Int32($0 / batch) ? Float(0.9) : -0.1 }
          #expect(y == expected, "batch \(batch) in \(variant)")
        }
      }
    }
  }
}
