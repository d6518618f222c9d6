/// A momentum that rises linearly over the first epochs: as in the training of Goodfellow et al. 2014, from 0.5 to 0.7.
public struct MomentumRise: Codable, Hashable, Sendable {
  /// The momentum that it ends with, at least 0 and below 1.
  public var to: Double
  /// The epochs that it takes, at least 1.
  public var epochs: Int

  private enum CodingKeys: String, CodingKey {
    case to, epochs
  }

  /// A rise to `to` over `epochs`.
  public init(to: Double, epochs: Int) {
    self.to = to
    self.epochs = epochs
  }

  /// The momentum in the epoch of `progress`.
  func momentum(from first: Double, at progress: Progress) -> Double {
    first + (to - first) * min(1, Double(progress.epoch) / Double(max(epochs, 1)))
  }
}
