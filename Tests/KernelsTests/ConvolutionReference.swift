import CKernels
import Kernels

/// The variants that this processor can run.
let compiledVariants = CK_BASELINE.rawValue...UInt32(ck_best_variant())

/// An array between two fences: a kernel that writes outside of it is found by `fencesStand`.
struct FencedArray {
  private var storage: [Float]
  let count: Int
  private static let fence: Float = 12345.5
  private static let margin = 40

  /// - Parameter offset: how many elements the start is moved, to try other alignments.
  init(_ elements: [Float], offset: Int = 0) {
    count = elements.count
    let fence = [Float](repeating: Self.fence, count: Self.margin + offset)
    storage = fence + elements + fence
    start = fence.count
  }

  private let start: Int
  var elements: [Float] { Array(storage[start..<start + count]) }
  var fencesStand: Bool {
    storage[..<start].allSatisfy { $0 == Self.fence }
      && storage[(start + count)...].allSatisfy { $0 == Self.fence }
  }

  func read<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<start + count])) }
  }

  mutating func write(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    storage.withUnsafeMutableBufferPointer {
      body(UnsafeMutableBufferPointer(rebasing: $0[start..<start + count]))
    }
  }
}

/// Reproducible numbers in -1...1.
struct TestNumbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func array(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int(state >> 40) - (1 << 23)) / Float(1 << 23)
    }
  }
}

/// Sums in double precision, with what their rounding may cost in single precision.
struct ReferenceSums {
  var values, magnitudes: [Double]
  var terms: [Int]

  init(count: Int) {
    values = .init(repeating: 0, count: count)
    magnitudes = values
    terms = .init(repeating: 0, count: count)
  }

  mutating func add(_ term: Double, to index: Int) {
    values[index] += term
    magnitudes[index] += abs(term)
    terms[index] += 1
  }

  /// The first index at which `result` is farther away than 4 + 2 sqrt(terms) roundings of the summed magnitudes.
  func firstMismatch(_ result: [Float]) -> Int? {
    guard result.count == values.count else { return -1 }
    return result.indices.first { i in
      let allowed = Double(Float.ulpOfOne) * (4 + 2 * Double(terms[i]).squareRoot()) * magnitudes[i]
      return !(abs(Double(result[i]) - values[i]) <= allowed)
    }
  }
}

/// One convolution's arrays, and its three passes by the definition.
struct ConvolutionCase {
  let geometry: ConvolutionGeometry
  let connections: [[Int]]
  let x, w, b, dy: [Float]

  init(_ geometry: ConvolutionGeometry, connections: [[Int]]?, seed: UInt64 = 1) {
    var numbers = TestNumbers(seed: seed)
    self.geometry = geometry
    self.connections =
      connections ?? Array(repeating: Array(0..<geometry.inputChannels), count: geometry.outputChannels)
    x = numbers.array(geometry.inputCount)
    w = numbers.array(geometry.weightCount)
    b = numbers.array(geometry.outputChannels)
    dy = numbers.array(geometry.outputCount)
  }

  /// Calls the body with the indices of y, w, x and o of every product of the forward pass.
  func forEachProduct(_ body: (_ y: Int, _ w: Int, _ x: Int) -> Void) {
    let g = geometry
    var block = 0
    for (o, inputs) in connections.enumerated() {
      for i in inputs {
        for r in 0..<g.outputHeight {
          for c in 0..<g.outputWidth {
            for ky in 0..<g.kernelHeight {
              for kx in 0..<g.kernelWidth {
                let (p, q) = (r * g.strideY + ky - g.paddingY, c * g.strideX + kx - g.paddingX)
                guard p >= 0, p < g.inputHeight, q >= 0, q < g.inputWidth else { continue }
                for n in 0..<g.batch {
                  body(
                    ((o * g.outputHeight + r) * g.outputWidth + c) * g.batch + n,
                    (block * g.kernelHeight + ky) * g.kernelWidth + kx,
                    ((i * g.inputHeight + p) * g.inputWidth + q) * g.batch + n)
                }
              }
            }
          }
        }
        block += 1
      }
    }
  }
}
