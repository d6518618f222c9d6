/// What a lane contributes to a step: a vector shaped like a parameter group, *summed* over the lane's examples,
/// with the number of examples and the metric sums behind it.
///
/// Sums add over micro-batches, lanes and ranks; the optimizer divides once, by the global count.
/// A contribution is reused from step to step: `begin()` marks all slots as unwritten instead of clearing them, the
/// first writer of a slot overwrites, later ones add, and `finish()` clears what nobody wrote.
public final class Contribution {
  /// The vector, laid out like the group's buffer.
  public let vector: FlatBuffer
  /// The number of examples at index 0, then the metric sums in the order of the model's `metrics`.
  public let sums: UnsafeMutableBufferPointer<Double>
  private let slots: [Slot]
  private let offsets: [Int]
  private var written: [Bool]

  /// An empty contribution to `group`, with `metricCount` metric sums.
  ///
  /// - Parameter vector: the memory to use, zero and as large as the group's; nil for memory of its own.
  public init(to group: ParameterGroup, metricCount: Int, vector: FlatBuffer? = nil) {
    precondition(
      vector.map { $0.count == group.buffer.count } ?? true, "a contribution is shaped like its group")
    self.vector = vector ?? FlatBuffer(count: group.buffer.count)
    sums = .zeros(1 + metricCount)
    slots = group.slots
    offsets = group.offsets
    written = Array(repeating: false, count: slots.count)
  }

  deinit {
    sums.deallocate()
  }

  /// Forgets everything.
  public func begin() {
    for index in written.indices { written[index] = false }
    sums.update(repeating: 0)
  }

  /// The memory of slot `index` and whether the caller has to add to it (true) or to overwrite it (false).
  ///
  /// Each call counts as one write of the whole slot.
  public func slot(_ index: Int) -> (elements: UnsafeMutableBufferPointer<Float>, adds: Bool) {
    let adds = written[index]
    written[index] = true
    return (UnsafeMutableBufferPointer(start: vector.base + offsets[index], count: slots[index].count), adds)
  }

  /// Clears the slots that nobody wrote.
  public func finish() {
    for index in written.indices where !written[index] {
      UnsafeMutableBufferPointer(start: vector.base + offsets[index], count: slots[index].count)
        .update(repeating: 0)
    }
  }

  /// Adds `count` examples.
  public func add(examples count: Int) {
    sums[0] += Double(count)
  }

  /// Adds to metric sum `index`.
  public func add(_ value: Double, toMetric index: Int) {
    sums[1 + index] += value
  }
}
