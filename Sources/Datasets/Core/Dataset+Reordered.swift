extension Dataset {
  /// A copy whose example at position i is this set's example `order(i)`.
  func reordered(by order: Permutation) throws -> Dataset {
    precondition(order.count == count, "an order of \(order.count) for \(count) examples")
    let size = format.rowBytes
    let source = rows
    let storage = RowStorage(byteCount: count * size) { memory in
      for position in 0..<count {
        let example = order(position)
        memory[position * size..<(position + 1) * size].copyBytes(
          from: source[example * size..<(example + 1) * size])
      }
    }
    let labels: [Int32]? = format.hasLabels ? (0..<count).map { self.labels[order($0)] } : nil
    return try withExtendedLifetime(self) {
      try Dataset(name: name, format: format, count: count, rows: storage, labels: labels)
    }
  }
}
