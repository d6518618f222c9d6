/// What all ranks must decide together: it travels with the sums of every step, and every rank sees the same maximum.
public struct ControlWord: Sendable, Hashable {
  /// The number of Doubles that it takes in a message.
  package static let count = 2

  /// Someone asked the run to stop: a signal on any rank.
  public var stop = false
  /// A checkpoint is due: by the coordinator's clock, or asked for by a signal on any rank.
  public var save = false

  /// Nothing to decide.
  public init() {}

  package init(reading words: UnsafeMutableBufferPointer<Double>) {
    stop = words[0] > 0
    save = words[1] > 0
  }

  package func write(to words: UnsafeMutableBufferPointer<Double>) {
    words[0] = stop ? 1 : 0
    words[1] = save ? 1 : 0
  }
}
