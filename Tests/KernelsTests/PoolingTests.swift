import CKernels
import Kernels
import Testing

extension KernelSuites {
  @Suite
  struct PoolingTests {
    static func geometries() throws -> [PoolingGeometry] {
      var result: [PoolingGeometry] = []
      for batch in [1, 2, 3, 5, 7, 16, 17, 33, 64] {
        for (kernel, stride) in [
          ((2, 2), (2, 2)), ((3, 2), (1, 1)), ((3, 3), (2, 2)), ((1, 2), (3, 2)), ((1, 1), (1, 1)),
        ] {
          result.append(
            try PoolingGeometry(
              batch: batch, channels: 3, inputHeight: 7, inputWidth: 6, kernelHeight: kernel.0,
              kernelWidth: kernel.1,
              strideY: stride.0, strideX: stride.1))
        }
      }
      return result
    }

    /// Calls the body with channel, output and input index, and the number of the window's element.
    static func forEachPair(
      _ g: PoolingGeometry, _ body: (_ channel: Int, _ y: Int, _ x: Int, _ k: Int) -> Void
    ) {
      for c in 0..<g.channels {
        for r in 0..<g.outputHeight {
          for q in 0..<g.outputWidth {
            for k in 0..<g.windowCount {
              let row = r * g.strideY + k / g.kernelWidth, column = q * g.strideX + k % g.kernelWidth
              for n in 0..<g.batch {
                body(
                  c, ((c * g.outputHeight + r) * g.outputWidth + q) * g.batch + n,
                  ((c * g.inputHeight + row) * g.inputWidth + column) * g.batch + n, k)
              }
            }
          }
        }
      }
    }

    @Test("Average pooling equals the definition in both directions", arguments: compiledVariants)
    func average(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for g in try Self.geometries() {
        var numbers = TestNumbers(seed: 3)
        let x = FencedArray(numbers.array(g.inputCount)), dy = FencedArray(numbers.array(g.outputCount))
        let before = numbers.array(g.inputCount)
        var y = ReferenceSums(count: g.outputCount), dx = ReferenceSums(count: g.inputCount), more = dx
        for i in 0..<g.inputCount { more.add(Double(before[i]), to: i) }
        let (inputs, gradients, area) = (x.elements, dy.elements, Double(g.windowCount))
        Self.forEachPair(g) { _, output, input, _ in
          y.add(Double(inputs[input]) / area, to: output)
          dx.add(Double(gradients[output]) / area, to: input)
          more.add(Double(gradients[output]) / area, to: input)
        }
        var result = FencedArray([Float](repeating: .nan, count: g.outputCount))
        x.read { x in result.write { Pooling.averageForward(g, input: x, output: $0) } }
        #expect(y.firstMismatch(result.elements) == nil && result.fencesStand, "\(g)")
        result = FencedArray([Float](repeating: .nan, count: g.inputCount))
        dy.read { dy in result.write { Pooling.averageBackward(g, outputGradient: dy, inputGradient: $0) } }
        #expect(dx.firstMismatch(result.elements) == nil && result.fencesStand, "\(g)")
        result = FencedArray(before)
        dy.read { dy in
          result.write { Pooling.averageBackward(g, outputGradient: dy, inputGradient: $0, accumulate: true) }
        }
        #expect(more.firstMismatch(result.elements) == nil && result.fencesStand, "\(g)")
      }
    }

    @Test(
      "Maximum pooling takes the first largest element and sends the gradient back to it",
      arguments: compiledVariants)
    func maximum(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for g in try Self.geometries() {
        var numbers = TestNumbers(seed: 4)
        // Rounded to few values, so that many are equal.
        let x = FencedArray(numbers.array(g.inputCount).map { ($0 * 3).rounded() })
        let dy = FencedArray(numbers.array(g.outputCount)), before = numbers.array(g.inputCount)
        let (inputs, gradients) = (x.elements, dy.elements)
        var largest = [Float](repeating: -.infinity, count: g.outputCount),
          place = [Int](repeating: -1, count: g.outputCount)
        var choice = [UInt8](repeating: 0, count: g.outputCount)
        Self.forEachPair(g) { _, output, input, k in
          if inputs[input] > largest[output] {
            (largest[output], place[output], choice[output]) = (inputs[input], input, UInt8(k))
          }
        }
        var dx = ReferenceSums(count: g.inputCount), more = dx
        for i in 0..<g.inputCount { more.add(Double(before[i]), to: i) }
        for output in 0..<g.outputCount {
          dx.add(Double(gradients[output]), to: place[output])
          more.add(Double(gradients[output]), to: place[output])
        }
        var y = FencedArray([Float](repeating: .nan, count: g.outputCount))
        var chosen = [UInt8](repeating: 255, count: g.outputCount)
        x.read { x in
          y.write { y in
            chosen.withUnsafeMutableBufferPointer {
              Pooling.maximumForward(g, input: x, output: y, chosen: $0)
            }
          }
        }
        #expect(y.elements == largest && chosen == choice && y.fencesStand, "\(g)")
        for accumulate in [false, true] {
          var result = FencedArray(accumulate ? before : [Float](repeating: .nan, count: g.inputCount))
          dy.read { dy in
            chosen.withUnsafeBufferPointer { chosen in
              result.write {
                Pooling.maximumBackward(
                  g, outputGradient: dy, chosen: chosen, inputGradient: $0, accumulate: accumulate)
              }
            }
          }
          #expect(
            (accumulate ? more : dx).firstMismatch(result.elements) == nil && result.fencesStand, "\(g)")
        }
      }
    }

    @Test("Maximum pooling hands on a NaN wherever it stands in the window", arguments: compiledVariants)
    func notANumber(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      let g = try PoolingGeometry(
        batch: 20, channels: 1, inputHeight: 2, inputWidth: 2, kernelHeight: 2, kernelWidth: 2)
      for k in 0..<4 {
        let x = FencedArray((0..<80).map { $0 / 20 == k ? .nan : Float($0) })
        var y = FencedArray([Float](repeating: 0, count: 20)), chosen = [UInt8](repeating: 9, count: 20)
        x.read { x in
          y.write { y in
            chosen.withUnsafeMutableBufferPointer {
              Pooling.maximumForward(g, input: x, output: y, chosen: $0)
            }
          }
        }
        #expect(y.elements.allSatisfy(\.isNaN) && chosen.allSatisfy { $0 == UInt8(k) })
      }
    }

    @Test("Subsampling equals the definition in all passes", arguments: compiledVariants)
    func subsampling(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for g in try Self.geometries() {
        var numbers = TestNumbers(seed: 5)
        let x = FencedArray(numbers.array(g.inputCount)), dy = FencedArray(numbers.array(g.outputCount))
        let coefficient = FencedArray(numbers.array(g.channels)),
          bias = FencedArray(numbers.array(g.channels))
        let (inputs, gradients, a, b) = (x.elements, dy.elements, coefficient.elements, bias.elements)
        var y = ReferenceSums(count: g.outputCount), dx = ReferenceSums(count: g.inputCount)
        var da = ReferenceSums(count: g.channels), db = da
        let map = g.outputHeight * g.outputWidth * g.batch
        for output in 0..<g.outputCount {
          y.add(Double(b[output / map]), to: output)
          db.add(Double(gradients[output]), to: output / map)
        }
        Self.forEachPair(g) { channel, output, input, _ in
          y.add(Double(a[channel]) * Double(inputs[input]), to: output)
          dx.add(Double(a[channel]) * Double(gradients[output]), to: input)
          da.add(Double(gradients[output]) * Double(inputs[input]), to: channel)
        }
        var result = FencedArray([Float](repeating: .nan, count: g.outputCount))
        x.read { x in
          coefficient.read { a in
            bias.read { b in
              result.write { Subsampling.forward(g, input: x, coefficient: a, bias: b, output: $0) }
            }
          }
        }
        #expect(y.firstMismatch(result.elements) == nil && result.fencesStand, "\(g)")
        for accumulate in [false, true] {
          var dxResult = FencedArray([Float](repeating: accumulate ? 1 : .nan, count: g.inputCount))
          var daResult = FencedArray([Float](repeating: accumulate ? 1 : .nan, count: g.channels)),
            dbResult = daResult
          if accumulate {
            for i in 0..<g.inputCount { dx.add(1, to: i) }
            for c in 0..<g.channels { da.add(1, to: c) }
            for c in 0..<g.channels { db.add(1, to: c) }
          }
          dy.read { dy in
            coefficient.read { a in
              dxResult.write {
                Subsampling.backwardToData(
                  g, outputGradient: dy, coefficient: a, inputGradient: $0, accumulate: accumulate)
              }
            }
            x.read { x in
              daResult.write { da in
                dbResult.write { db in
                  Subsampling.backwardToParameters(
                    g, outputGradient: dy, input: x, coefficientGradient: da, biasGradient: db,
                    accumulate: accumulate)
                }
              }
            }
          }
          #expect(dx.firstMismatch(dxResult.elements) == nil && dxResult.fencesStand, "\(g)")
          #expect(da.firstMismatch(daResult.elements) == nil && daResult.fencesStand, "\(g)")
          #expect(db.firstMismatch(dbResult.elements) == nil && dbResult.fencesStand, "\(g)")
        }
      }
    }

    @Test("Impossible windows are refused with the reason")
    func refusals() {
      func message(height: Int = 6, kernel: Int = 2, stride: Int? = nil) -> String {
        do throws(GeometryError) {
          _ = try PoolingGeometry(
            batch: 1, channels: 1, inputHeight: height, inputWidth: 30, kernelHeight: kernel,
            kernelWidth: kernel,
            strideY: stride, strideX: stride)
          return "accepted"
        } catch {
          return error.description
        }
      }
      #expect(message() == "accepted")
      #expect(message(kernel: 7).contains("larger than"))
      #expect(message(height: 30, kernel: 17).contains("more than 256 elements"))
      #expect(message(stride: 0).contains("stride is 0"))
      #expect(message(kernel: .max).contains("the window height is"))
    }
  }
}
