/// Figures that depend on the order of scores only.
public enum RankStatistics {
  /// The area under the receiver operating characteristic: the probability that a positive has a higher score than a
  /// negative, ties counting half.
  ///
  ///     A = (Σ ranks of the positives - P (P + 1) / 2) / (P N)       P positives, N negatives
  ///
  /// - Returns: nil where there is no positive or no negative.
  public static func areaUnderCurve(_ scores: [Double], isPositive: [Bool]) -> Double? {
    precondition(scores.count == isPositive.count, "a score for each example")
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var ranks = 0.0
    var start = 0
    while start < order.count {
      // Equal scores share the mean of their ranks.
      var end = start + 1
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      for place in start..<end where isPositive[order[place]] { ranks += rank }
      start = end
    }
    let (p, n) = (Double(positives), Double(negatives))
    return (ranks - p * (p + 1) / 2) / (p * n)
  }

  /// The share of the examples that belong to the most frequent class of their cluster.
  public static func purity(clusters: [Int], classes: [Int]) -> Double {
    precondition(clusters.count == classes.count && !clusters.isEmpty, "a class for each clustered example")
    var counts: [Int: [Int: Int]] = [:]
    for (cluster, name) in zip(clusters, classes) { counts[cluster, default: [:]][name, default: 0] += 1 }
    return Double(counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }) / Double(clusters.count)
  }
}
