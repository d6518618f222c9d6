import Networks

/// Sequences that are windows of stored steps, where what is to be said at a step is the next one: text, music, series.
///
/// The steps of all pieces lie one after the other, each in the bytes that a row has for it. A window of n steps covers
/// n + 1 stored ones, the last as a target only. Windows may overlap; nothing is copied until a row is asked for.
struct SequencePieces: RowGenerator {
  /// How a row is laid out.
  let layout: SequenceLayout
  /// The steps of all pieces, each of the layout's bytes.
  private let steps: [UInt8]
  // The group of each step; empty where there are none.
  private let groups: [UInt8]
  private let windows: [Window]
  let contentHash: UInt64

  /// A part of the stored steps.
  struct Window: Sendable, Hashable {
    /// The first step.
    var start: Int
    /// The number of steps; one more is stored.
    var length: Int
  }

  /// The windows of `steps`; the layout's number of steps becomes that of the longest.
  ///
  /// - Parameters:
  ///   - format: what a step is; targets are the same.
  ///   - groups: the group of each step as a target; empty where there are none.
  init(
    _ format: SequenceFormat, steps: [UInt8], groups: [UInt8] = [], windows: [Window], binary: Bool = false
  ) {
    precondition(format.groups.isEmpty == groups.isEmpty, "a group for each step, or none")
    let layout = SequenceLayout(format, targets: .next, binary: binary)
      .with(steps: windows.map(\.length).max() ?? 1)
    self.layout = layout
    self.steps = steps
    self.groups = groups
    self.windows = windows
    let stored = steps.count / layout.inputBytes
    precondition(
      windows.allSatisfy { $0.start >= 0 && $0.length > 0 && $0.start + $0.length < stored },
      "a window leaves the stored steps")
    var hash = ContentHash()
    steps.withUnsafeBytes { hash.combine(bytes: $0) }
    groups.withUnsafeBytes { hash.combine(bytes: $0) }
    for window in windows { hash.combine(UInt64(window.start) << 32 ^ UInt64(window.length)) }
    contentHash = hash.finished()
  }

  /// The windows as a set.
  func dataset(name: String) throws -> Dataset {
    try Dataset(name: name, format: RowFormat(layout), count: windows.count, generator: self)
  }

  func write(_ example: Int, into memory: UnsafeMutableRawBufferPointer) {
    let window = windows[example]
    let row = SequenceRow(memory.baseAddress!, layout: layout)
    row.length = window.length
    let size = layout.inputBytes
    steps.withUnsafeBytes { steps in
      let part = UnsafeRawBufferPointer(
        rebasing: steps[window.start * size..<(window.start + window.length + 1) * size])
      row.copySteps(from: part)
    }
    guard !groups.isEmpty else { return }
    for step in 0..<window.length { row.setGroup(Int(groups[window.start + step + 1]), at: step) }
  }
}

extension SequencePieces {
  /// Consecutive windows of at most `length` steps over the stored steps `piece`, which follow one another without a
  /// gap: each step but the first is the target of exactly one.
  static func windows(of piece: Range<Int>, length: Int) -> [Window] {
    stride(from: piece.lowerBound, to: piece.upperBound - 1, by: length).map {
      Window(start: $0, length: min(length, piece.upperBound - 1 - $0))
    }
  }

  /// `count` streams that run side by side through the stored steps `piece`: window w of stream b is number
  /// w · count + b, so that a batch of `count` holds one window of each stream, and the next batch their continuations.
  ///
  /// All streams have the same length; fewer than `count` steps at the end are left over.
  static func streams(of piece: Range<Int>, count: Int, length: Int) -> [Window] {
    let each = (piece.count - 1) / count
    return stride(from: 0, to: each, by: length).flatMap { first in
      (0..<count).map { stream in
        Window(start: piece.lowerBound + stream * each + first, length: min(length, each - first))
      }
    }
  }
}
