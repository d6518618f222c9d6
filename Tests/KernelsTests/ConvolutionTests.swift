import CKernels
import Kernels
import Testing

extension KernelSuites {
  @Suite
  struct ConvolutionTests {
    /// The geometries to try: sizes that do not divide, strides, paddings, kernels, connection tables.
    struct Trial: Sendable, CustomTestStringConvertible {
      var batch = 3, inputs = 2, height = 7, width = 6, outputs = 3, kernel = (3, 3), stride = (1, 1),
        padding = (0, 0)
      var connections: [[Int]]?

      func build() throws -> ConvolutionCase {
        let geometry = try ConvolutionGeometry(
          batch: batch, inputChannels: inputs, inputHeight: height, inputWidth: width,
          outputChannels: outputs,
          kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0, strideX: stride.1,
          paddingY: padding.0, paddingX: padding.1, connections: connections)
        return ConvolutionCase(geometry, connections: connections)
      }

      var testDescription: String {
        "batch \(batch), \(inputs) of \(height)x\(width) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding)"
          + (connections == nil ? "" : ", table")
      }
    }

    /// Table I of LeCun, Bottou, Bengio and Haffner 1998.
    static let c3: [[Int]] =
      (0..<6).map { o in (0..<3).map { (o + $0) % 6 }.sorted() }
      + (0..<6).map { o in (0..<4).map { (o + $0) % 6 }.sorted() }
      + [[0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]

    static var trials: [Trial] {
      var trials: [Trial] = []
      for batch in [1, 2, 3, 5, 7, 8, 16, 17, 33, 64] {
        for stride in 1...3 {
          trials.append(Trial(batch: batch, stride: (stride, stride), padding: (1, 1)))
        }
      }
      for kernelHeight in 1...5 {
        for kernelWidth in 1...5 {
          trials.append(Trial(batch: 5, kernel: (kernelHeight, kernelWidth)))
          trials.append(Trial(batch: 4, outputs: 1, kernel: (kernelHeight, kernelWidth), padding: (2, 1)))
          trials.append(
            Trial(
              batch: 17, height: 9, width: 11, kernel: (kernelHeight, kernelWidth), stride: (2, 3),
              padding: (0, 2)))
        }
      }
      for outputs in 1...17 {
        trials.append(
          Trial(batch: 16, inputs: 18 - outputs, height: 5, width: 4, outputs: outputs, padding: (1, 0)))
      }
      for kernel in [6, 7, 9, 11] {
        trials.append(
          Trial(batch: 3, height: 11, width: 12, kernel: (2, kernel), stride: (1, 2), padding: (0, 3)))
      }
      for batch in [1, 9, 32] {
        trials.append(
          Trial(batch: batch, inputs: 6, height: 8, width: 9, outputs: 16, kernel: (5, 5), connections: c3))
        trials.append(
          Trial(batch: batch, inputs: 3, outputs: 4, stride: (2, 2), connections: [[1], [0, 2], [2], [1]]))
        trials.append(
          Trial(
            batch: batch, height: 4, width: 4, outputs: 5, kernel: (4, 4), stride: (2, 2), padding: (1, 1)))
        trials.append(Trial(batch: batch, height: 5, width: 5, outputs: 5, kernel: (5, 5)))
        trials.append(Trial(batch: batch, height: 2, width: 1, kernel: (3, 2), padding: (4, 3)))
        trials.append(Trial(batch: batch, kernel: (1, 1), stride: (3, 2)))
        trials.append(Trial(batch: batch, kernel: (2, 1), stride: (3, 4), padding: (1, 2)))
      }
      trials += filtered
      trials.append(Trial(batch: 300, inputs: 40, height: 6, width: 6, outputs: 2, padding: (1, 1)))
      return trials
    }

    /// Geometries of Winograd's filtering: all kinds of tiles on both axes, tails of batches and maps, several bands of rows.
    private static var filtered: [Trial] {
      var trials: [Trial] = []
      for extent in 1...4 {
        trials.append(
          Trial(
            batch: 16 + extent, inputs: 16, height: extent + 1, width: 6 - extent, outputs: 17, kernel: (2, 2)
          )
        )
        trials.append(
          Trial(
            batch: 15 + extent, inputs: 17, height: extent, width: 5 - extent, outputs: 16, padding: (1, 1)))
      }
      for (kernel, stride, padding) in [(4, 2, 1), (4, 2, 0), (4, 2, 3), (6, 2, 2), (6, 3, 1), (3, 1, 2)] {
        trials.append(
          Trial(
            batch: 33, inputs: 18, height: 7, width: 8, outputs: 20, kernel: (kernel, kernel),
            stride: (stride, stride), padding: (padding, padding)))
      }
      trials.append(
        Trial(batch: 70, inputs: 16, height: 8, width: 9, outputs: 16, kernel: (2, 4), stride: (1, 2)))
      trials.append(Trial(batch: 16, inputs: 16, height: 18, width: 61, outputs: 16, kernel: (2, 2)))
      return trials
    }

    private static func scratch(_ geometry: ConvolutionGeometry) -> FencedArray {
      FencedArray([Float](repeating: .nan, count: geometry.scratchCount))
    }

    @Test("The forward pass equals the definition", arguments: compiledVariants)
    func forward(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for trial in Self.trials {
        let example = try trial.build(), g = example.geometry
        var scratch = Self.scratch(g)
        for withBias in [true, false] {
          var reference = ReferenceSums(count: g.outputCount)
          let map = g.outputHeight * g.outputWidth * g.batch
          if withBias { for y in 0..<g.outputCount { reference.add(Double(example.b[y / map]), to: y) } }
          example.forEachProduct { y, w, x in
            reference.add(Double(example.w[w]) * Double(example.x[x]), to: y)
          }
          var y = FencedArray([Float](repeating: .nan, count: g.outputCount))
          let (x, w, b) = (FencedArray(example.x), FencedArray(example.w), FencedArray(example.b))
          x.read { x in
            w.read { w in
              b.read { b in
                y.write { y in
                  scratch.write {
                    Convolution.forward(
                      g, input: x, weights: w, bias: withBias ? b : nil, output: y, scratch: $0)
                  }
                }
              }
            }
          }
          #expect(reference.firstMismatch(y.elements) == nil, "\(trial.testDescription), bias \(withBias)")
          #expect(y.fencesStand && scratch.fencesStand, "\(trial.testDescription)")
        }
      }
    }

    @Test(
      "The backward pass to data equals the definition, overwriting and accumulating",
      arguments: compiledVariants)
    func backwardToData(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for trial in Self.trials {
        let example = try trial.build(), g = example.geometry
        var scratch = Self.scratch(g)
        for accumulate in [false, true] {
          var reference = ReferenceSums(count: g.inputCount)
          if accumulate { for x in 0..<g.inputCount { reference.add(Double(example.x[x]), to: x) } }
          example.forEachProduct { y, w, x in
            reference.add(Double(example.w[w]) * Double(example.dy[y]), to: x)
          }
          var dx = FencedArray(accumulate ? example.x : [Float](repeating: .nan, count: g.inputCount))
          let (dy, w) = (FencedArray(example.dy), FencedArray(example.w))
          dy.read { dy in
            w.read { w in
              dx.write { dx in
                scratch.write {
                  Convolution.backwardToData(
                    g, outputGradient: dy, weights: w, inputGradient: dx, accumulate: accumulate, scratch: $0)
                }
              }
            }
          }
          #expect(
            reference.firstMismatch(dx.elements) == nil, "\(trial.testDescription), accumulate \(accumulate)")
          #expect(dx.fencesStand && scratch.fencesStand, "\(trial.testDescription)")
        }
      }
    }

    @Test(
      "The backward pass to weights and bias equals the definition, overwriting and accumulating",
      arguments: compiledVariants)
    func backwardToWeights(variant: UInt32) throws {
      #expect(ck_use_variant(Int32(variant)))
      defer { _ = ck_use_variant(ck_best_variant()) }
      for trial in Self.trials {
        let example = try trial.build(), g = example.geometry
        let map = g.outputHeight * g.outputWidth * g.batch
        var scratch = Self.scratch(g)
        for accumulate in [false, true] {
          var weights = ReferenceSums(count: g.weightCount), bias = ReferenceSums(count: g.outputChannels)
          if accumulate {
            for w in 0..<g.weightCount { weights.add(Double(example.w[w]), to: w) }
            for o in 0..<g.outputChannels { bias.add(Double(example.b[o]), to: o) }
          }
          example.forEachProduct { y, w, x in
            weights.add(Double(example.dy[y]) * Double(example.x[x]), to: w)
          }
          for y in 0..<g.outputCount { bias.add(Double(example.dy[y]), to: y / map) }
          var dw = FencedArray(accumulate ? example.w : [Float](repeating: .nan, count: g.weightCount))
          var db = FencedArray(accumulate ? example.b : [Float](repeating: .nan, count: g.outputChannels))
          let (dy, x) = (FencedArray(example.dy), FencedArray(example.x))
          dy.read { dy in
            x.read { x in
              dw.write { dw in
                db.write { db in
                  scratch.write {
                    Convolution.backwardToWeights(
                      g, outputGradient: dy, input: x, weightGradient: dw, biasGradient: db,
                      accumulate: accumulate,
                      scratch: $0)
                  }
                }
              }
            }
          }
          #expect(
            weights.firstMismatch(dw.elements) == nil, "\(trial.testDescription), accumulate \(accumulate)")
          #expect(
            bias.firstMismatch(db.elements) == nil, "\(trial.testDescription), accumulate \(accumulate)")
          #expect(dw.fencesStand && db.fencesStand && scratch.fencesStand, "\(trial.testDescription)")
        }
      }
    }

    @Test("Results do not depend on the alignment of the arrays")
    func alignment() throws {
      for trial in Self.trials {
        let example = try trial.build(), g = example.geometry
        let results = [0, 1, 7].map { offset in
          var scratch = FencedArray([Float](repeating: .nan, count: g.scratchCount), offset: offset)
          var y = FencedArray([Float](repeating: .nan, count: g.outputCount), offset: offset)
          var dx = FencedArray([Float](repeating: .nan, count: g.inputCount), offset: 2 * offset)
          var dw = FencedArray([Float](repeating: .nan, count: g.weightCount), offset: offset)
          let (x, w) = (FencedArray(example.x, offset: offset), FencedArray(example.w, offset: 3 * offset))
          let dy = FencedArray(example.dy, offset: 5 * offset)
          x.read { x in
            w.read { w in
              dy.read { dy in
                scratch.write { scratch in
                  y.write {
                    Convolution.forward(g, input: x, weights: w, bias: nil, output: $0, scratch: scratch)
                  }
                  dx.write {
                    Convolution.backwardToData(
                      g, outputGradient: dy, weights: w, inputGradient: $0, accumulate: false,
                      scratch: scratch)
                  }
                  dw.write {
                    Convolution.backwardToWeights(
                      g, outputGradient: dy, input: x, weightGradient: $0, biasGradient: nil,
                      accumulate: false,
                      scratch: scratch)
                  }
                }
              }
            }
          }
          return [y.elements, dx.elements, dw.elements]
        }
        #expect(results[0] == results[1] && results[0] == results[2], "\(trial.testDescription)")
      }
    }

    @Test("An example's output does not depend on its place in the batch")
    func place() throws {
      // Kernels that cover the input are matrix products, which make no such promise.
      for trial in Self.trials where trial.batch > 1 && trial.kernel != (trial.height, trial.width) {
        let whole = try trial.build(), g = whole.geometry
        var alone = g
        // Filtered convolutions, which begin at 16 examples, promise it among themselves: there the example fills a batch.
        let copies = trial.inputs >= 16 && trial.outputs >= 16 ? 16 : 1
        alone.batch = copies
        var scratch = [Float](repeating: 0, count: g.scratchCount)
        var y = [Float](repeating: 0, count: g.outputCount),
          one = [Float](repeating: 0, count: alone.outputCount)
        run(g, whole.x, whole.w, &y, &scratch)
        for n in [0, g.batch - 1] {
          run(
            alone, (0..<alone.inputCount).map { whole.x[$0 / copies * g.batch + n] }, whole.w, &one, &scratch)
          #expect(
            one == (0..<one.count).map { y[$0 / copies * g.batch + n] },
            "\(trial.testDescription), example \(n)")
        }
      }
    }

    private func run(
      _ g: ConvolutionGeometry, _ x: [Float], _ w: [Float], _ y: inout [Float], _ scratch: inout [Float]
    ) {
      x.withUnsafeBufferPointer { x in
        w.withUnsafeBufferPointer { w in
          y.withUnsafeMutableBufferPointer { y in
            scratch.withUnsafeMutableBufferPointer {
              Convolution.forward(g, input: x, weights: w, bias: nil, output: y, scratch: $0)
            }
          }
        }
      }
    }
  }
}

@Suite
struct ConvolutionGeometryTests {
  @Test("LeNet-5's C3 has the output size and the 1500 weights of the paper")
  func c3() throws {
    let g = try ConvolutionGeometry(
      batch: 2, inputChannels: 6, inputHeight: 14, inputWidth: 14, outputChannels: 16, kernelHeight: 5,
      kernelWidth: 5, connections: KernelSuites.ConvolutionTests.c3)
    #expect(g.outputHeight == 10 && g.outputWidth == 10 && g.weightCount == 1500)
    #expect(g.operations == 2 * 1500 * 100 * 2)
  }

  @Test("Impossible sizes and tables are refused with the reason")
  func refusals() throws {
    func message(
      batch: Int = 1, inputs: Int = 2, height: Int = 4, width: Int = 4, outputs: Int = 2, kernel: Int = 3,
      stride: Int = 1, padding: Int = 0, connections: [[Int]]? = nil
    ) -> String {
      do throws(GeometryError) {
        _ = try ConvolutionGeometry(
          batch: batch, inputChannels: inputs, inputHeight: height, inputWidth: width,
          outputChannels: outputs,
          kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride, paddingY: padding,
          paddingX: padding, connections: connections)
        return "accepted"
      } catch {
        return error.description
      }
    }
    #expect(message() == "accepted")
    #expect(message(batch: 0).contains("the batch is 0"))
    #expect(message(stride: 0).contains("stride is 0"))
    #expect(message(padding: -1).contains("padding is -1"))
    #expect(message(inputs: .max).contains("input channels is \(Int.max)"))
    #expect(message(kernel: 5).contains("larger than that of the padded input, 4"))
    #expect(message(kernel: 5, padding: 1) == "accepted")
    #expect(message(height: 1 << 24, width: 1 << 24).contains("the input would have more than"))
    #expect(message(connections: [[0]]).contains("1 rows for 2 output channels"))
    #expect(message(connections: [[0], []]).contains("output channel 1 no input"))
    #expect(message(connections: [[0], [1, 0]]).contains("must ascend"))
    #expect(message(connections: [[0], [2]]).contains("0..<2"))
    #expect(message(connections: [[-1], [1]]).contains("0..<2"))
  }
}
