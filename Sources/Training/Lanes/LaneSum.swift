import Kernels
import Networks

/// How contributions are added over ranks.
public enum Reduction: String, Sendable, Codable, CaseIterable {
  /// In one fixed tree over lanes: the same bits on any number of ranks.
  case exact
  /// By the MPI library, in whatever order it likes.
  case fast
}

/// The sum over all lanes of the contributions to one parameter group.
///
/// 1. Each thread of each rank contributes its lanes and adds them up in the lane tree (`accumulate`).
/// 2. The threads of a rank complete the nodes that lie within the rank's lanes.
/// 3. Every rank owns one chunk of the vector. It sends the other chunks of its nodes to their owners, adds up its own
///    chunk in the tree, and so holds the exact sum there (a reduce-scatter); the metric sums and the control word go
///    to everyone with it.
/// 4. The owner moves its chunk of the parameters and sends it to all (an all-gather, `publishParameters`).
///
/// Each rank sends and receives 2·(P-1)/P vectors where its lanes are one node, which is the least possible. Where all
/// ranks share a machine, nothing is sent at all: the ranks' sums and the parameters lie in shared memory, the owner of
/// a chunk adds it up where it lies, and two barriers take the place of the messages. Nothing is allocated after `init`.
package final class LaneSum {
  /// The part of the vector that this rank owns.
  package let ownRange: Range<Int>
  /// The sum of all lanes; valid in `ownRange` after `reduce`.
  package private(set) var total: UnsafeMutablePointer<Float>
  /// The number of examples, then the metric sums, over all lanes; valid after `reduce`.
  package let totals: UnsafeMutableBufferPointer<Double>
  /// The decisions of all ranks; valid after `reduce`.
  package private(set) var control = ControlWord()

  package let reduction: Reduction
  // Prepared transfers hold addresses in it.
  private let group: ParameterGroup
  private let replicas: any ReplicaGroup
  private let team: ThreadTeam
  private let programs: [LaneProgram]
  private let contributions: [[Contribution]]
  private let rankAdditions: [(target: Contribution, source: Contribution)]
  private let rankNodes: [Contribution]
  private let messages: UnsafeMutableBufferPointer<Double>
  private let messageRanges: [Range<Int>]
  private let sumAdditions: [(target: Int, source: Int)]
  private let rootSums: Int
  private let vectorAdditions: [(target: UnsafeMutablePointer<Float>, source: UnsafeMutablePointer<Float>)]
  private let received: [FlatBuffer]
  private let exchange: any PreparedTransfers
  private let parameterExchange: any PreparedTransfers
  private let shared: SharedVectors?
  private let width: Int

  package static let blockSize = 1024

  /// The chunk of a vector of `count` floats that rank `rank` of `ranks` owns: whole blocks of 1,024 floats.
  package static func chunk(_ rank: Int, of ranks: Int, count: Int) -> Range<Int> {
    let blocks = (count + blockSize - 1) / blockSize
    let range = LanePlan.block(rank, of: ranks, from: 0..<blocks)
    return min(range.lowerBound * blockSize, count)..<min(range.upperBound * blockSize, count)
  }

  /// Prepares the sums of `group`. Collective.
  package init(
    group: ParameterGroup, metricCount: Int, plan: LanePlan, reduction: Reduction, replicas: any ReplicaGroup,
    team: ThreadTeam
  ) throws {
    let tree = LaneTree(lanes: plan.lanes)
    let rank = replicas.rank
    let count = group.buffer.count
    self.reduction = reduction
    self.group = group
    self.replicas = replicas
    self.team = team
    width = 1 + metricCount
    let programs = (0..<team.count).map {
      tree.program(for: plan.lanes(of: rank, thread: $0, threads: team.count))
    }
    self.programs = programs

    // Between ranks: who holds which nodes follows from the plan alone.
    let nodesByRank = (0..<replicas.count).map { tree.program(for: plan.lanes(of: $0)).nodes }
    let shared =
      reduction == .exact
      ? try SharedVectors(group: group, width: width, nodes: nodesByRank.map(\.count), replicas: replicas)
      : nil
    self.shared = shared

    // Within the rank: from the threads' nodes to the rank's.
    let threadNodes = programs.enumerated().flatMap { thread, program in
      zip(program.nodes, program.nodePlaces).map { (node: $0, thread: thread, place: $1) }
    }
    let rankMerge = tree.merge(threadNodes.map(\.node))
    let contributions = programs.enumerated().map { thread, program in
      (0..<program.places).map { place in
        let index = rankMerge.nodes.firstIndex {
          threadNodes[$0.place].thread == thread && threadNodes[$0.place].place == place
        }
        return Contribution(
          to: group, metricCount: metricCount,
          vector: index.flatMap { index in shared.map { $0.vector(rank, index) } })
      }
    }
    self.contributions = contributions
    func contribution(_ index: Int) -> Contribution {
      contributions[threadNodes[index].thread][threadNodes[index].place]
    }
    rankAdditions = rankMerge.additions.map { (contribution($0.target), contribution($0.source)) }
    rankNodes = rankMerge.nodes.map { contribution($0.place) }
    let ranges = (0..<replicas.count).map { LaneSum.chunk($0, of: replicas.count, count: count) }
    ownRange = reduction == .exact ? ranges[rank] : 0..<count

    var messageRanges: [Range<Int>] = []
    var sumNodes: [(node: LaneTree.Node, offset: Int)] = []
    for nodes in nodesByRank {
      let start = messageRanges.last?.upperBound ?? 0
      for (index, node) in nodes.enumerated() { sumNodes.append((node, start + index * width)) }
      messageRanges.append(start..<(start + nodes.count * width + ControlWord.count))
    }
    self.messageRanges = messageRanges
    messages = .zeros(messageRanges.last!.upperBound)
    let sumMerge = tree.merge(sumNodes.map(\.node))
    sumAdditions = sumMerge.additions.map { (sumNodes[$0.target].offset, sumNodes[$0.source].offset) }
    rootSums = sumNodes[sumMerge.nodes[0].place].offset
    precondition(
      sumMerge.nodes.count == 1 && sumMerge.nodes[0].node == tree.root, "the lanes do not make a tree")
    totals = .zeros(width)

    // The chunks of the vector.
    var received: [FlatBuffer] = []
    var transfers: [Transfer] = []
    var places: [UnsafeMutablePointer<Float>] = []
    func bytes(_ base: UnsafeMutablePointer<Float>, _ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count))
    }
    let own = reduction == .exact ? ranges[rank] : 0..<0
    let sendsMessages = reduction == .exact && replicas.count > 1 && shared == nil
    for peer in 0..<replicas.count where reduction == .exact {
      for (index, _) in nodesByRank[peer].enumerated() {
        if peer == rank {
          places.append(rankNodes[index].vector.base + own.lowerBound)
        } else if let shared {
          places.append(shared.vector(peer, index).base + own.lowerBound)
        } else {
          let buffer = FlatBuffer(count: own.count)
          received.append(buffer)
          places.append(buffer.base)
          if !own.isEmpty { transfers.append(.receive(from: peer, bytes(buffer.base, 0..<own.count))) }
        }
      }
    }
    for distance in 1..<max(replicas.count, 1) where sendsMessages {
      let peer = (rank + distance) % replicas.count
      for contribution in rankNodes where !ranges[peer].isEmpty {
        transfers.append(.send(to: peer, bytes(contribution.vector.base, ranges[peer])))
      }
    }
    self.received = received
    if reduction == .exact {
      let merge = tree.merge(sumNodes.map(\.node))
      vectorAdditions = merge.additions.map { (places[$0.target], places[$0.source]) }
      total = places[merge.nodes[0].place] - own.lowerBound
    } else {
      vectorAdditions = []
      total = rankNodes.first?.vector.base ?? FlatBuffer(count: 0).base
    }
    let words = messages
    func message(_ rank: Int) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: words[messageRanges[rank]]))
    }
    for distance in 1..<max(replicas.count, 1) where sendsMessages {
      let from = (rank + replicas.count - distance) % replicas.count
      transfers.append(.receive(from: from, message(from)))
      transfers.append(.send(to: (rank + distance) % replicas.count, message(rank)))
    }
    exchange = try replicas.prepare(transfers, operation: "sum of contributions")
    parameterExchange =
      sendsMessages
      ? try replicas.prepareAllGather(
        group.buffer.elements, ranges: ranges, operation: "exchange of parameters")
      : NoTransfers()
    if reduction == .fast { fastBuffer = FlatBuffer(count: count) } else { fastBuffer = nil }
    if let fastBuffer { total = fastBuffer.base }
  }

  private let fastBuffer: FlatBuffer?

  deinit {
    messages.deallocate()
    totals.deallocate()
  }

  /// Runs `work(thread, lane, contribution)` for each of this rank's lanes, on the threads of the team.
  package func accumulate(_ work: (Int, Int, Contribution) throws -> Void) throws {
    try team.run { thread in
      let places = contributions[thread]
      for step in programs[thread].steps {
        let contribution = places[step.place]
        contribution.begin()
        try work(thread, step.lane, contribution)
        contribution.finish()
        for addition in step.additions {
          let target = places[addition.target]
          let source = places[addition.source]
          Elementwise.add(UnsafeBufferPointer(source.vector.elements), to: target.vector.elements)
          for i in 0..<width { target.sums[i] += source.sums[i] }
        }
      }
    }
  }

  /// Adds over threads and ranks. Collective. Afterwards `total` (in `ownRange`), `totals` and `control` hold.
  package func reduce(_ own: ControlWord) throws {
    try addThreads()
    if reduction == .fast { return try reduceFast(own) }
    let start = messageRanges[replicas.rank].lowerBound
    for (index, node) in rankNodes.enumerated() {
      for i in 0..<width { messages[start + index * width + i] = node.sums[i] }
    }
    own.write(to: words(of: replicas.rank))
    if let shared {
      try shared.exchange(messages, ranges: messageRanges, replicas)
    } else {
      try exchange.start()
      try exchange.wait()
    }
    for (target, source) in sumAdditions {
      for i in 0..<width { messages[target + i] += messages[source + i] }
    }
    for i in 0..<width { totals[i] = messages[rootSums + i] }
    var all = ControlWord()
    for rank in 0..<replicas.count {
      let one = ControlWord(reading: words(of: rank))
      all.stop = all.stop || one.stop
      all.save = all.save || one.save
    }
    control = all
    if !vectorAdditions.isEmpty {
      try team.run { thread in
        let part = LanePlan.block(thread, of: team.count, from: 0..<ownRange.count)
        for (target, source) in vectorAdditions { LaneSum.add(source, to: target, part) }
      }
    }
  }

  /// Ends a phase: sends this rank's chunk of the parameters to all and receives theirs. Collective.
  package func publishParameters() throws {
    if shared != nil { return try replicas.synchronize("exchange of parameters") }
    try parameterExchange.start()
    try parameterExchange.wait()
  }

  /// Whether all ranks work on the same parameters in the same memory.
  package var sharesParameters: Bool { shared != nil }

  private func addThreads() throws {
    guard !rankAdditions.isEmpty else { return }
    try team.run { thread in
      let part = LanePlan.block(thread, of: team.count, from: 0..<rankAdditions[0].target.vector.count)
      for (target, source) in rankAdditions { LaneSum.add(source.vector.base, to: target.vector.base, part) }
    }
    for (target, source) in rankAdditions {
      for i in 0..<width { target.sums[i] += source.sums[i] }
    }
  }

  private func reduceFast(_ own: ControlWord) throws {
    let vector = fastBuffer!
    for i in 0..<messages.count { messages[i] = 0 }
    if let first = rankNodes.first {
      vector.elements.baseAddress!.update(from: first.vector.base, count: vector.count)
    } else {
      vector.elements.update(repeating: 0)
    }
    for (index, node) in rankNodes.enumerated() {
      if index > 0 { LaneSum.add(node.vector.base, to: vector.base, 0..<vector.count) }
      for i in 0..<width { messages[i] += node.sums[i] }
    }
    let words = UnsafeMutableBufferPointer(start: messages.baseAddress! + width, count: ControlWord.count)
    own.write(to: words)
    try replicas.sumFast(
      vector.elements,
      UnsafeMutableBufferPointer(start: messages.baseAddress!, count: width + ControlWord.count))
    for i in 0..<width { totals[i] = messages[i] }
    control = ControlWord(reading: words)
  }

  private func words(of rank: Int) -> UnsafeMutableBufferPointer<Double> {
    UnsafeMutableBufferPointer(
      start: messages.baseAddress! + messageRanges[rank].upperBound - ControlWord.count,
      count: ControlWord.count)
  }

  private static func add(
    _ source: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>, _ range: Range<Int>
  ) {
    guard !range.isEmpty else { return }
    Elementwise.add(
      UnsafeBufferPointer(start: source + range.lowerBound, count: range.count),
      to: UnsafeMutableBufferPointer(start: target + range.lowerBound, count: range.count))
  }
}
