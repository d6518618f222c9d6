import Networks

/// The control word of ranks that are not in step: what each wants decided at the end of a step, all know at the end of
/// the next one, without waiting.
///
/// Ranks of different roles have no sum in common that the word could travel with, and waiting for each other at every
/// step would take away what placing them apart brings. All see the same word at the same step.
final class LateControl {
  /// What is agreed on.
  struct Word {
    var control = ControlWord()
    /// The number of the phase whose sums were not finite on some rank, plus 1; 0 for none.
    var failedPhase = 0
  }

  private static let width = ControlWord.count + 1
  private let words: UnsafeMutableBufferPointer<Double>
  private let rank: Int
  private let transfers: any PreparedTransfers
  private var isUnderWay = false

  /// Prepares the words of all ranks of `group`, whose messages are its own. Collective.
  init(_ group: any ReplicaGroup) throws {
    words = .zeros(group.count * Self.width)
    rank = group.rank
    transfers = try group.prepareAllGather(
      words, ranges: (0..<group.count).map { $0 * Self.width..<($0 + 1) * Self.width },
      operation: "decisions of all ranks")
  }

  deinit {
    words.deallocate()
  }

  /// Sends this rank's word on its way; returns what all said the time before.
  func exchange(_ own: Word) throws -> Word {
    let before = try settle()
    own.control.write(to: part(rank))
    words[rank * Self.width + ControlWord.count] = Double(own.failedPhase)
    try transfers.start()
    isUnderWay = true
    return before
  }

  /// What all said the last time; nothing where that was asked for already. Waits for all.
  func settle() throws -> Word {
    guard isUnderWay else { return Word() }
    isUnderWay = false
    try transfers.wait()
    var all = Word()
    for rank in 0..<words.count / Self.width {
      let one = ControlWord(reading: part(rank))
      all.control.stop = all.control.stop || one.stop
      all.control.save = all.control.save || one.save
      all.failedPhase = max(all.failedPhase, Int(words[rank * Self.width + ControlWord.count]))
    }
    return all
  }

  private func part(_ rank: Int) -> UnsafeMutableBufferPointer<Double> {
    UnsafeMutableBufferPointer(start: words.baseAddress! + rank * Self.width, count: ControlWord.count)
  }
}
