/// A view of activations `[shape…, batch]`: the batch is innermost and contiguous, the pitch of a row is `batch`.
///
/// A tensor owns nothing. Whoever holds the workspace that it looks into keeps it alive.
public struct Tensor {
  /// The shape of one example.
  public let shape: Shape
  /// The number of examples.
  public let batch: Int
  /// The address of value 0 of example 0.
  public let base: UnsafeMutablePointer<Float>

  /// A view of `shape.count * batch` floats at `base`.
  public init(shape: Shape, batch: Int, base: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.batch = batch
    self.base = base
  }

  /// The number of floats: `shape.count * batch`.
  public var count: Int { shape.count * batch }

  /// All values, `[shape…, batch]`.
  public var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// All values, to read.
  public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

  /// The same values seen in another shape of the same size.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == self.shape.count, "\(self.shape) cannot be seen as \(shape)")
    return Tensor(shape: shape, batch: batch, base: base)
  }
}
