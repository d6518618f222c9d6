/// The inverse temperatures β of annealed importance sampling, rising from 0 to 1.
public enum AnnealingSchedule {
  /// Salakhutdinov & Murray 2008: 0 to 0.5 in steps of 1/1,000, to 0.9 in steps of 1/10,000, to 1 in steps of 1/100,000:
  /// 14,500 steps, most of them where the distribution changes most.
  public static var salakhutdinovMurray: [Float] {
    (0..<500).map { Float(Double($0) / 1_000) }
      + (0..<4_000).map { Float(0.5 + Double($0) / 10_000) }
      + (0...10_000).map { Float(0.9 + Double($0) / 100_000) }
  }

  /// `count` equal steps; nil for those of Salakhutdinov & Murray.
  public static func betas(_ count: Int?) -> [Float] {
    guard let count else { return salakhutdinovMurray }
    return (0...count).map { Float(Double($0) / Double(count)) }
  }
}
