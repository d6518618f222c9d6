import Networks
import Testing

@Suite("Analysis of sequences")
struct AnalysisTests {
  @Test("The area under the curve is the share of pairs in the right order, ties counting half")
  func areaUnderCurve() throws {
    #expect(RankStatistics.areaUnderCurve([1, 2, 3, 4], isPositive: [false, false, true, true]) == 1)
    #expect(RankStatistics.areaUnderCurve([1, 2, 3, 4], isPositive: [true, true, false, false]) == 0)
    #expect(RankStatistics.areaUnderCurve([5, 5, 5], isPositive: [true, false, true]) == 0.5)
    #expect(RankStatistics.areaUnderCurve([1, 2], isPositive: [true, true]) == nil)
    // Against all pairs.
    let scores = (0..<60).map { Double($0 * 37 % 11) }
    let positive = (0..<60).map { $0 * 7 % 5 < 2 }
    var (right, pairs) = (0.0, 0.0)
    for a in scores.indices where positive[a] {
      for b in scores.indices where !positive[b] {
        pairs += 1
        right += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0
      }
    }
    let area = try #require(RankStatistics.areaUnderCurve(scores, isPositive: positive))
    #expect(abs(area - right / pairs) < 1e-12)
  }

  @Test("Purity counts the most frequent class of each cluster")
  func purity() {
    #expect(RankStatistics.purity(clusters: [0, 0, 0, 1, 1], classes: [7, 7, 9, 9, 9]) == 0.8)
    #expect(RankStatistics.purity(clusters: [0, 0], classes: [1, 2]) == 0.5)
    #expect(RankStatistics.purity(clusters: [0, 1, 2], classes: [1, 1, 1]) == 1)
  }

  @Test("Clusters join the nearest on average, and a cut undoes the last joins")
  func clustering() {
    // Two pairs, one point that is nearer to the second pair, by hand.
    let tree = HierarchicalClustering([[0], [1], [10], [12], [16]])
    let last: Double = 73.0 / 6  // the mean of 10, 12, 16, 9, 11 and 15
    let distances: [Double] = [1, 2, 5, last]
    #expect(tree.joins.map(\.distance) == distances)
    #expect(tree.joins[0].left == 0 && tree.joins[0].right == 1)
    #expect(tree.joins[2].left == 4 && tree.joins[2].right == 6)
    let two = tree.clusters(2)
    #expect(two[0] == two[1] && Set(two[2...]).count == 1 && two[0] != two[2])
    let three = tree.clusters(3)
    #expect(Set(three).count == 3 && three[2] == three[3] && three[3] != three[4])
    #expect(Set(tree.clusters(5)).count == 5 && Set(tree.clusters(1)).count == 1)
    #expect(tree.points(below: 8).sorted() == [0, 1, 2, 3, 4])
    #expect(HierarchicalClustering([[3, 4]]).clusters(1) == [0])
  }

  @Test("A tree is drawn with every name")
  func dendrogram() {
    let tree = HierarchicalClustering([[0, 0], [0, 1], [5, 5]])
    let picture = Picture.dendrogram(tree, names: ["cat", "dog", "eat"], classes: [0, 0, 1], title: "words")
    #expect(picture.width == 640 && picture.height == 28 + 3 * 13 + 8)
    #expect(picture.pixels.contains { $0 != 255 })
  }

  @Test("Errors are told by group, and symbols by the groups of their targets")
  func steps() throws {
    let format = SequenceFormat(
      steps: 4, input: .symbols(3), target: .symbols(3), symbols: ["man", "dog", "eat"],
      groups: ["noun", "verb"])
    var analysis = StepAnalysis(format, units: 2, isSquared: true)
    let steps: [(error: Double, group: Int, target: Int)] = [(3, 0, 0), (1, 1, 2), (4, 0, 1), (2, 1, 2)]
    for (time, step) in steps.enumerated() {
      analysis.add(
        StepAnalysis.Step(example: 0, time: time, error: step.error, group: step.group), target: step.target)
    }
    analysis.add(hidden: [0, 0], after: 0)
    analysis.add(hidden: [0, 2], after: 0)
    analysis.add(hidden: [0, 1.5], after: 1)
    analysis.add(hidden: [9, 9], after: 2)
    let figures = analysis.figures
    #expect(figures["rms_error_noun"] == 12.5.squareRoot() && figures["rms_error_verb"] == 2.5.squareRoot())
    #expect(figures["noun_auc"] == 1 && figures["cluster_purity"] == 1)
    #expect(analysis.pictures.map(\.name) == ["step-errors", "word-clusters"])
    // A symbol of both groups has no place in the tree.
    analysis.add(StepAnalysis.Step(example: 0, time: 4, error: 1, group: 0), target: 2)
    #expect(analysis.figures["cluster_purity"] == nil && analysis.pictures.count == 1)
  }
}
