/// Where a random number is taken from: every draw of a run is a pure function of such an address, of the example
/// it belongs to and of its place within the example; never of ranks, threads or lanes.
public struct RandomAddress: Sendable, Hashable {
  /// The run's seed.
  public var seed: UInt64
  /// The optimizer step, or what stands for it (the epoch for a shuffle, the group for first values).
  public var step: UInt64
  /// What the numbers are for.
  public var stream: Stream

  /// The address of a stream at a step.
  public init(seed: UInt64, step: UInt64, stream: Stream) {
    self.seed = seed
    self.step = step
    self.stream = stream
  }

  /// The same seed and step, another stream.
  public func stream(_ stream: Stream) -> RandomAddress {
    RandomAddress(seed: seed, step: step, stream: stream)
  }

  /// The purpose of a stream of random numbers. Streams never overlap.
  public struct Stream: Sendable, Hashable {
    /// The number that Philox's counter carries.
    public let number: UInt32

    /// The first values of slot `slot`.
    public static func initial(_ slot: Int) -> Stream { Stream(number: 0x1000_0000 + UInt32(slot)) }
    /// Layer `index` of a network (dropout masks, noise).
    public static func layer(_ index: Int) -> Stream { Stream(number: 0x2000_0000 + UInt32(index)) }
    /// The order of the examples in an epoch.
    public static let shuffle = Stream(number: 0x3000_0000)
    /// Augmentation `index` of the examples (distortion, noise).
    public static func augmentation(_ index: Int) -> Stream { Stream(number: 0x4000_0000 + UInt32(index)) }
    /// Generated data.
    public static func generator(_ index: Int) -> Stream { Stream(number: 0x5000_0000 + UInt32(index)) }
    /// The model's own draws (sampling, chains, latent vectors).
    public static func model(_ index: Int) -> Stream { Stream(number: 0x6000_0000 + UInt32(index)) }
  }
}
