import Networks

/// The blocks that travel between the ranks of different roles: one message for each exchange and lane.
///
/// Memory and transfers are prepared once. Receives are started at the beginning of a step, sends when a block is ready;
/// both run while the ranks work. Messages of two ranks are started in the same order at both ends: by stage, then by
/// lane.
final class RoleExchange {
  /// The exchanges of this rank's lanes, in the order of the lanes.
  let lanes: [LaneBlocks]

  /// Prepares the exchanges of a rank. Collective.
  ///
  /// - Parameters:
  ///   - places: the most examples of a lane.
  ///   - group: all ranks, with messages of their own.
  init(
    _ formats: [ExchangeFormat], plan: RolePlan, places: Int, group: any ReplicaGroup
  ) throws {
    let role = plan.role(of: group.rank)
    lanes = try plan.lanes(of: group.rank).map { lane in
      let blocks = try formats.enumerated().map { number, format -> LaneBlocks.Block? in
        guard format.sender == role || format.receiver == role else { return nil }
        let block = LaneBlocks.Block(format, places: places)
        let operation = "\(plan.names[format.sender])'s block \(number) of lane \(lane)"
        let transfer: Transfer =
          format.sender == role
          ? .send(to: plan.rank(of: lane, role: format.receiver), block.bytes)
          : .receive(from: plan.rank(of: lane, role: format.sender), block.bytes)
        block.transfers = try group.prepare([transfer], operation: operation)
        return block
      }
      return LaneBlocks(blocks)
    }
  }

  /// Waits for all messages that are under way.
  func finish() throws {
    for lane in lanes { try lane.finish() }
  }
}

/// The blocks of one lane.
final class LaneBlocks: LaneExchange {
  /// The memory of a block, the sums before the values, and its message.
  final class Block {
    let format: ExchangeFormat
    private let memory: FlatBuffer
    var transfers: any PreparedTransfers = NoTransfers()
    var isUnderWay = false

    init(_ format: ExchangeFormat, places: Int) {
      precondition(format.sums <= 8, "a block has room for 8 sums")
      self.format = format
      memory = FlatBuffer(count: 16 + format.shape.count * places)
    }

    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(memory.elements) }

    var sums: UnsafeMutableBufferPointer<Double> {
      UnsafeMutableBufferPointer(
        start: UnsafeMutableRawPointer(memory.base).bindMemory(to: Double.self, capacity: 8),
        count: format.sums)
    }

    func values(_ count: Int) -> Tensor {
      Tensor(shape: format.shape, batch: count, base: memory.base + 16)
    }

    func wait() throws {
      guard isUnderWay else { return }
      isUnderWay = false
      try transfers.wait()
    }
  }

  private let blocks: [Block?]
  /// The examples of the lane in this step.
  var count = 0

  init(_ blocks: [Block?]) {
    self.blocks = blocks
  }

  /// Gets ready for the block that will come.
  func expect(_ number: Int) throws {
    let block = blocks[number]!
    try block.wait()
    try block.transfers.start()
    block.isUnderWay = true
  }

  func receive(_ number: Int) throws -> (values: Tensor, sums: UnsafeBufferPointer<Double>) {
    let block = blocks[number]!
    try block.wait()
    return (block.values(count), UnsafeBufferPointer(block.sums))
  }

  func send(_ number: Int, _ values: Tensor, sums: UnsafeBufferPointer<Double>) throws {
    let block = blocks[number]!
    precondition(values.batch == count && sums.count == block.format.sums, "a block of another size")
    try block.wait()
    block.values(count).base.update(from: values.base, count: values.count)
    _ = block.sums.update(fromContentsOf: sums)
    try block.transfers.start()
    block.isUnderWay = true
  }

  func finish() throws {
    for block in blocks { try block?.wait() }
  }
}
