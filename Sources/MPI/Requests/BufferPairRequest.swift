import CMPI

/// Two buffers: one with what is given, one for what comes.
@frozen
public struct BufferPair<Element: Datatype>: ~Copyable {
  /// What this rank gives.
  public var given: Buffer<Element>
  /// What this rank gets.
  public var taken: Buffer<Element>

  /// Two buffers.
  @inlinable
  public init(given: consuming Buffer<Element>, taken: consuming Buffer<Element>) {
    self.given = given
    self.taken = taken
  }
}

/// A communication in flight that owns two buffers until it is finished: see `BufferRequest`.
public struct BufferPairRequest<Element: Datatype>: ~Copyable {
  private var request: Request
  private let given: UnsafeMutablePointer<Element>
  private let givenCount: Int
  private let taken: UnsafeMutablePointer<Element>
  private let takenCount: Int
  /// What else the library uses until the request is finished.
  private let kept: Unmanaged<AnyObject>?

  init(
    _ request: Request, given: consuming Buffer<Element>, taken: consuming Buffer<Element>,
    keeping kept: AnyObject?
  ) {
    self.request = request
    self.kept = kept.map { Unmanaged.passRetained($0) }
    givenCount = given.count
    takenCount = taken.count
    self.given = given.release()
    self.taken = taken.release()
  }

  /// Waits until the communication is finished and gives both buffers back (`MPI_Wait`).
  public consuming func wait() throws(MPIError) -> BufferPair<Element> {
    do throws(MPIError) {
      try request.wait()
    } catch {
      _ = consume self  // dropped, like any other request that has given nothing back
      throw error
    }
    kept?.release()
    let pair = BufferPair(
      given: Buffer(base: given, count: givenCount), taken: Buffer(base: taken, count: takenCount))
    discard self
    return pair
  }

  /// Whether `wait` would return at once (`MPI_Test`). Calling it lets the library make progress.
  public mutating func test() throws(MPIError) -> Bool {
    try request.test()
  }

  deinit {
    abandon(request, memory: given, other: taken, isReceive: false, keeping: kept)
  }
}

/// Several objects that a request keeps alive.
final class KeptObjects: Sendable {
  private let first: Partition.Storage?
  private let second: Partition.Storage?
  private let reduction: ReductionOwner?

  init(_ first: Partition? = nil, _ second: Partition? = nil, _ reduction: ReductionOwner? = nil) {
    self.first = first?.storage
    self.second = second?.storage
    self.reduction = reduction
  }
}
