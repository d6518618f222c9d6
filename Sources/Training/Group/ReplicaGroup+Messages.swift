extension ReplicaGroup {
  /// The memory of a vector as bytes.
  package static func bytes<T>(of elements: UnsafeMutableBufferPointer<T>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(elements)
  }

  /// Runs transfers once.
  public func transfer(_ transfers: [Transfer], operation: String) throws {
    let prepared = try prepare(transfers, operation: operation)
    try prepared.start()
    try prepared.wait()
  }

  /// Gives every rank the bytes that the coordinator holds. Collective. Other ranks' argument is ignored.
  public func broadcast(_ bytes: [UInt8], operation: String) throws -> [UInt8] {
    guard count > 1 else { return bytes }
    var length = [Int64(bytes.count)]
    try length.withUnsafeMutableBytes { try broadcast(in: $0, operation: operation) }
    var all = rank == 0 ? bytes : [UInt8](repeating: 0, count: Int(length[0]))
    if !all.isEmpty { try all.withUnsafeMutableBytes { try broadcast(in: $0, operation: operation) } }
    return all
  }

  /// Fills `bytes` of every rank with the coordinator's. Collective; equal sizes everywhere.
  public func broadcast(in bytes: UnsafeMutableRawBufferPointer, operation: String) throws {
    guard count > 1, !bytes.isEmpty else { return }
    let transfers =
      rank == 0
      ? (1..<count).map { Transfer.send(to: $0, bytes) } : [Transfer.receive(from: 0, bytes)]
    try transfer(transfers, operation: operation)
  }

  /// Collects the bytes of every rank at the coordinator, by rank; nil elsewhere. Collective.
  public func gather(_ bytes: [UInt8], operation: String) throws -> [[UInt8]]? {
    var own = bytes
    var lengths = [Int64](repeating: Int64(bytes.count), count: count)
    var all: [[UInt8]] = [bytes]
    if rank > 0 {
      var length = [Int64(bytes.count)]
      try length.withUnsafeMutableBytes { try transfer([.send(to: 0, $0)], operation: operation) }
      if !own.isEmpty {
        try own.withUnsafeMutableBytes { try transfer([.send(to: 0, $0)], operation: operation) }
      }
      return nil
    }
    for peer in 1..<max(count, 1) where count > 1 {
      try withUnsafeMutableBytes(of: &lengths[peer]) {
        try transfer([.receive(from: peer, $0)], operation: operation)
      }
      var bytes = [UInt8](repeating: 0, count: Int(lengths[peer]))
      if !bytes.isEmpty {
        try bytes.withUnsafeMutableBytes { try transfer([.receive(from: peer, $0)], operation: operation) }
      }
      all.append(bytes)
    }
    return all
  }

  /// Prepares that each rank sends its own range of `buffer` to all others and receives theirs: an all-gather in place.
  public func prepareAllGather<T>(
    _ buffer: UnsafeMutableBufferPointer<T>, ranges: [Range<Int>], operation: String
  ) throws -> any PreparedTransfers {
    func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[range]))
    }
    var transfers: [Transfer] = []
    for distance in 1..<max(count, 1) where count > 1 {
      let from = (rank + count - distance) % count
      if !ranges[from].isEmpty { transfers.append(.receive(from: from, part(ranges[from]))) }
    }
    for distance in 1..<max(count, 1) where count > 1 && !ranges[rank].isEmpty {
      transfers.append(.send(to: (rank + distance) % count, part(ranges[rank])))
    }
    return try prepare(transfers, operation: operation)
  }
}
