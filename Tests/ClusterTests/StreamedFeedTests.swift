import Cluster
import Datasets
import Networks
import ReplicaTesting
import Testing
import Training

@Suite("Streamed rows")
struct StreamedFeedTests {
  /// A row tells its example and its set, so that a wrong row shows: `[example low, example high, set]`.
  private static func set(_ mark: UInt8, count: Int) throws -> Dataset {
    try Dataset(
      name: "set \(mark)", shape: [3],
      bytes: (0..<count).flatMap { [UInt8($0 & 255), UInt8($0 >> 8), mark] },
      labels: (0..<count).map { Int32(($0 * 7 + Int(mark)) % 10) }, classes: 10)
  }

  private static func splits(training: Int = 337, test: Int = 53) throws -> DatasetSplits {
    try DatasetSplits(
      training: set(1, count: training), test: set(2, count: test), validation: set(3, count: 11))
  }

  /// Asks a source for `examples`, and demands their rows and labels.
  private static func expectRows(
    of examples: [UInt32], mark: UInt8, from source: any ExampleSource, _ comment: Comment
  ) {
    examples.withUnsafeBufferPointer { wanted in
      let block = source.block(for: wanted)
      #expect(block.count == wanted.count, comment)
      for index in 0..<block.count {
        let number = Int(block.rowNumbers[index])
        let row = UnsafeRawBufferPointer(start: block.base + number * 3, count: 3)
        #expect(Int(row[0]) + Int(row[1]) << 8 == Int(wanted[index]) && row[2] == mark, comment)
        #expect(block.labels?[number] == Int32((Int(wanted[index]) * 7 + Int(mark)) % 10), comment)
      }
    }
  }

  private static func request(_ plan: ShardPlan, step: Int, _ lanes: LanePlan) -> RowRequest {
    RowRequest(
      plan: plan, positions: (0..<lanes.ranks).map { plan.positions(step: step, lanes: lanes.lanes(of: $0)) })
  }

  private static func examples(_ request: RowRequest, of rank: Int) -> [UInt32] {
    request.positions[rank].map { UInt32(request.plan.example(at: $0)) }
  }

  /// Streams three epochs, ahead of use as the loop does, with `between` after each step.
  private static func stream(
    ranks: Int, lanes: Int, batch: Int, dedicated: Bool = false, shuffle: Bool = true, lookAhead: Bool = true,
    between: @escaping @Sendable (InMemoryGroup, StreamedFeed, Int) throws -> Void = { _, _, _ in }
  ) throws {
    try onReplicas(ranks) { group in
      let splits = try splits()
      let lanePlan = try LanePlan(lanes: lanes, ranks: ranks, dedicatedCoordinator: dedicated)
      let most = (batch + lanes - 1) / lanes * (0..<ranks).map { lanePlan.lanes(of: $0).count }.max()!
      let feed = try StreamedFeed(
        .init(splits), splits: group.rank == 0 ? splits : nil, group: group, largestRequest: most)
      #expect(feed.trainingCount == 337 && feed.count(of: .test) == 53 && feed.count(of: .validation) == 11)
      let plan = ShardPlan(examples: 337, batch: batch, lanes: lanes, seed: 5, shuffle: shuffle)
      for step in 0..<3 * plan.steps {
        let now = request(plan.epoch(step / plan.steps), step: step % plan.steps, lanePlan)
        let next =
          step + 1 < 3 * plan.steps && lookAhead
          ? request(plan.epoch((step + 1) / plan.steps), step: (step + 1) % plan.steps, lanePlan) : nil
        let source = try feed.training(now, next: next)
        expectRows(
          of: examples(now, of: group.rank), mark: 1, from: source,
          "rank \(group.rank) of \(ranks), \(lanes) lanes, batch \(batch), step \(step)")
        try between(group, feed, step)
      }
    }
  }

  @Test(
    "Every rank gets its rows in their order, over epochs, with a smaller last step and lanes without examples"
  )
  func rows() throws {
    // 337 examples: the last step of an epoch has 17, 1 or 37 of them.
    for (ranks, lanes, batch) in [(1, 4, 64), (2, 8, 64), (3, 8, 64), (5, 8, 16), (8, 8, 100), (3, 7, 337)] {
      try Self.stream(ranks: ranks, lanes: lanes, batch: batch)
    }
    try Self.stream(ranks: 3, lanes: 8, batch: 64, shuffle: false)
  }

  @Test("A coordinator without lanes reads for the others")
  func dedicated() throws {
    for ranks in [2, 4] { try Self.stream(ranks: ranks, lanes: 8, batch: 64, dedicated: true) }
  }

  @Test("Rows need not be announced ahead")
  func withoutLookAhead() throws {
    try Self.stream(ranks: 3, lanes: 8, batch: 64, lookAhead: false)
  }

  @Test("Rows that travel ahead do not mix with other messages, nor with an evaluation in between")
  func otherMessages() throws {
    try Self.stream(ranks: 3, lanes: 8, batch: 64) { group, feed, step in
      let bytes = try group.broadcast([UInt8(step), 1, 2], operation: "test")
      #expect(bytes == [UInt8(step), 1, 2])
      guard step % 3 == 0 else { return }
      let ranges = [0..<20, 20..<20, 20..<53]
      let source = try feed.evaluation(.test, ranges: ranges)
      Self.expectRows(
        of: ranges[group.rank].map { UInt32($0) }, mark: 2, from: source, "evaluation at step \(step)")
    }
  }

  @Test("Other rows than those sent ahead can be asked for, and the run goes on")
  func changeOfMind() throws {
    try onReplicas(3) { group in
      let splits = try Self.splits()
      let lanePlan = try LanePlan(lanes: 8, ranks: 3)
      let feed = try StreamedFeed(
        .init(splits), splits: group.rank == 0 ? splits : nil, group: group, largestRequest: 100)
      let plan = ShardPlan(examples: 337, batch: 64, lanes: 8, seed: 5)
      let requests = (0..<plan.steps).map { Self.request(plan, step: $0, lanePlan) }
      // Step 1 is announced, but a look at other examples comes first, as for second derivatives.
      let other = RowRequest(plan: plan, positions: [0..<100, 100..<130, 130..<200])
      for (now, next) in [
        (requests[0], requests[1]), (other, requests[1]), (requests[1], requests[2]), (requests[4], nil),
      ] {
        let source = try feed.training(now, next: next)
        Self.expectRows(of: Self.examples(now, of: group.rank), mark: 1, from: source, "\(now.positions)")
      }
    }
  }

  @Test("Evaluation reaches every example once, also with more ranks than blocks")
  func evaluation() throws {
    for (ranks, block) in [(1, 10), (2, 10), (3, 7), (8, 20), (5, 100)] {
      try onReplicas(ranks) { group in
        let splits = try Self.splits()
        let feed = try StreamedFeed(
          .init(splits), splits: group.rank == 0 ? splits : nil, group: group, largestRequest: 1)
        for (split, mark, count) in [(EvaluationSplit.test, UInt8(2), 53), (.validation, 3, 11)] {
          let plan = EvaluationPlan(examples: count, block: block)
          let ranges = (0..<ranks).map { rank in
            let own = plan.blocks(ofPart: rank, parts: ranks)
            return own.isEmpty
              ? 0..<0
              : plan.examples(inBlock: own.lowerBound)
                .lowerBound..<plan.examples(inBlock: own.upperBound - 1).upperBound
          }
          #expect(ranges.map(\.count).reduce(0, +) == count)
          let source = try feed.evaluation(split, ranges: ranges)
          Self.expectRows(
            of: ranges[group.rank].map { UInt32($0) }, mark: mark, from: source,
            "\(split), rank \(group.rank) of \(ranks)")
        }
      }
    }
  }
}
