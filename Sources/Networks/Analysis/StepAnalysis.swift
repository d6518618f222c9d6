/// What a network over sequences did at each scored step: where it errs, and how it sees each symbol.
///
/// Filled step by step; then it gives figures and pictures by the groups of the targets (`SequenceFormat.groups`).
public struct StepAnalysis: Sendable {
  /// One scored step.
  public struct Step: Sendable, Hashable {
    /// The number of the sequence.
    public var example: Int
    /// The step.
    public var time: Int
    /// The error: root mean square over the outputs, or the negative log-likelihood.
    public var error: Double
    /// The group of the target.
    public var group: Int

    /// A step.
    public init(example: Int, time: Int, error: Double, group: Int) {
      self.example = example
      self.time = time
      self.error = error
      self.group = group
    }
  }

  private let format: SequenceFormat
  /// What the errors are called: `rms_error` or `loss`.
  private let errorName: String
  private let isSquared: Bool
  /// The scored steps in the order in which they came.
  public private(set) var steps: [Step] = []
  // The sums of the hidden values at each input symbol, and how often it came.
  private var hidden: [[Double]]
  private var counts: [Int]
  // The groups that the target symbols were seen with.
  private var groupsOfSymbol: [Set<Int>]

  /// An analysis of nothing yet.
  ///
  /// - Parameter isSquared: whether errors are root mean squares, so that their means are taken of squares.
  public init(_ format: SequenceFormat, units: Int, isSquared: Bool) {
    self.format = format
    self.isSquared = isSquared
    errorName = isSquared ? "rms_error" : "loss"
    let symbols = if case .symbols(let count) = format.input { count } else { 0 }
    hidden = Array(repeating: Array(repeating: 0, count: units), count: symbols)
    counts = Array(repeating: 0, count: symbols)
    groupsOfSymbol = Array(repeating: [], count: symbols)
  }

  /// Adds a scored step.
  public mutating func add(_ step: Step, target: Int?) {
    steps.append(step)
    if let target, target < groupsOfSymbol.count, step.group >= 0 {
      groupsOfSymbol[target].insert(step.group)
    }
  }

  /// Adds the hidden values after `symbol` was read.
  public mutating func add(hidden values: some Sequence<Float>, after symbol: Int) {
    counts[symbol] += 1
    for (unit, value) in values.enumerated() { hidden[symbol][unit] += Double(value) }
  }

  /// The mean error of each group.
  public var groupErrors: [Double?] {
    format.groups.indices.map { group in
      let errors = steps.filter { $0.group == group }.map(\.error)
      guard !errors.isEmpty else { return nil }
      let mean = errors.reduce(0) { $0 + (isSquared ? $1 * $1 : $1) } / Double(errors.count)
      return isSquared ? mean.squareRoot() : mean
    }
  }

  /// The figures under their standard names: the root mean square error of each group where errors are squared; where there are two groups, the area under the curve of
  /// the error against the first; where each symbol belongs to one group, the purity of the cut of their tree.
  public var figures: [String: Double] {
    var figures: [String: Double] = [:]
    if isSquared {
      for (name, error) in zip(format.groups, groupErrors) { figures["rms_error_\(name)"] = error }
    }
    if format.groups.count == 2 {
      figures["\(format.groups[0])_auc"] = RankStatistics.areaUnderCurve(
        steps.map(\.error), isPositive: steps.map { $0.group == 0 })
    }
    if let words = words {
      figures["cluster_purity"] = RankStatistics.purity(
        clusters: words.tree.clusters(format.groups.count), classes: words.classes)
    }
    return figures
  }

  /// The pictures: errors at the first steps and by group, and the tree of the symbols.
  public var pictures: [Artifact] {
    var pictures: [Artifact] = []
    if !format.groups.isEmpty, !steps.isEmpty {
      pictures.append(Artifact("step-errors", .picture(.stacked([errorCurve, groupBars]))))
    }
    if let words {
      pictures.append(
        Artifact(
          "word-clusters",
          .picture(
            .dendrogram(
              words.tree, names: words.names, classes: words.classes,
              title: "mean hidden values of each symbol, average linkage"))))
    }
    return pictures
  }

  /// The symbols that occur, with the tree of their mean hidden values; nil where one belongs to several groups.
  private var words: (names: [String], classes: [Int], tree: HierarchicalClustering)? {
    let used = counts.indices.filter { counts[$0] > 0 && groupsOfSymbol[$0].count == 1 }
    guard format.groups.count >= 2, format.groups.count <= used.count,
      counts.indices.allSatisfy({ counts[$0] == 0 || groupsOfSymbol[$0].count == 1 })
    else { return nil }
    let means = used.map { symbol in hidden[symbol].map { $0 / Double(counts[symbol]) } }
    return (
      used.map { $0 < format.symbols.count ? format.symbols[$0] : "\($0)" },
      used.map { groupsOfSymbol[$0].first! }, HierarchicalClustering(means)
    )
  }

  // The first steps of the first sequence; marks stand at the targets of the group that is told from the others.
  private var errorCurve: Picture {
    let shown = steps.filter { $0.example == steps[0].example }.prefix(60)
    let marked = format.groups.count == 2 ? 0 : format.groups.count - 1
    return .lineChart(
      [ChartSeries(errorName, x: shown.map { Double($0.time + 1) }, y: shown.map(\.error))],
      marks: shown.filter { $0.group == marked }.map { (Double($0.time + 1), "") },
      frame: ChartFrame(
        title: "error at each step; lines: \(format.groups[marked])", xLabel: "target", yLabel: errorName,
        width: 960, height: 320))
  }

  private var groupBars: Picture {
    .barChart(
      groupErrors.map { $0 ?? 0 }, labels: format.groups, colors: Array(format.groups.indices),
      frame: ChartFrame(title: "error by kind of target", yLabel: errorName, width: 480, height: 320))
  }
}
