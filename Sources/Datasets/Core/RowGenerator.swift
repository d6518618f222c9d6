/// Rows that are computed when they are asked for: sequences that are never shown twice cost no memory.
///
/// Row i is a pure function of the generator and of i, so any thread on any rank can have it.
package protocol RowGenerator: Sendable {
  /// What the rows are made from, in 64 bits: other content gives other bits.
  var contentHash: UInt64 { get }

  /// Writes row `example` into `row`, which is all zeros.
  func write(_ example: Int, into row: UnsafeMutableRawBufferPointer)
}

/// A generator whose rows are sequences.
protocol SequenceGenerator: RowGenerator {
  /// How its rows are laid out.
  var layout: SequenceLayout { get }

  /// Writes sequence `example` into an empty row.
  func write(_ example: Int, into row: SequenceRow)
}

extension SequenceGenerator {
  package func write(_ example: Int, into row: UnsafeMutableRawBufferPointer) {
    write(example, into: SequenceRow(row.baseAddress!, layout: layout))
  }
}

/// Room for rows that are computed on demand; one a thread. It grows to what was asked for most.
public final class RowRoom {
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64)
  // The numbers 0, 1, …: the rows lie in the order of the batch.
  private var numbers = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1)

  /// Room for nothing yet.
  public init() {
    numbers.initialize(repeating: 0)
  }

  deinit {
    memory.deallocate()
    numbers.deallocate()
  }

  /// Zeroed room for `count` rows of `bytes` bytes, and the numbers of the rows.
  func rows(_ count: Int, bytes: Int) -> (UnsafeMutableRawBufferPointer, UnsafeBufferPointer<UInt32>) {
    if memory.count < count * bytes {
      memory.deallocate()
      memory = .allocate(byteCount: count * bytes, alignment: 64)
    }
    if numbers.count < count {
      numbers.deallocate()
      numbers = .allocate(capacity: count)
      for index in numbers.indices { numbers.initializeElement(at: index, to: UInt32(index)) }
    }
    let rows = UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * bytes)])
    rows.initializeMemory(as: UInt8.self, repeating: 0)
    return (rows, UnsafeBufferPointer(rebasing: numbers[..<count]))
  }
}
