extension HopfieldNetwork {
  /// The examples of a batch, network by network.
  struct NetworkGroups {
    /// The examples of one network: places in `columns` and `examples`.
    struct Group {
      var network: Int
      var places: Range<Int>
    }

    /// The networks that occur in the batch, in ascending order.
    private(set) var list: [Group] = []
    /// The column of the batch for each place.
    private(set) var columns: [Int]
    /// The number of the example at each place.
    private(set) var examples: [UInt32]
    private let networks: Int
    // For each network the column that was seen last, and for each column the one before it of the same network.
    private var heads: [Int]
    private var links: [Int]

    init(networks: Int, maximumBatch: Int) {
      self.networks = networks
      columns = Array(repeating: 0, count: maximumBatch)
      examples = Array(repeating: 0, count: maximumBatch)
      heads = Array(repeating: -1, count: networks)
      links = Array(repeating: -1, count: maximumBatch)
      list.reserveCapacity(min(networks, maximumBatch))
    }

    /// Puts an example at a place, for states that belong to no batch.
    mutating func set(example: UInt32, at place: Int) { examples[place] = example }

    /// Takes a batch apart; within a network the order of the columns stays.
    mutating func arrange(_ numbers: UnsafeBufferPointer<UInt32>) {
      for column in (0..<numbers.count).reversed() {
        let network = Int(numbers[column]) % networks
        links[column] = heads[network]
        heads[network] = column
      }
      list.removeAll(keepingCapacity: true)
      var place = 0
      for network in 0..<networks where heads[network] >= 0 {
        let first = place
        var column = heads[network]
        while column >= 0 {
          columns[place] = column
          examples[place] = numbers[column]
          place += 1
          column = links[column]
        }
        heads[network] = -1
        list.append(Group(network: network, places: first..<place))
      }
    }
  }
}
