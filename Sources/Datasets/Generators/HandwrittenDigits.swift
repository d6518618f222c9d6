import Dispatch
import Networks

/// Images of digits as if written by hand, in MNIST's form: 28x28 bytes, ink bright on black, the digit in a box of
/// 20x20 centred by its mass.
///
/// Image i of a part is a pure function of (seed, part, i), whatever the count, the threads and the machine: pen
/// strokes (`DigitGlyphs`) with shaken points under random slant, rotation, aspect and a smooth distortion, drawn with
/// a pen of random width and pressure. About 20 µs an image.
public struct HandwrittenDigits: Sendable, Hashable {
  /// The number of pixels on a side.
  public static let side = 28
  /// The seed.
  public let seed: UInt64

  /// The digits of a seed.
  public init(seed: UInt64 = 1) {
    self.seed = seed
  }

  /// Which images: the parts never share one.
  public enum Part: Int, Sendable {
    case training = 0
    case test = 1
  }

  /// A training and a test set, of MNIST's sizes by default.
  public func splits(training: Int = 60_000, test: Int = 10_000) throws -> DatasetSplits {
    try DatasetSplits(
      training: dataset(.training, count: training), test: dataset(.test, count: test))
  }

  /// The first `count` images of a part, drawn on all processors.
  public func dataset(_ part: Part, count: Int) throws -> Dataset {
    let size = Self.side * Self.side
    var labels = [Int32](repeating: 0, count: count)
    let rows = labels.withUnsafeMutableBufferPointer { labels in
      RowStorage(byteCount: count * size) { memory in
        draw(part, count: count, pixels: memory.bindMemory(to: UInt8.self), labels: labels)
      }
    }
    return try Dataset(
      name: "digits \(part)",
      format: RowFormat(element: .uint8, shape: [1, Self.side, Self.side], classes: 10),
      count: count, rows: rows, labels: labels)
  }

  private func draw(
    _ part: Part, count: Int, pixels: UnsafeMutableBufferPointer<UInt8>,
    labels: UnsafeMutableBufferPointer<Int32>
  ) {
    let size = Self.side * Self.side
    let chunk = 256
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(part.rawValue))
    let glyphs = DigitGlyphs()
    // Each chunk writes images of its own, so that the threads never touch the same memory.
    nonisolated(unsafe) let pixels = pixels
    nonisolated(unsafe) let labels = labels
    DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { index in
      let writer = DigitWriter(glyphs)
      for image in index * chunk..<min((index + 1) * chunk, count) {
        let target = UnsafeMutableBufferPointer(rebasing: pixels[image * size..<(image + 1) * size])
        labels[image] = writer.draw(address, example: UInt32(image), into: target)
      }
    }
  }
}
