import Kernels
import Testing

/// All suites of kernels stand in this one and run one after another: some take much memory.
@Suite(.serialized) struct KernelSuites {}

/// Runs a check in every variant that this processor has, then returns to the best.
func inEveryVariant(_ body: (KernelVariant) throws -> Void) rethrows {
  defer { KernelVariant.use(.best) }
  for variant in KernelVariant.available {
    #expect(KernelVariant.use(variant))
    try body(variant)
  }
}

/// Lengths around the widths of vectors and blocks.
let oddLengths = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 100, 1023, 1024, 1025, 2500]

/// Random numbers between -scale and scale.
func randomValues(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
  var stream = RandomStream(seed: seed)
  return (0..<count).map { _ in (2 * stream.uniform() - 1) * scale }
}

/// How far `x` lies from the true value, in units of the last place of a float of that size.
func unitsInLastPlace(_ x: Float, _ truth: Double) -> Double {
  if x.isNaN || truth.isNaN { return x.isNaN && truth.isNaN ? 0 : .infinity }
  let nearest = Float(truth)
  if x == nearest { return 0 }
  let unit = max(Double(nearest.isFinite ? nearest.ulp : Float.greatestFiniteMagnitude.ulp), 0x1p-149)
  return abs(Double(x) - truth) / unit
}

/// Whether two arrays agree within `tolerance` times 1 + the size of the number.
func agree(_ a: [Float], _ b: [Float], tolerance: Float = 1e-5) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy {
      abs($0 - $1) <= tolerance * (1 + abs($1)) || ($0.isNaN && $1.isNaN) || $0 == $1
    }
}

/// Whether two arrays hold the same bits.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool { a.map(\.bitPattern) == b.map(\.bitPattern) }
