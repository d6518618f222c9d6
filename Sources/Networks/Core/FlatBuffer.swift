/// A contiguous block of floats, 64-byte aligned, zero at first: parameters, gradients, activations, optimizer state.
///
/// It has reference semantics: the copies of a model that run on several threads share one block of parameters.
///
/// `@unchecked Sendable`: the block itself (address and count) never changes. Its elements are written by one
/// thread at a time: the training loop lets threads read parameters while lanes run, and writes them, range by
/// range, only between two barriers of the thread team.
///
/// Addresses do not keep the block alive: whoever works with `elements` or `base` outside of the methods of an object
/// that holds the block wraps the work in `withExtendedLifetime`.
public final class FlatBuffer: @unchecked Sendable {
  /// The elements.
  public let elements: UnsafeMutableBufferPointer<Float>
  // Whoever owns the memory; nil where this block does.
  private let owner: (any AnyObject & Sendable)?

  /// A block of `count` zeros.
  public init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    elements = UnsafeMutableBufferPointer(
      start: raw.bindMemory(to: Float.self, capacity: max(count, 1)), count: count)
    elements.initialize(repeating: 0)
    owner = nil
  }

  /// A block in memory that `owner` keeps alive: memory that several ranks share.
  ///
  /// - Parameter base: the address of `count` zeros, 64-byte aligned.
  public init(base: UnsafeMutableRawPointer, count: Int, owner: any AnyObject & Sendable) {
    elements = UnsafeMutableBufferPointer(
      start: base.bindMemory(to: Float.self, capacity: max(count, 1)), count: count)
    self.owner = owner
  }

  /// The number of floats.
  public var count: Int { elements.count }

  /// The address of the first float.
  public var base: UnsafeMutablePointer<Float> { elements.baseAddress! }

  deinit {
    if owner == nil { UnsafeMutableRawPointer(base).deallocate() }
  }
}
